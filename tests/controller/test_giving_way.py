"""Jobs that end for others' sake, with the controller's decisions on a world in memory: who has to, who is told what,
who waits meanwhile, and what becomes of it over a restart.

There are three nodes of two pairs of units; the virtual cluster `default` is promised two nodes, `other` two pairs.
"""

from collections.abc import Callable
from typing import Any

import pytest

from openpai.controller.acts import StopTask
from openpai.lifecycle.records import JobRun, TaskAttempt
from openpai.lifecycle.states import JobState
from openpai.protocol.parse import parse_document
from tests.builders import document_of, role
from tests.controller.world import CLUSTERS, POLICY, World


class Room:
    """A world in which nothing ends by itself."""

    def __init__(self) -> None:
        self.world = World()
        self.told: list[tuple[str, str]] = []
        self.ids: dict[str, str] = {}

    def submits(
        self,
        name: str,
        units: int,
        priority: str | int = "test",
        vc: str = "default",
        tasks: int = 1,
        gang: bool = True,
        **hived: Any,
    ) -> None:
        """A job of so many tasks, each of so many units."""
        asked = {"jobPriorityClass": priority, **hived}
        roles = {"main": role(tasks, resources={"cpu": units, "gpu": 0})}
        document = document_of(roles, gangAllocation=gang, hivedScheduler=asked)
        self.world.now += 1
        job = parse_document({**document, "defaults": {"virtualCluster": vc}})
        self.ids[name] = self.world.submit(job)
        self.goes_on()

    def goes_on(self, *, acting: bool = True) -> None:
        """Until nothing changes any more; `acting`: what is asked of the engine, it does, but for ending tasks."""
        for _ in range(20):
            before = dict(self.world.stored)
            self.world.capture_all()
            decision = self.world.decide()
            self.told += [(run.name, event.code) for run, events in decision.changed for event in events]
            self.world.keep(decision)
            self.world.act(decision)
            for act in list(self.world.inflight):
                if acting and not isinstance(act, StopTask):
                    self.world.perform(act)
            self.world.check()
            if self.world.stored == before:
                return
        raise AssertionError("never at rest")

    def grace_ends(self) -> None:
        """What was told to end ends now."""
        self.world.now += 5_000
        for act in list(self.world.inflight):
            if isinstance(act, StopTask):
                self.world.perform(act)
        self.goes_on()

    def run(self, name: str) -> JobRun:
        return self.world.stored[self.ids[name]]

    def state(self, name: str) -> JobState:
        return self.run(name).state

    def states(self, name: str) -> list[str]:
        return [task.state.value for task in self.run(name).tasks]

    def task(self, name: str) -> TaskAttempt:
        return self.run(name).tasks[0]

    def nodes(self, name: str) -> set[str | None]:
        return {task.node for task in self.run(name).tasks}

    def events(self, name: str) -> list[str]:
        full = self.run(name).name
        return [code for job, code in self.told if job == full]


@pytest.fixture
def room() -> Room:
    return Room()


def test_the_more_urgent_takes_the_cells_of_the_less_urgent_when_these_have_had_their_time(
    room: Room,
) -> None:
    room.submits("low", 4, tasks=2)
    room.submits("high", 4, "prod")
    assert (room.states("low"), room.state("high")) == (["STOPPING", "STOPPING"], "QUEUED")
    assert room.task("high").cells in [task.cells for task in room.run("low").tasks], "it has reserved those"
    (kill_at,) = {task.kill_at for task in room.run("low").tasks}
    assert kill_at == room.world.now + 5_000

    room.grace_ends()
    assert (room.state("high"), room.state("low")) == ("RUNNING", "QUEUED")
    again = room.run("low")
    assert (again.attempt.index, again.preemptions, again.user_retries, again.platform_retries) == (
        1,
        1,
        0,
        0,
    )
    assert "JobGivesWay" in room.events("low")
    ended = [task for (job, _), task in room.world.history.items() if job == again.id and task.diagnosis]
    assert {(t.state.value, t.diagnosis.code if t.diagnosis else "") for t in ended} == {
        ("FAILED", "Preempted")
    }
    assert ended[0].diagnosis is not None
    assert dict(ended[0].diagnosis.params) == {"by": room.run("high").full_name, "priority": 100}


