"""Why a job waits, in numbers, and what would start it: every change that is named was tried."""

from collections.abc import Mapping
from typing import Any

from openpai.protocol.job import Job
from openpai.runtime.demand import all_tasks, gangs_of
from openpai.runtime.explanation import Asked, Explanation, explain
from openpai.runtime.outlook import Outlook
from openpai.scheduler.cluster import CellType, Cluster, PhysicalCell, Sku, VirtualCells, VirtualCluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Start
from openpai.scheduler.queue import Waiting, take_turns
from tests.builders import job_of, role

V100 = Sku(gpu=1, cpu=4, memory_mb=16_000)


def cluster(**promised: int) -> Cluster:
    """Machines of four V100 each, named n0, n1, …, so many for each virtual cluster."""
    leaves = tuple(PhysicalCell("V100", str(index)) for index in range(4))
    return Cluster(
        {"NODE": CellType("NODE", "V100", 4, is_node=True)},
        tuple(PhysicalCell("NODE", f"n{n}", children=leaves) for n in range(sum(promised.values()))),
        {vc: VirtualCluster((VirtualCells("NODE", "NODE", count),)) for vc, count in promised.items()},
        {"V100": V100},
    )


def a_job(
    gpu: int, instances: int = 1, vc: str = "default", priority: str | int = "test", **hived: Any
) -> Job:
    job = job_of(
        {"main": role(instances, resources={"gpu": gpu, "cpu": gpu, "memoryMB": 1000 * gpu})},
        hivedScheduler={"jobPriorityClass": priority, **hived},
    )
    return job.model_copy(update={"defaults": job.defaults.model_copy(update={"virtual_cluster": vc})})


class Story:
    """A cluster on which jobs run, by name, and others wait."""

    def __init__(self, described: Cluster) -> None:
        self.scheduler = Scheduler(described)
        self.jobs: dict[str, Job] = {}

    def submit(self, **jobs: Job) -> "Story":
        for name, job in jobs.items():
            self.jobs[name] = job
        waiting = [
            Waiting(gang, (number, name))
            for number, (name, job) in enumerate(self.jobs.items())
            for gang in gangs_of(name, job, all_tasks(job), {"V100": V100})
            if gang.name not in self.scheduler.held
        ]
        self.turns = take_turns(self.scheduler, waiting)
        return self

    def explain(self, name: str, only: Mapping[str, frozenset[str]] | None = None) -> Explanation:
        outlook = Outlook(
            self.scheduler,
            Scheduler(self.scheduler.cluster),
            self.turns.first,
            {job: f"ann~{job}" for job in self.jobs},
            self.turns.queue,
        )
        before = self.scheduler.version, dict(self.scheduler.held)
        clusters = list(self.scheduler.cluster.virtual_clusters)
        found = explain(Asked(self.jobs[name], only or {}, clusters, name), outlook)
        assert dict(self.scheduler.held) == before[1]
        return found


def changes(found: Explanation) -> dict[str, dict[str, object]]:
    return {each.code: dict(each.params) for each in found.changes}


def test_the_numbers_say_what_is_there_and_who_has_it() -> None:
    story = Story(cluster(default=2)).submit(first=a_job(3), second=a_job(2), third=a_job(4))
    found = story.explain("third")
    (room,) = found.rooms
    assert (room.cells, room.free, room.bad, room.needed, room.largest_free) == (8, 3, 0, 4, 2)
    assert [(each.gang, each.cells, each.priority) for each in room.holders] == [
        ("first", 3, 10),
        ("second", 2, 10),
    ]
    assert room.used == {10: 5}
    assert found.reason is not None
    assert found.reason.code == "WaitsForCells"


def test_fewer_gpus_are_named_as_many_as_would_start() -> None:
    story = Story(cluster(default=2)).submit(first=a_job(3), second=a_job(2), third=a_job(4))
    assert changes(story.explain("third"))["StartsWithFewerGpus"] == {"role": "main", "count": 2, "wanted": 4}


def test_fewer_tasks_are_named_as_many_as_would_start() -> None:
    story = Story(cluster(default=2)).submit(first=a_job(3), second=a_job(2, instances=4))
    found = changes(story.explain("second"))
    assert found["StartsWithFewerTasks"] == {"role": "main", "count": 2, "wanted": 4}


