"""The planner is a cache of what is kept: made anew where it must be, and only there."""

from dataclasses import replace

from openpai.controller.planner import Grounds, Planner
from openpai.lifecycle.records import Cells
from openpai.lifecycle.states import TaskState
from openpai.scheduler.resources import Node, Resources
from tests.builders import a_job, a_run, role
from tests.outlooks import cluster_of_units

LEFT, RIGHT = (Node(name, Resources(4, 16_000, 4)) for name in ("left", "right"))
BOTH = Grounds(cluster_of_units(LEFT, RIGHT))


def runs_on(node: str, *leaves: int) -> Cells:
    return Cells(node, "NODE", "UNIT", leaves, ("NODE",) * len(leaves))


def test_what_is_kept_is_what_the_scheduler_knows_and_nothing_is_made_anew_then() -> None:
    job = a_job(main=role(resources={"cpu": 2}))
    run = a_run(job)
    (task,) = run.tasks
    run = replace(run, tasks=(replace(task, state=TaskState.RUNNING, cells=runs_on("left", 0, 1)),))
    planner = Planner()
    first = planner.sync([(run, job)], {}, BOTH)
    assert first.held[run.id].placement.tasks["main-0"].leaves == (0, 1)
    assert planner.sync([(run, job)], {}, BOTH) is first
    assert planner.sync([], {}, BOTH) is first
    assert first.held == {}


def test_what_runs_on_a_machine_that_is_no_more_in_the_cluster_does_not_make_it_anew_at_each_pass() -> None:
    job = a_job(main=role(2, resources={"cpu": 2}))
    run = a_run(job)
    places = runs_on("left", 0, 1), runs_on("right", 0, 1)
    running = zip(run.tasks, places, strict=True)
    tasks = tuple(replace(task, state=TaskState.RUNNING, cells=cells) for task, cells in running)
    run = replace(run, tasks=tasks)
    planner = Planner()
    both = planner.sync([(run, job)], {}, BOTH)
    assert set(both.held[run.id].placement.tasks) == {"main-0", "main-1"}
    less = Grounds(cluster_of_units(LEFT))
    one = planner.sync([(run, job)], {}, less)
    assert one is not both
    assert set(one.held[run.id].placement.tasks) == {"main-0"}
    assert planner.sync([(run, job)], {}, less) is one
    again = planner.sync([(run, job)], {}, BOTH)
    assert set(again.held[run.id].placement.tasks) == {"main-0", "main-1"}
