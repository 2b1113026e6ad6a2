"""Which GPUs the tasks of jobs get, and what becomes of GPUs that are bad, through the real loop."""

from pathlib import Path

import pytest

from openpai.backends.simulated import SimulatedEngine
from openpai.images.cuda.fake import read_fake_gpus
from openpai.lifecycle.states import JobState
from openpai.scheduler.resources import Node, Resources
from tests.controller.house import House, eventually, running

FOREVER = "PAI_SIMULATED_SECONDS=forever"


@pytest.fixture
async def engine() -> SimulatedEngine:
    made = SimulatedEngine(Node("gpu-1", Resources(16, 64_000, 0)))
    made.describe(read_fake_gpus("4xV100-SXM2-32GB"))
    return made


def _uuid(place: int) -> str:
    return f"GPU-FAKE0000-0000-0000-0000-{place:012d}"


async def _runs(house: House, name: str, gpu: int) -> tuple[str, ...]:
    """The GPUs that a job's only task got."""
    await house.submit(name, FOREVER, resources={"gpu": gpu})
    found = await house.until(name, JobState.RUNNING)
    task = found.run.tasks[0]
    given = house.engine.containers["test", task.uid].plan.gpus
    assert task.cells is not None
    assert given == task.cells.gpus, "what it got is kept with it"
    return given


async def test_each_task_gets_as_many_gpus_as_it_asked_for_and_nobody_elses(
    tmp_path: Path, engine: SimulatedEngine
) -> None:
    async with running(tmp_path, engine) as house:
        given = [*await _runs(house, "two", 2), *await _runs(house, "one", 1), *await _runs(house, "last", 1)]
        assert sorted(given) == [_uuid(place) for place in range(4)]


async def test_a_task_that_asks_for_none_sees_none(tmp_path: Path, engine: SimulatedEngine) -> None:
    async with running(tmp_path, engine) as house:
        assert await _runs(house, "none", 0) == ()


async def test_a_bad_gpu_gets_no_task_until_it_is_well(tmp_path: Path, engine: SimulatedEngine) -> None:
    engine.describe(read_fake_gpus("4xV100-SXM2-32GB,bad=0,held=2"))
    async with running(tmp_path, engine) as house:
        assert sorted([*await _runs(house, "a", 1), *await _runs(house, "b", 1)]) == [_uuid(1), _uuid(3)]
        await house.submit("c", FOREVER, resources={"gpu": 1})
        waiting = await house.find("c")
        await eventually(lambda: house.controller.waits(waiting.run.id))
        assert [reason.code for reason in house.controller.waits(waiting.run.id)] == ["WaitsForGoodNodes"]
        engine.describe(read_fake_gpus("4xV100-SXM2-32GB,bad=0"))
        task = (await house.until("c", JobState.RUNNING)).run.tasks[0]
        assert engine.containers["test", task.uid].plan.gpus == (_uuid(2),)


async def test_a_task_whose_gpu_turns_bad_goes_on_and_keeps_it_through_a_restart(
    tmp_path: Path, engine: SimulatedEngine
) -> None:
    async with running(tmp_path, engine) as house:
        (given,) = await _runs(house, "a", 1)
        engine.describe(read_fake_gpus(f"4xV100-SXM2-32GB,lost={int(given[-12:])}"))
    async with running(tmp_path, engine) as house:
        others = await _runs(house, "b", 3)
        assert given not in others
        found = await house.find("a")
        assert found.run.state == JobState.RUNNING
        assert found.run.tasks[0].cells is not None
        assert found.run.tasks[0].cells.gpus == (given,)
