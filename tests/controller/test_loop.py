"""The real loop on a simulated engine: from the submission to the end, through every kind of trouble."""

import asyncio
import time
from pathlib import Path

import pytest

from openpai.backends.contract import Stream
from openpai.backends.simulated import SimulatedEngine
from openpai.errors import Problem, Refused, TemporaryFailure
from openpai.lifecycle.states import JobState
from openpai.scheduler.resources import Node, Resources
from tests.builders import BOX
from tests.controller.house import eventually, running

FOREVER = "PAI_SIMULATED_SECONDS=forever"


@pytest.fixture
async def engine() -> SimulatedEngine:
    return SimulatedEngine(BOX)


async def test_a_job_goes_from_its_submission_to_its_end(tmp_path: Path, engine: SimulatedEngine) -> None:
    async with running(tmp_path, engine) as house:
        await house.submit("hello", "PAI_SIMULATED_OUTPUT=hi", "PAI_SIMULATED_ERROR_OUTPUT=oh", instances=3)
        found = await house.ends("hello")
        assert (found.run.state, found.exit_code) == (JobState.SUCCEEDED, 0)
        assert house.log(found) == [b"hioh"] * 3
        assert house.log(found, "stderr") == [b"oh"] * 3
        codes = [event.code for event in reversed(await house.jobs.events(found.run.id))]
        assert codes[:2] == ["JobSubmitted", "JobPlaced"]
        assert codes[-1] == "JobSucceeded"
        await house.is_quiet()


async def test_a_failure_shows_the_users_exit_code_and_last_words(
    tmp_path: Path, engine: SimulatedEngine
) -> None:
    async with running(tmp_path, engine) as house:
        await house.submit("fails", "PAI_SIMULATED_EXIT=3", "PAI_SIMULATED_OUTPUT=no such file", retries=1)
        found = await house.ends("fails")
        assert (found.run.state, found.exit_code) == (JobState.FAILED, 3)
        assert found.run.user_retries == 1
        assert found.run.tasks[0].diagnosis is not None
        assert found.run.tasks[0].diagnosis.evidence == ("no such file",)
        first = await house.jobs.attempt(found.run.id, 0)
        assert first is not None
        assert first[0].outcome is not None, "the first attempt's end is kept"
        assert first[1][0].exit is not None
        await house.is_quiet()


async def test_tasks_that_are_no_gang_are_run_again_alone_and_their_attempts_are_kept(
    tmp_path: Path, engine: SimulatedEngine
) -> None:
    async with running(tmp_path, engine) as house:
        more = {"taskRetryCount": 1, "extras": {"gangAllocation": False}}
        await house.submit(
            "tries", "PAI_SIMULATED_EXIT=3", "PAI_SIMULATED_OUTPUT=no", instances=3, failed=3, **more
        )
        found = await house.ends("tries")
        assert (found.run.state, found.run.attempt.index, found.exit_code) == (JobState.FAILED, 0, 3)
        kept = await house.jobs.attempt(found.run.id, 0)
        assert kept is not None
        attempts = [task for task in kept[1] if task.index == 0]
        assert [(task.attempt, task.exit and task.exit.code) for task in attempts] == [(0, 3), (1, 3)]
        for task in kept[1]:
            assert house.logs.of(found.run.id, task.uid).read("all", 0, 99) == b"no"
        first = await house.jobs.first_failure(found.run)
        assert first is not None
        assert first[1].attempt == 0
        codes = [event.code for event in await house.jobs.events(found.run.id)]
        assert (codes.count("TaskPlaced"), codes.count("TaskRetrying"), codes.count("TaskFailed")) == (
            6,
            3,
            6,
        )
        await house.is_quiet()


async def test_a_task_tells_how_long_it_waited_for_its_image(tmp_path: Path, engine: SimulatedEngine) -> None:
    engine.pull_seconds = 0.2
    async with running(tmp_path, engine) as house:
        await house.submit("pulls", "true")
        (task,) = (await house.ends("pulls")).run.tasks
        assert task.pulled is not None
        assert 150 <= task.pulled.ms < 5000
        assert task.pulled.size_bytes == engine.image_bytes
        found = await house.find("pulls")
        codes = [event.code for event in reversed(await house.jobs.events(found.run.id))]
        assert [code for code in codes if code.startswith("Task")] == [
            "TaskPlaced", "TaskPulled", "TaskRunning", "TaskSucceeded",
        ]  # fmt: skip
        engine.pull_seconds = None
        await house.submit("has-it", "true")
        (task,) = (await house.ends("has-it")).run.tasks
        assert task.pulled is None


