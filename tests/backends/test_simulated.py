"""The simulated backend's own faults, beside what the conformance suite holds it to."""

import asyncio
from dataclasses import replace

import pytest

from openpai.backends.contract import PullProgress
from openpai.backends.simulated import SimulatedBackend, SimulatedEngine
from openpai.errors import NoContact, Problem, Refused
from openpai.scheduler.resources import Node, Resources
from tests.backends.bench import plan, silent


@pytest.fixture
async def engine() -> SimulatedEngine:
    return SimulatedEngine(Node("n", Resources(4, 4096, 0)), pull_seconds=0.05)


async def test_many_waiters_share_one_slow_pull(engine: SimulatedEngine) -> None:
    backend = SimulatedBackend("i", engine)
    heard: list[PullProgress] = []
    await asyncio.gather(*(backend.start(plan(f"t{i}", ""), heard.append) for i in range(20)))
    assert engine.pulls_made == 1
    assert heard[-1].layers_done == 1


async def test_a_refused_image_leaves_nothing(engine: SimulatedEngine) -> None:
    refusal = Refused(Problem("ImageHasNoShell", {"image": "x", "detail": ""}))
    engine.failures["x"] = refusal
    backend = SimulatedBackend("i", engine)
    with pytest.raises(Refused):
        await backend.start(replace(plan("t", ""), image="x"), silent)
    assert (await backend.observe()).tasks == {}


async def test_containers_go_on_while_contact_is_lost(engine: SimulatedEngine) -> None:
    backend = SimulatedBackend("i", engine)
    await backend.start(replace(plan("t", ""), environment={"PAI_SIMULATED_SECONDS": "0.05"}), silent)
    engine.lose_contact()
    with pytest.raises(NoContact):
        await backend.observe()
    await asyncio.sleep(0.1)
    engine.contact = True
    assert (await backend.observe()).tasks["t"].exit is not None


async def test_a_thousand_tasks_run_in_a_second(engine: SimulatedEngine) -> None:
    backend = SimulatedBackend("i", engine)
    async with asyncio.timeout(5):
        await asyncio.gather(*(backend.start(plan(f"t{i}", ""), silent) for i in range(1000)))
        async for _ in backend.changes():
            if all(task.exit for task in (await backend.observe()).tasks.values()):
                break
