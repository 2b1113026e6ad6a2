"""`stop` and `remove`: SIGTERM to all, then SIGKILL; already done and already gone are success."""

import asyncio

import pytest

from openpai.backends.contract import Backend, Phase
from openpai.errors import TemporaryFailure
from tests.backends.bench import RUNS, Bench, Does, silent, until_ended


async def test_stop_returns_when_the_task_has_ended(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", Does(out=b"x\n", seconds=None)), silent)
    async for _ in backend.logs("a", 0):
        break  # it has come so far; a shell that is just making a child may lose the signal
    await asyncio.sleep(0.3)
    await backend.stop("a", 10)
    seen = (await backend.observe()).tasks["a"]
    assert seen.phase is Phase.EXITED
    assert seen.exit is not None
    assert (seen.exit.code, seen.exit.oom_killed) == (143, False)


async def test_what_ignores_sigterm_is_killed_after_the_grace(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", Does(out=b"x\n", seconds=None, ignores_term=True)), silent)
    async for _ in backend.logs("a", 0):
        break  # its trap is set
    began = asyncio.get_running_loop().time()
    await backend.stop("a", 1)
    assert 0.9 < asyncio.get_running_loop().time() - began < 8
    seen = (await backend.observe()).tasks["a"]
    assert seen.exit is not None
    assert (seen.exit.code, seen.exit.oom_killed) == (137, False)


async def test_stopping_what_has_ended_keeps_its_exit(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", Does(code=7)), silent)
    before = await until_ended(backend, "a")
    await backend.stop("a", 10)
    assert await backend.observe() == before


async def test_stopping_and_removing_what_is_not_there_is_success(backend: Backend) -> None:
    await backend.stop("nothing", 10)
    await backend.remove("nothing")
    await backend.remove_network("nothing")


async def test_stopping_what_was_never_started_removes_it(bench: Bench, backend: Backend) -> None:
    await bench.create_only(bench.plan("a", RUNS))
    await backend.stop("a", 10)
    assert (await backend.observe()).tasks == {}


async def test_two_stops_at_once_both_return(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", RUNS), silent)
    await asyncio.gather(backend.stop("a", 10), backend.stop("a", 0))
    assert (await backend.observe()).tasks["a"].phase is Phase.EXITED


async def test_a_stop_whose_caller_goes_away_is_carried_out(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", Does(out=b"x\n", seconds=None, ignores_term=True)), silent)
    async for _ in backend.logs("a", 0):
        break
    call = asyncio.create_task(backend.stop("a", 1))
    await asyncio.sleep(0.3)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await until_ended(backend, "a")


async def test_remove_kills_what_runs_and_may_be_repeated(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", RUNS), silent)
    await backend.remove("a")
    await backend.remove("a")
    assert (await backend.observe()).tasks == {}


async def test_a_name_can_be_used_again_after_remove(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", Does(code=1)), silent)
    await until_ended(backend, "a")
    await backend.remove("a")
    plan = bench.plan("a", RUNS)
    await backend.start(plan, silent)
    assert (await backend.observe()).tasks["a"].phase is Phase.RUNNING


async def test_a_network_stays_until_its_last_container_is_gone(bench: Bench, backend: Backend) -> None:
    plan = bench.plan("a", RUNS)
    await backend.start(plan, silent)
    with pytest.raises(TemporaryFailure):
        await backend.remove_network(plan.network.name)
    await backend.remove("a")
    assert (await backend.observe()).networks == {plan.network.name}
    await backend.remove_network(plan.network.name)
    await backend.remove_network(plan.network.name)
    assert (await backend.observe()).networks == frozenset()