def test_of_tasks_that_start_one_by_one_only_those_end_whose_cells_are_needed(room: Room) -> None:
    room.submits("low", 2, tasks=4, gang=False)
    room.submits("high", 4, "prod")
    assert sorted(room.states("low")) == ["RUNNING", "RUNNING", "STOPPING", "STOPPING"]
    room.grace_ends()
    assert room.state("high") == "RUNNING"
    assert sorted(room.states("low")) == ["QUEUED", "QUEUED", "RUNNING", "RUNNING"]
    assert sorted(task.preemptions for task in room.run("low").tasks) == [0, 0, 1, 1]
    assert (room.state("low"), room.run("low").attempt.index) == ("RUNNING", 0)


@pytest.mark.parametrize("priority", ["test", 10])
def test_equals_do_not_take_from_one_another(room: Room, priority: str | int) -> None:
    room.submits("first", 4, tasks=2)
    room.submits("second", 4, priority)
    assert (room.states("first"), room.state("second")) == (["RUNNING", "RUNNING"], "QUEUED")


def test_nobody_takes_what_another_virtual_cluster_was_promised(room: Room) -> None:
    room.submits("theirs", 2, "test", "other", tasks=2)
    room.submits("mine", 4, "prod", tasks=2)
    room.submits("more", 2, "crit")
    assert room.states("theirs") == ["RUNNING", "RUNNING"]
    assert room.state("mine") == "STOPPING", "of its own, the most urgent job takes"


def test_who_uses_what_is_idle_gives_way_to_whom_it_is_promised(room: Room) -> None:
    room.submits("idle", 4, "oppo", "other", tasks=3)
    assert room.states("idle") == ["RUNNING"] * 3
    room.submits("mine", 2, "test")
    assert room.state("idle") == "STOPPING"
    room.grace_ends()
    assert (room.state("mine"), room.state("idle"), room.run("idle").preemptions) == ("RUNNING", "QUEUED", 1)


def test_a_lazy_job_goes_on_with_idle_cells_and_gives_way_only_when_these_are_needed(room: Room) -> None:
    room.submits("lazy", 4, tasks=1, lazyPreemptionEnable=True)
    room.submits("other", 4)
    room.submits("high", 4, "prod")
    assert (room.states("lazy"), room.states("other")) == (["RUNNING"], ["RUNNING"])
    cells = room.task("lazy").cells
    assert cells is not None
    assert cells.on_idle
    assert "TaskOnIdleCells" in room.events("lazy")
    assert room.state("high") == "RUNNING"
    room.submits("theirs", 2, "test", "other", tasks=2)
    assert room.state("lazy") == "STOPPING"
    room.grace_ends()
    assert room.state("theirs") == "RUNNING"


def test_a_job_gives_way_so_often_and_then_it_has_failed(room: Room) -> None:
    room.submits("low", 4, tasks=2)
    for number in range(POLICY.preemption_retries + 1):
        room.submits(f"high{number}", 4, "prod", tasks=2)
        room.grace_ends()
        room.world.request_stop(room.ids[f"high{number}"])
        room.goes_on()
        room.grace_ends()
    run = room.run("low")
    assert (run.state, run.preemptions) == (JobState.FAILED, POLICY.preemption_retries)
    assert run.attempt.outcome is not None
    assert run.attempt.outcome.diagnosis.code == "Preempted"


