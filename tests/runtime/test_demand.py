"""A job as the scheduler sees it."""

import pytest

from openpai.protocol.job import Job
from openpai.runtime.demand import all_tasks, gangs_of, job_of, units
from openpai.scheduler.cluster import Sku
from openpai.scheduler.gang import Gang
from openpai.scheduler.resources import Resources
from tests.builders import job_of as a_job_of
from tests.builders import role

CPU = Sku(gpu=0, cpu=1, memory_mb=2000)
V100 = Sku(gpu=1, cpu=4, memory_mb=16_000)
SKUS = {"V100": V100, "CPU": CPU}
TRAIN_AND_WATCH = {"train": role(2, resources={"gpu": 4}), "watch": role()}


def gangs(job: Job, **only: frozenset[str]) -> list[Gang]:
    return gangs_of("id", job, all_tasks(job), SKUS, only)


def test_every_task_of_a_job_is_in_its_gang_by_role_and_index() -> None:
    (gang,) = gangs(a_job_of(TRAIN_AND_WATCH))
    assert (gang.name, gang.virtual_cluster, gang.priority, gang.nodes) == ("id", "default", 10, None)
    assert gang.needs == {"V100": {"train-0": 4, "train-1": 4, "watch-0": 1}}


@pytest.mark.parametrize(
    ("needs", "sku", "cells"),
    [
        (Resources(12, 8000, 1), V100, 3),
        (Resources(1, 8000, 4), V100, 4),
        (Resources(1, 40_000, 0), V100, 3),
        (Resources(2, 3000, 0), CPU, 2),
        (Resources(0, 0, 0), CPU, 1),
        (Resources(1, 1000, 1), CPU, None),
        (Resources(0, 0, 0), Sku(gpu=1, cpu=0, memory_mb=0), 1),
    ],
)
def test_as_many_cells_as_the_scarcest_amount_takes(needs: Resources, sku: Sku, cells: int | None) -> None:
    assert units(needs, sku) == cells


def test_who_needs_no_gpu_takes_one_only_where_there_is_nothing_else() -> None:
    (gang,) = gangs(a_job_of({"main": role()}))
    assert list(gang.needs) == ["CPU", "V100"]


def test_a_sku_by_name_is_the_only_one() -> None:
    asked = {"taskRoles": {"main": {"skuType": "V100"}}}
    (gang,) = gangs(a_job_of({"main": role()}, hivedScheduler=asked))
    assert gang.needs == {"V100": {"main-0": 1}}


def test_a_pinned_cell_a_priority_and_laziness_are_what_the_file_says() -> None:
    asked = {
        "jobPriorityClass": "prod",
        "lazyPreemptionEnable": True,
        "taskRoles": {"main": {"pinnedCellId": "quiet"}},
    }
    (gang,) = gangs(a_job_of({"main": role()}, hivedScheduler=asked))
    assert (gang.priority, gang.lazy, gang.pinned) == (100, True, "quiet")


def test_tasks_that_need_not_start_together_are_gangs_of_one() -> None:
    names = [gang.name for gang in gangs(a_job_of({"a": role(2), "b": role()}, gangAllocation=False))]
    assert names == ["id/a-0", "id/a-1", "id/b-0"]
    assert {job_of(name) for name in names} == {"id"}


def test_affinity_groups_are_gangs_of_their_own() -> None:
    asked = {"taskRoles": {"a": {"affinityGroupName": "left"}, "b": {"affinityGroupName": "left"}}}
    found = gangs(a_job_of({"a": role(), "b": role(), "c": role(2)}, hivedScheduler=asked))
    assert {gang.name: set(gang.needs["CPU"]) for gang in found} == {
        "id/left": {"a-0", "b-0"},
        "id": {"c-0", "c-1"},
    }


def test_a_gang_goes_where_all_of_its_roles_can_run() -> None:
    job = a_job_of(TRAIN_AND_WATCH)
    (gang,) = gangs(job, train=frozenset({"new", "newer"}), watch=frozenset({"newer", "old"}))
    assert gang.nodes == frozenset({"newer"})
    (gang,) = gangs(job, train=frozenset({"new"}))
    assert gang.nodes == frozenset({"new"})