def test_another_virtual_cluster_and_idle_cells_are_named_where_they_help() -> None:
    story = Story(cluster(default=1, vision=1)).submit(first=a_job(4), second=a_job(4))
    found = changes(story.explain("second"))
    assert found["StartsInVirtualCluster"] == {"virtual_cluster": "vision"}
    assert found["StartsOnIdle"] == {"priority": "oppo"}
    full = Story(cluster(default=1, vision=1)).submit(
        first=a_job(4), other=a_job(4, vc="vision"), second=a_job(4)
    )
    assert not {"StartsInVirtualCluster", "StartsOnIdle"} & set(changes(full.explain("second")))


def test_a_higher_priority_is_named_with_those_who_would_have_to_end() -> None:
    story = Story(cluster(default=1)).submit(first=a_job(4), second=a_job(2))
    urgent = {
        each.params["priority"]: each.victims for each in story.explain("second").changes if each.victims
    }
    assert urgent == {"prod": ("ann~first",), "crit": ("ann~first",)}


def test_who_waits_behind_another_is_told_whom_and_its_place() -> None:
    story = Story(cluster(default=2)).submit(
        first=a_job(3), large=a_job(4, instances=2), small=a_job(4), last=a_job(1, priority="prod")
    )
    found = story.explain("small")
    assert found.reason is not None
    assert (found.reason.code, found.reason.params["behind"]) == ("WaitsForTurn", "ann~large")
    assert (found.place, found.waiting, found.ahead) == (2, 2, ("ann~large",))
    assert "last" in story.scheduler.held, "the more urgent one went first"


def test_an_image_that_binds_it_to_machines_is_told_and_another_would_help() -> None:
    story = Story(cluster(default=2)).submit(first=a_job(4))
    (used,) = {place.node for place in story.scheduler.held["first"].placement.tasks.values()}
    story.submit(second=a_job(1))
    story.scheduler.release("second")
    found = story.explain("second", {"main": frozenset({used})})
    assert found.reason is not None
    assert found.reason.code == "WaitsForOtherMachines"
    assert changes(found)["StartsWithOtherImage"] == {"nodes": used}


def test_bad_cells_are_counted_apart() -> None:
    story = Story(cluster(default=2)).submit(first=a_job(4))
    (used,) = {place.node for place in story.scheduler.held["first"].placement.tasks.values()}
    story.scheduler.set_bad(frozenset({"n0", "n1"} - {used}))
    found = story.submit(second=a_job(1)).explain("second")
    assert found.reason is not None
    assert found.reason.code == "WaitsForGoodNodes"
    (room,) = found.rooms
    assert (room.free, room.bad) == (0, 4)


def test_a_reservation_that_others_are_leaving_is_told_with_their_names() -> None:
    story = Story(cluster(default=1)).submit(first=a_job(4)).submit(second=a_job(2, priority="prod"))
    found = story.explain("second")
    assert found.reason is not None
    assert (found.reason.code, found.reason.params["jobs"]) == ("WaitsForOthersToLeave", "ann~first")
    assert found.changes == ()


def test_every_change_that_is_named_starts_the_job() -> None:
    story = Story(cluster(default=1, vision=2)).submit(first=a_job(3), big=a_job(4, instances=3))
    for change in story.explain("big").changes:
        assert not change.victims
    small = a_job(4, instances=2, vc="vision")
    assert all(
        isinstance(d, Start)
        for d in [story.scheduler.decide(gangs_of("x", small, all_tasks(small), {"V100": V100})[0])]
    )


def test_the_jobs_of_which_one_has_to_end_are_named_the_smallest_first() -> None:
    story = Story(cluster(default=2)).submit(first=a_job(2), second=a_job(4), third=a_job(1), fourth=a_job(4))
    found = story.explain("fourth")
    assert [each.params["job"] for each in found.changes if each.code == "StartsWhenEnds"] == [
        "ann~second"
    ], "two and one of the other machine's cells are two jobs'"


def test_whoever_waits_behind_another_does_not_start_when_his_cells_become_free() -> None:
    story = Story(cluster(default=1)).submit(first=a_job(4), second=a_job(4), third=a_job(1))
    assert [
        each.params["job"] for each in story.explain("second").changes if each.code == "StartsWhenEnds"
    ] == ["ann~first"]
    assert "StartsWhenEnds" not in changes(story.explain("third")), "the cells are kept for the second then"