async def test_a_stop_ends_a_job_wherever_it_is(tmp_path: Path, engine: SimulatedEngine) -> None:
    engine.pull_seconds = 60
    async with running(tmp_path, engine) as house:
        await house.submit("pulls", FOREVER, resources={"cpu": 8})
        await house.submit("waits", FOREVER, resources={"cpu": 16})
        await house.until("pulls", JobState.PREPARING)
        await house.stop("waits")
        await house.stop("pulls")
        assert (await house.ends("waits")).run.state == JobState.STOPPED
        assert (await house.ends("pulls")).run.state == JobState.STOPPED
        engine.pull_seconds = None
        await house.submit("runs", FOREVER, "PAI_SIMULATED_IGNORES_TERM=0")
        await house.until("runs", JobState.RUNNING)
        await house.stop("runs")
        found = await house.ends("runs")
        assert (found.run.state, found.exit_code) == (JobState.STOPPED, -210)
        await house.is_quiet()


async def test_the_images_of_live_jobs_are_told_once_they_are_known(
    tmp_path: Path, engine: SimulatedEngine
) -> None:
    async with running(tmp_path, engine) as house:
        assert house.controller.images() is None, "before the first pass"
        await house.submit("runs", FOREVER)
        await house.until("runs", JobState.RUNNING)
        assert house.controller.images() == {"busybox:latest": ["ann~runs"]}
        await house.stop("runs")
        await house.ends("runs")
        await eventually(lambda: house.controller.images() == {})


async def test_a_job_starts_when_another_has_made_room(tmp_path: Path, engine: SimulatedEngine) -> None:
    async with running(tmp_path, engine) as house:
        await house.submit("first", FOREVER, resources={"cpu": 16})
        await house.until("first", JobState.RUNNING)
        await house.submit("second", resources={"cpu": 1})
        run = (await house.until("second", JobState.QUEUED)).run
        await eventually(lambda: house.controller.waits(run.id))
        assert [reason.code for reason in house.controller.waits(run.id)] == ["WaitsForCells"]
        await house.stop("first")
        assert (await house.ends("second")).run.state == JobState.SUCCEEDED


async def test_another_cluster_file_is_told_to_who_looks(tmp_path: Path, engine: SimulatedEngine) -> None:
    async with running(tmp_path, engine) as house:
        await house.submit("hello")
        await house.ends("hello")
        await house.is_quiet()
        with house.changes.watch("jobs") as changed:
            house.controller.wake()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(changed.wait(), 0.2)
            (tmp_path / "cluster.yaml").write_text("virtual-clusters: {default: {share: 50%}}")
            await house.controller.standing()  # somebody asks
            await asyncio.wait_for(changed.wait(), 5)


async def test_lost_contact_changes_no_job_and_all_goes_on_when_it_is_back(
    tmp_path: Path, engine: SimulatedEngine
) -> None:
    async with running(tmp_path, engine) as house:
        await house.submit("long", FOREVER)
        before = await house.until("long", JobState.RUNNING)
        engine.lose_contact()
        await eventually(lambda: house.controller.waits(before.run.id))
        assert [reason.code for reason in house.controller.waits(before.run.id)] == ["EngineUnreachable"]
        (container,) = engine.containers.values()
        container.write(Stream.STDOUT, b"meanwhile")
        container.end(0)
        assert (await house.find("long")) == before
        engine.contact = True
        engine.tell()
        found = await house.ends("long")
        assert found.run.state == JobState.SUCCEEDED
        assert house.log(found) == [b"meanwhile"]


async def test_what_runs_goes_on_through_a_new_start_of_the_server(
    tmp_path: Path, engine: SimulatedEngine
) -> None:
    async with running(tmp_path, engine) as house:
        await house.submit("long", FOREVER, "PAI_SIMULATED_OUTPUT=before,", instances=2)
        await house.until("long", JobState.RUNNING)
        await eventually(lambda: len(engine.containers) == 2)
    kept = dict(engine.containers)
    for container in kept.values():
        container.write(Stream.STDOUT, b"between,")
    async with running(tmp_path, engine) as house:
        await asyncio.sleep(0.1)
        assert engine.containers == kept, "the very same containers"
        for container in kept.values():
            container.write(Stream.STDOUT, b"after")
            container.end(0)
        found = await house.ends("long")
        assert house.log(found) == [b"before,between,after"] * 2
        await house.is_quiet()


async def test_a_key_that_was_lost_leaves_running_containers_alone(
    tmp_path: Path, engine: SimulatedEngine
) -> None:
    async with running(tmp_path, engine) as house:
        await house.submit("long", FOREVER, instances=2)
        await house.until("long", JobState.RUNNING)
        await eventually(lambda: len(engine.containers) == 2)
    (tmp_path / "secret.key").rename(tmp_path / "lost.key")
    async with running(tmp_path, engine) as house:
        await house.submit("other")
        await house.ends("other")
        assert len([c for c in engine.containers.values() if c.seen.exit is None]) == 2
        assert (await house.find("long")).run.state == JobState.RUNNING
    (tmp_path / "lost.key").rename(tmp_path / "secret.key")
    async with running(tmp_path, engine) as house:
        for container in list(engine.containers.values()):
            container.end(0)
        assert (await house.ends("long")).run.state == JobState.SUCCEEDED


