"""Jobs in the store: kept once, found again as they were, listed, stepped."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from openpai.errors import PaiError
from openpai.lifecycle.attempts import run_again
from openpai.lifecycle.exits import Exit
from openpai.lifecycle.records import Cells, Diagnosis, Event, JobAttempt, JobRun, Network, Outcome, Pulled
from openpai.lifecycle.states import JobState, TaskState
from openpai.store.changes import Changes
from openpai.store.database import Database
from openpai.store.job_records import Query
from openpai.store.jobs import JobStore
from openpai.store.tokens import Identity, TokenStore
from tests.builders import NOW, a_new_job, a_run, document, ids, job_of, role


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "pai.db")
    yield opened
    opened.close()


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def jobs(database: Database, changes: Changes) -> JobStore:
    return JobStore(database, changes)


async def test_a_job_is_found_again_as_it_was_submitted(jobs: JobStore) -> None:
    run = a_run(job_of({"ps": role(2), "worker": role(3)}))
    assert (
        await jobs.add(a_new_job(run, priority="prod", total_gpus=7), [Event(NOW, "JobSubmitted")]) == run.id
    )

    found = await jobs.find("ann", "job")
    assert found.run == run
    assert (found.priority, found.total_gpus, found.total_tasks, found.total_roles) == ("prod", 7, 5, 2)
    assert found.exit_code is None
    assert await jobs.live() == [run]
    assert (await jobs.spec(run.id)).document == document("job")
    assert (await jobs.spec(run.id)).secrets == b"sealed"
    assert await jobs.events(run.id) == [Event(NOW, "JobSubmitted")]


async def test_a_job_that_nobody_submitted_is_not_found(jobs: JobStore) -> None:
    with pytest.raises(PaiError) as wrong:
        await jobs.find("ann", "nothing")
    assert wrong.value.first.code == "NoJob"
    assert await jobs.attempt("nothing", 0) is None


async def test_everything_that_became_of_a_job_is_found_again(jobs: JobStore) -> None:
    run = a_run()
    await jobs.add(a_new_job(run), [])
    done = ended_run(run)
    event = Event(NOW + 5, "TaskFailed", {"role": "main", "index": 0}, run.tasks[0].uid, warning=True)
    await jobs.save([(done, [event])])

    found = await jobs.find("ann", "job")
    assert found.run == done
    assert found.exit_code == 3, "the user's own"
    assert await jobs.live() == []
    assert await jobs.events(run.id) == [event]


async def test_earlier_attempts_stay_as_they_ended(jobs: JobStore) -> None:
    run = a_run()
    await jobs.add(a_new_job(run), [])
    first = replace(
        ended_run(run), state=JobState.RETRYING, retry_at=NOW + 9, completed_at=None, user_retries=1
    )
    await jobs.save([(first, [])])
    task = replace(run.tasks[0], uid="second")
    second = replace(
        first, state=JobState.QUEUED, attempt=JobAttempt(1, NOW + 10), tasks=(task,), retry_at=None
    )
    await jobs.save([(second, [])])

    assert (await jobs.find("ann", "job")).run == second
    assert await jobs.live() == [second]
    assert await jobs.attempt(run.id, 0) == (first.attempt, list(first.tasks))
    assert await jobs.attempt(run.id, 1) == (second.attempt, [task])
    assert await jobs.attempt(run.id, 2) is None


async def test_a_platform_failure_shows_its_number_as_exit_code(jobs: JobStore) -> None:
    run = a_run()
    await jobs.add(a_new_job(run), [])
    outcome = Outcome(JobState.STOPPED, Diagnosis("StopRequested"))
    await jobs.save([(replace(run, attempt=replace(run.attempt, outcome=outcome)), [])])
    assert (await jobs.find("ann", "job")).exit_code == -210


async def test_a_name_is_taken_once_per_user(jobs: JobStore) -> None:
    await jobs.add(a_new_job(a_run(new_id=ids("a"))), [])
    with pytest.raises(PaiError) as wrong:
        await jobs.add(a_new_job(a_run(new_id=ids("b"))), [])
    assert wrong.value.first.code == "ConflictJob"
    await jobs.add(a_new_job(a_run(new_id=ids("c"), user="bob")), [])
    assert len(await jobs.live()) == 2


async def test_of_many_jobs_of_one_name_at_once_exactly_one_is_kept(jobs: JobStore) -> None:
    new = [a_new_job(a_run(new_id=ids(f"x{n}-"))) for n in range(20)]
    answers = await asyncio.gather(*(jobs.add(job, []) for job in new), return_exceptions=True)

    assert sum(isinstance(answer, str) for answer in answers) == 1
    refused = [answer for answer in answers if isinstance(answer, PaiError)]
    assert {error.first.code for error in refused} == {"ConflictJob"}
    assert len(refused) == 19


async def test_the_same_request_many_times_at_once_makes_one_job_and_all_are_told_it(jobs: JobStore) -> None:
    new = [a_new_job(a_run(new_id=ids(f"x{n}-")), idempotency_key="key") for n in range(20)]
    answers = await asyncio.gather(*(jobs.add(job, []) for job in new))

    assert len(set(answers)) == 1
    assert [run.id for run in await jobs.live()] == [answers[0]]


async def test_a_key_that_came_with_another_request_is_refused(jobs: JobStore) -> None:
    await jobs.add(a_new_job(a_run(new_id=ids("a")), idempotency_key="key"), [])
    other = a_new_job(a_run(name="other", new_id=ids("b")), idempotency_key="key")
    with pytest.raises(PaiError) as wrong:
        await jobs.add(other, [])
    assert wrong.value.first.code == "IdempotencyKeyReused"
    with pytest.raises(PaiError):
        await jobs.repeated("ann", "key", "of other")
    assert await jobs.repeated("ann", "another key", "of other") is None
    assert await jobs.repeated("bob", "key", "of other") is None
    found = await jobs.repeated("ann", "key", "of job")
    assert found is not None
    assert found.name == "job"


async def test_a_stop_and_what_became_of_the_job_never_undo_each_other(jobs: JobStore) -> None:
    run = a_run()
    await jobs.add(a_new_job(run), [])
    prepared = replace(run, state=JobState.PREPARING)
    await jobs.request_stop(run.id)
    await jobs.save([(prepared, [])])  # decided before the stop was seen
    found = (await jobs.find("ann", "job")).run
    assert (found.stop_requested, found.state) == (True, JobState.PREPARING)

    await jobs.request_stop(run.id)
    assert (await jobs.find("ann", "job")).run == found


async def test_a_job_that_has_ended_is_not_stopped_any_more(jobs: JobStore) -> None:
    run = a_run()
    await jobs.add(a_new_job(run), [])
    await jobs.save([(ended_run(run), [])])
    await jobs.request_stop(run.id)
    assert not (await jobs.find("ann", "job")).run.stop_requested


async def test_live_jobs_come_oldest_first(jobs: JobStore) -> None:
    for name, at in (("late", 30), ("early", 10), ("middle", 20)):
        await jobs.add(a_new_job(a_run(name=name, submitted_at=NOW + at)), [])
    assert [run.name for run in await jobs.live()] == ["early", "middle", "late"]


async def test_the_list_is_filtered_ordered_and_paged(jobs: JobStore) -> None:
    for n, (user, vc) in enumerate([("ann", "default"), ("ann", "prod"), ("bob", "prod")]):
        run = a_run(name=f"train_{n}", user=user, submitted_at=NOW + n)
        await jobs.add(a_new_job(run, virtual_cluster=vc), [])
    await jobs.save([(ended_run(a_run(name="train_0")), [])])
    await jobs.request_stop("train_1-0")

    async def names(**wanted: object) -> tuple[int, list[str]]:
        total, rows = await jobs.page(Query(**wanted))  # type: ignore[arg-type]  # any field of a query
        return total, [row.run.name[-1] for row in rows]

    assert await names() == (3, ["2", "1", "0"])
    assert await names(descending=False, limit=1, offset=1) == (3, ["1"])
    assert await names(usernames=("ann",)) == (2, ["1", "0"])
    assert await names(usernames=("ann", "bob"), virtual_clusters=("prod",)) == (2, ["2", "1"])
    assert await names(states=((JobState.FAILED, None),)) == (1, ["0"])
    assert await names(states=((JobState.QUEUED, True),)) == (1, ["1"])
    assert await names(states=((JobState.QUEUED, False), (JobState.FAILED, None))) == (2, ["2", "0"])
    assert await names(keyword="bo") == (1, ["2"])
    assert await names(keyword="n_1") == (1, ["1"]), "an underscore is an underscore"
    assert await names(keyword="%") == (0, [])
    assert await names(order="completed_at", descending=False) == (3, ["0", "1", "2"])
    for order in (
        "name", "submitted_at", "username", "virtual_cluster", "total_tasks", "total_gpus", "state",
        "completed_at", "priority", "retries",
    ):  # fmt: skip
        assert (await names(order=order))[0] == 3


async def test_readers_beside_the_writer_see_whole_jobs(jobs: JobStore) -> None:
    run = a_run(job_of({"main": role(5)}))
    await jobs.add(a_new_job(run), [])

    async def write() -> None:
        current = run
        for attempt in range(1, 30):
            tasks = tuple(replace(task, uid=f"{task.index}-{attempt}") for task in current.tasks)
            current = replace(current, attempt=JobAttempt(attempt, NOW), tasks=tasks, user_retries=attempt)
            await jobs.save([(current, [])])

    async def read() -> None:
        while not writing.done():
            found = (await jobs.find(run.user, run.name)).run
            assert found.user_retries == found.attempt.index
            suffix = f"-{found.attempt.index}" if found.attempt.index else ""
            assert len(found.tasks) == 5
            assert all(task.uid.endswith(suffix) for task in found.tasks)

    writing = asyncio.create_task(write())
    await asyncio.gather(writing, *(read() for _ in range(4)))


async def test_what_is_live_is_the_same_as_for_one_who_reads_it_from_the_disk(
    database: Database, changes: Changes
) -> None:
    jobs = JobStore(database, changes)
    assert await jobs.live() == []
    first, second, third = a_run(name="a"), a_run(name="b"), a_run(name="c")
    for run in (first, second, third):
        await jobs.add(a_new_job(run), [])
    await jobs.request_stop(second.id)
    await jobs.save([(replace(second, user_retries=1), []), (replace(third, state=JobState.STOPPED), [])])
    live = await jobs.live()
    assert live == await JobStore(database, changes).live()
    assert [(run.id, run.stop_requested) for run in live] == [(first.id, False), (second.id, True)]


async def test_a_submission_whose_sender_goes_away_is_known_to_all_the_same(jobs: JobStore) -> None:
    assert await jobs.live() == []
    run = a_run()
    adding = asyncio.create_task(jobs.add(a_new_job(run), []))
    await asyncio.sleep(0)
    adding.cancel()
    async with asyncio.timeout(5):
        while not await jobs.live():  # noqa: ASYNC110  the store tells nobody that it knows
            await asyncio.sleep(0.01)
    assert [known.id for known in await jobs.live()] == [run.id]


async def test_who_watches_a_job_or_the_list_is_told_of_every_change(
    jobs: JobStore, changes: Changes
) -> None:
    run = a_run()
    with (
        changes.watch(run.id) as of_job,
        changes.watch("jobs") as of_list,
        changes.watch("other") as of_other,
    ):
        for act in (jobs.add(a_new_job(run), []), jobs.save([(run, [])]), jobs.request_stop(run.id)):
            of_job.clear()
            of_list.clear()
            await act
            assert of_job.is_set()
            assert of_list.is_set()
        assert not of_other.is_set()
    changes.publish(run.id)
    assert changes._waiting == {}, "who has gone is forgotten"


async def test_a_token_is_known_by_its_digest_only(database: Database, tmp_path: Path) -> None:
    tokens = TokenStore(database)
    ann = Identity("ann", admin=True, application=False)
    await tokens.add("the-token-itself", ann, NOW)

    assert await tokens.identify("the-token-itself") == ann
    assert await tokens.identify("another") is None
    assert not [file for file in files(tmp_path) if b"the-token-itself" in file.read_bytes()]


def files(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.is_file()]


def ended_run(run: JobRun) -> JobRun:
    """It ran and failed with exit code 3."""
    cause = Diagnosis("ExitCode", {"exit_code": 3}, ("last words",))
    tasks = tuple(
        replace(
            task, state=TaskState.FAILED, node="box", address="10.0.0.2", placed_at=NOW + 1, launched_at=NOW + 2,
            completed_at=NOW + 3, exit=Exit(3, NOW + 3), diagnosis=cause,
        )
        for task in run.tasks
    )  # fmt: skip
    outcome = Outcome(JobState.FAILED, cause, "MinFailedReached", {"count": 1}, "main", 0)
    attempt = JobAttempt(0, NOW, NOW + 2, NOW + 3, Network("shared", "10.0.0.0/20", shared=True), outcome)
    return replace(
        run, state=JobState.FAILED, attempt=attempt, tasks=tasks, launched_at=NOW + 2, completed_at=NOW + 3
    )


async def test_a_task_that_did_not_change_is_not_written_again(jobs: JobStore, database: Database) -> None:
    await jobs.add(a_new_job(a_run(job_of({"main": role(3)}))), [])
    await jobs.live()
    (live,) = await jobs.live()
    changed = replace(live.tasks[1], state=TaskState.PREPARING, node="box")
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        written.append(f"{statement} {parameters}")

    sa.event.listen(database._engine, "before_cursor_execute", note)
    await jobs.save([(replace(live, tasks=(live.tasks[0], changed, live.tasks[2])), [])])
    (upsert,) = [each for each in written if "INTO task_attempts" in each]
    assert changed.uid in upsert
    assert live.tasks[0].uid not in upsert
    assert [task.node for task in (await jobs.find("ann", live.name)).run.tasks] == [None, "box", None]


async def test_what_a_task_attempt_went_through_is_kept(jobs: JobStore) -> None:
    run = a_run()
    await jobs.add(a_new_job(run), [])
    task = replace(
        run.tasks[0],
        attempt=1,
        platform_retries=1,
        due_at=NOW + 5,
        pulled=Pulled(100, 2000),
        stopping_at=NOW + 7,
        kill_at=NOW + 9,
        cells=Cells("box", "NODE", "V100", (2, 3), ("NODE", "NODE"), ("GPU-2", "GPU-3")),
    )
    await jobs.save([(replace(run, tasks=(task,)), [])])
    assert (await jobs.find("ann", run.name)).run.tasks == (task,)


async def test_a_job_that_ended_is_run_again_once_and_keeps_its_history(jobs: JobStore) -> None:
    run = a_run()
    await jobs.add(a_new_job(run), [])
    again = run_again(run, NOW + 50, ids("again-"))
    assert not await jobs.run_again(again, []), "it has not ended"
    failed = replace(
        run.tasks[0], state=TaskState.FAILED, completed_at=NOW + 9, diagnosis=Diagnosis("ExitCode")
    )
    ended = replace(run, state=JobState.FAILED, tasks=(failed,), completed_at=NOW + 9)
    await jobs.save([(ended, [])])
    assert await jobs.first_failure(ended) == (0, failed)
    again = run_again(ended, NOW + 50, ids("again-"))
    assert await jobs.run_again(again, [Event(NOW + 50, "JobRunAgain")])
    assert not await jobs.run_again(again, []), "somebody was quicker"
    assert await jobs.live() == [again]
    assert (await jobs.find("ann", run.name)).run == again
    kept = await jobs.attempt(run.id, 0)
    assert kept is not None
    assert kept[1] == [failed]
    assert await jobs.first_failure(again) is None


async def test_only_a_job_that_ended_is_deleted_and_nothing_of_it_is_left(
    jobs: JobStore, database: Database
) -> None:
    run = a_run()
    await jobs.add(a_new_job(run), [Event(NOW, "JobSubmitted")])
    assert not await jobs.delete(run.id)
    await jobs.save([(replace(run, state=JobState.STOPPED), [])])
    assert await jobs.delete(run.id)
    assert not await jobs.delete(run.id)

    def rows(connection: sa.Connection) -> list[int]:
        tables = ("jobs", "job_attempts", "task_attempts", "events")
        return [connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables]

    assert await database.read(rows) == [0, 0, 0, 0]
