"""The door: what comes in is kept whole, or refused whole and says everything that is wrong."""

import json
from pathlib import Path

from openpai.admission.submit import Submission
from openpai.errors import NoContact, Problem
from openpai.runtime.outlook import Outlook
from openpai.scheduler.gang import Gang
from openpai.store.job_records import Query
from tests.admission.door import YAML, Door
from tests.builders import BOX, document_of, role
from tests.outlooks import outlook_of


async def test_a_good_job_is_kept_and_named(door: Door) -> None:
    assert await door.submit() == "ann~train"
    found = await door.jobs.find("ann", "train")
    assert (found.total_gpus, found.total_tasks, found.total_roles) == (2, 2, 1)
    assert [event.code for event in await door.jobs.events(found.run.id)] == ["JobSubmitted"]


async def test_everything_that_is_wrong_is_told_at_once_with_its_place(door: Door) -> None:
    text = (
        YAML.replace("cpu: 2", "cpu: lots")
        .replace("instances: 2", "instances: -1")
        .replace("$secrets.token", "$secrets.x")
    )
    problems = await door.refused(text)
    assert len(problems) >= 3
    assert all(problem.line for problem in problems)
    assert [p.line for p in problems] == sorted(p.line or 0 for p in problems)


async def test_what_can_never_fit_is_refused_with_numbers_and_place(door: Door) -> None:
    (problem,) = await door.refused(YAML.replace("gpu: 1", "gpu: 9"))
    assert problem.code == "NeverFits"
    assert (problem.params["gpu"], problem.params["has_gpu"], problem.params["role"]) == (9, 4, "worker")
    assert problem.line is not None
    assert YAML.splitlines()[problem.line - 1].lstrip().startswith("resourcePerInstance")
    assert problem.column is not None


async def test_ports_that_cannot_all_be_kept_are_refused_for_each_role(door: Door) -> None:
    ports = {"ports": {"grpc": 900, "data": 101}}
    roles = {name: role(resources=ports) for name in ("ps", "worker", "reader")}
    roles["reader"]["resourcePerInstance"]["ports"] = {"grpc": 900}
    problems = await door.refused(json.dumps(document_of(roles)))
    assert [(p.code, p.params["role"], p.params["ports"]) for p in problems] == [
        ("TooManyPorts", "ps", 1003),
        ("TooManyPorts", "worker", 1003),
    ]
    assert all(p.line and p.column for p in problems)


async def test_a_gang_that_fits_only_task_by_task_is_refused_as_a_whole(door: Door) -> None:
    (problem,) = await door.refused(YAML.replace("instances: 2", "instances: 5"))
    assert problem.code == "JobNeverFits"
    assert (problem.params["gpu"], problem.params["has_gpu"], problem.params["tasks"]) == (5, 4, 5)


async def test_a_job_that_asks_for_more_time_to_end_than_it_gets_is_told(door: Door) -> None:
    text = json.dumps(document_of({"main": role()}, stopGracePeriodSeconds=601))
    admitted = await door.admission.submit(Submission("ann", text.encode()))
    (warning,) = admitted.warnings
    assert (warning.code, dict(warning.params)) == ("StopGraceTooLong", {"seconds": 601, "limit": 600})
    assert (warning.line, warning.path) == (1, "extras.stopGracePeriodSeconds")
    text = json.dumps(document_of({"main": role()}, "patient", stopGracePeriodSeconds=600))
    assert (await door.admission.submit(Submission("ann", text.encode()))).warnings == ()


async def test_an_engine_that_cannot_be_seen_does_not_hold_a_submission_up(door: Door) -> None:
    def unseen() -> Outlook:
        raise NoContact(Problem("EngineUnreachable", {"detail": "no socket"}))

    door.outlook = unseen
    plan = await door.admission.dry_run(Submission("ann", YAML.encode()))
    assert [v.verdict for v in plan.verdicts if v.check == "fits"] == ["warn"]
    assert plan.placement is None
    assert await door.submit() == "ann~train"


async def test_a_dry_run_shows_the_places_and_keeps_nothing(door: Door) -> None:
    plan = await door.admission.dry_run(Submission("ann", YAML.encode()))
    assert plan.full_name == "ann~train"
    assert plan.placement is not None
    assert [(p.role, p.index, p.node) for p in plan.placement] == [("worker", 0, "box"), ("worker", 1, "box")]
    assert all(verdict.verdict == "pass" for verdict in plan.verdicts)
    assert (await door.jobs.page(Query()))[0] == 0


async def test_a_dry_run_of_what_would_wait_says_why(door: Door) -> None:
    other = Gang("other", "default", 10, {"V100-SXM2-32GB": {"a": 3}})
    door.outlook = lambda: outlook_of(BOX, taken=[other])
    plan = await door.admission.dry_run(Submission("ann", YAML.encode()))
    assert plan.placement is None
    assert [reason.code for reason in plan.waits] == ["WaitsForCells"]
    assert plan.explanation is not None
    assert "StartsWithFewerTasks" in {change.code for change in plan.explanation.changes}


async def test_a_name_that_is_taken_is_refused(door: Door) -> None:
    await door.submit()
    (problem,) = await door.refused()
    assert (problem.code, problem.params["name"]) == ("ConflictJob", "train")


async def test_a_dry_run_tells_that_the_name_is_taken(door: Door) -> None:
    await door.submit(idempotency_key="key")
    plan = await door.admission.dry_run(Submission("ann", YAML.encode()))
    (failed,) = (verdict for verdict in plan.verdicts if verdict.verdict == "fail")
    assert (failed.check, failed.code, failed.params["name"]) == ("name", "ConflictJob", "train")
    assert plan.placement is None
    for free in (Submission("bob", YAML.encode()), Submission("ann", YAML.encode(), name="other")):
        assert all(v.verdict == "pass" for v in (await door.admission.dry_run(free)).verdicts)
    again = Submission("ann", YAML.encode(), idempotency_key="key")  # would answer for the job that is there
    assert all(v.verdict == "pass" for v in (await door.admission.dry_run(again)).verdicts)


async def test_the_same_request_again_answers_for_the_same_job(door: Door) -> None:
    assert await door.submit(idempotency_key="key") == await door.submit(idempotency_key="key")
    assert (await door.jobs.page(Query()))[0] == 1
    for other in ({"name": "other"}, {"secrets": {"token": "changed"}}, {"parameters": {"x": 1}}):
        (problem,) = await door.refused(idempotency_key="key", **other)
        assert problem.code == "IdempotencyKeyReused"


async def test_no_secret_lies_readable_in_any_file(door: Door) -> None:
    await door.submit(secrets={"extra": "password-on-the-way"}, idempotency_key="key")
    spec = await door.jobs.spec((await door.jobs.find("ann", "train")).run.id)
    assert "sesame-open" in door.vault.decrypt(spec.secrets).values()
    door.database.close()
    for name, content in contents(door.folder).items():
        for secret in (b"sesame-open", b"hunter2-of-the-registry", b"password-on-the-way"):
            assert secret not in content, name


async def test_values_that_come_beside_the_text_override_it(door: Door) -> None:
    text = json.dumps(document_of({"main": role()}))
    assert await door.submit(text, name="renamed") == "ann~renamed"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