async def test_a_start_that_is_refused_fails_the_job_with_the_reason(
    tmp_path: Path, engine: SimulatedEngine
) -> None:
    engine.failures["busybox"] = Refused(Problem("ImageNotFound", {"image": "busybox"}))
    async with running(tmp_path, engine) as house:
        await house.submit("bad", retries=5)
        found = await house.ends("bad")
        assert (found.run.state, found.exit_code, found.run.attempt.index) == (JobState.FAILED, 254, 0)


async def test_a_start_that_fails_for_now_is_tried_again_and_the_job_says_why_it_waits(
    tmp_path: Path, engine: SimulatedEngine
) -> None:
    engine.failures["busybox"] = TemporaryFailure(Problem("RegistryUnreachable", {"image": "busybox"}))
    async with running(tmp_path, engine) as house:
        await house.submit("later")
        found = await house.until("later", JobState.PREPARING)
        await eventually(lambda: house.controller.waits(found.run.id))
        assert house.controller.waits(found.run.id)[0].code == "RegistryUnreachable"
        engine.failures.clear()
        assert (await house.ends("later")).run.state == JobState.SUCCEEDED


async def test_a_fault_in_a_pass_does_not_end_the_loop(tmp_path: Path, engine: SimulatedEngine) -> None:
    async with running(tmp_path, engine) as house:
        faults = iter([KeyError("a fault of ours"), RuntimeError("another")])

        def fault() -> None:
            if error := next(faults, None):
                raise error

        house.backend.before_observe = fault
        await house.submit("hello")
        assert (await house.ends("hello")).run.state == JobState.SUCCEEDED


async def test_a_long_pull_after_trouble_does_not_keep_the_loop_busy(
    tmp_path: Path, engine: SimulatedEngine
) -> None:
    engine.failures["busybox"] = TemporaryFailure(Problem("RegistryUnreachable", {"image": "busybox"}))
    async with running(tmp_path, engine) as house:
        await house.submit("later")
        found = await house.until("later", JobState.PREPARING)
        await eventually(lambda: house.controller.waits(found.run.id))
        engine.failures.clear()
        engine.pull_seconds = 60
        await asyncio.sleep(1.3)  # the second try is under way
        passes = 0

        def count() -> None:
            nonlocal passes
            passes += 1

        house.backend.before_observe = count
        await asyncio.sleep(0.5)
        assert passes <= 2


async def test_a_full_disk_holds_the_log_back_and_loses_nothing(
    small_disk: Path, engine: SimulatedEngine
) -> None:
    async with running(small_disk.parent, engine, small_disk / "logs") as house:
        await house.submit("writes", FOREVER)
        await house.until("writes", JobState.RUNNING)
        (container,) = engine.containers.values()
        written = [bytes([65 + step % 26]) * 50_000 for step in range(40)]
        for step, data in enumerate(written):
            container.write(Stream.STDERR if step % 3 else Stream.STDOUT, data)
        container.end(0)
        await asyncio.sleep(0.5)
        assert (await house.find("writes")).run.state == JobState.RUNNING, "its log is not whole"
        (small_disk / "ballast").unlink()
        found = await house.ends("writes")
        assert house.log(found) == [b"".join(written)]


async def test_nothing_is_left_running_when_the_loop_is_closed(
    tmp_path: Path, engine: SimulatedEngine
) -> None:
    engine.pull_seconds = 60
    before = asyncio.all_tasks()
    async with running(tmp_path, engine) as house:
        await house.submit("pulls", instances=3)
        await house.until("pulls", JobState.PREPARING)
        engine.pull_seconds = None
        engine.add_image("busybox")
        await house.submit("runs", FOREVER)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_five_hundred_tasks_are_stepped_fast(tmp_path: Path) -> None:
    engine = SimulatedEngine(Node("box", Resources(1000, 1_000_000, 0)))
    async with running(tmp_path, engine) as house:
        await house.submit("hog", FOREVER, resources={"cpu": 600})
        await house.until("hog", JobState.RUNNING)
        await house.submit("many", instances=500)
        await house.until("many", JobState.QUEUED)
        await asyncio.sleep(0.2)
        begun = time.perf_counter()
        await house.controller._pass()
        seconds = time.perf_counter() - begun
        assert seconds < 0.5, f"{seconds:.3f} s"
        await house.stop("hog")
        found = await house.ends("many")
        assert found.run.state == JobState.SUCCEEDED
        await house.is_quiet()
