"""A job as the scheduler sees it."""

from openpai.runtime.demand import gang_of
from openpai.scheduler.resources import Resources
from tests.builders import a_job, role

JOB = a_job(train=role(2, resources={"gpu": 4}), watch=role())


def test_every_task_of_a_job_is_in_its_gang_by_role_and_index() -> None:
    gang = gang_of("job", JOB.task_roles)
    assert gang.tasks == {
        "train-0": Resources(1, 1000, 4),
        "train-1": Resources(1, 1000, 4),
        "watch-0": Resources(1, 1000, 0),
    }
    assert gang.only == {}


def test_a_role_that_runs_on_some_nodes_only_binds_its_tasks_and_no_others() -> None:
    gang = gang_of("job", JOB.task_roles, {"train": frozenset({"new"})})
    assert gang.only == {"train-0": {"new"}, "train-1": {"new"}}