@pytest.mark.parametrize("crashes", [1, 3])
def test_over_a_restart_the_cells_stay_reserved_and_the_time_to_end_is_not_given_twice(
    room: Room, crashes: int
) -> None:
    room.submits("low", 4, tasks=2)
    room.submits("high", 4, "prod")
    reserved, kill_at = room.task("high").cells, room.task("low").kill_at
    for _ in range(crashes):
        room.world.now += 1_000
        room.world.crash()
        room.goes_on()
    room.submits("quick", 2)
    assert (room.task("high").cells, room.task("low").kill_at) == (reserved, kill_at)
    assert room.state("quick") == "QUEUED"
    room.grace_ends()
    assert (room.state("high"), room.task("high").cells) == ("RUNNING", reserved)


def test_who_waits_for_others_to_leave_and_is_stopped_leaves_the_cells_to_the_next(room: Room) -> None:
    room.submits("low", 4, tasks=2)
    room.submits("high", 4, "prod", tasks=2)
    room.world.request_stop(room.ids["high"])
    room.goes_on()
    assert room.state("high") == "STOPPED"
    room.grace_ends()
    assert room.state("low") == "RUNNING", "it was told to end, and begins once more where it was"
    assert room.run("low").preemptions == 1


def test_a_still_more_urgent_job_takes_a_reservation_too(room: Room) -> None:
    room.submits("low", 4, tasks=2)
    room.submits("high", 4, "prod", tasks=2)
    room.submits("highest", 4, "crit", tasks=2)
    assert room.task("high").cells is None
    room.grace_ends()
    assert [room.state(name) for name in ("highest", "high", "low")] == ["RUNNING", "QUEUED", "QUEUED"]


def test_a_job_that_gives_way_and_is_stopped_is_not_run_again(room: Room) -> None:
    room.submits("low", 4, tasks=2)
    room.submits("high", 4, "prod")
    room.world.request_stop(room.ids["low"])
    room.goes_on()
    room.grace_ends()
    assert (room.state("low"), room.run("low").preemptions) == ("STOPPED", 0)


def test_an_emptied_node_loses_its_tasks_and_they_run_elsewhere_at_the_platforms_cost(room: Room) -> None:
    room.submits("job", 4)
    (node,) = room.nodes("job")
    room.world.drained = frozenset({str(node)})
    room.goes_on()
    assert room.states("job") == ["STOPPING"]
    room.grace_ends()
    room.world.now += 2_000
    room.goes_on()
    assert room.state("job") == "RUNNING"
    assert room.nodes("job") != {node}
    assert (room.run("job").platform_retries, room.run("job").preemptions) == (1, 0)


@pytest.mark.parametrize("broken", ["node", "unit", "cluster"])
def test_what_breaks_under_a_job_does_not_end_it_and_gets_nobody_else(room: Room, broken: str) -> None:
    room.submits("job", 2)
    cells = room.task("job").cells
    assert cells is not None
    breaks: dict[str, Callable[[], None]] = {
        "node": lambda: setattr(room.world, "bad_nodes", frozenset({cells.node})),
        "unit": lambda: setattr(
            room.world, "bad_leaves", frozenset((cells.node, leaf) for leaf in cells.leaves)
        ),
        "cluster": lambda: setattr(room.world, "cluster", CLUSTERS[3]),
    }
    breaks[broken]()
    room.goes_on()
    room.submits("more", 2, "oppo", tasks=5)
    room.world.crash()
    room.goes_on()
    assert room.states("job") == ["RUNNING"]
    taken = [
        (task.cells.node, leaf) for task in room.run("more").tasks if task.cells for leaf in task.cells.leaves
    ]
    assert not {(cells.node, leaf) for leaf in cells.leaves} & set(taken)


def test_a_job_of_a_promised_size_starts_whatever_others_do(room: Room) -> None:
    """Invariant 4: what fits the free cells of its virtual cluster starts once others have had their time to leave."""
    room.submits("idle", 1, "oppo", "other", tasks=12, gang=False)
    room.submits("theirs", 2, "prod", "other", tasks=2)
    room.grace_ends()
    room.submits("mine", 4, "test", "default", tasks=2)
    room.grace_ends()
    assert [room.state(name) for name in ("theirs", "mine")] == ["RUNNING", "RUNNING"]
    assert room.run("theirs").preemptions == 0
