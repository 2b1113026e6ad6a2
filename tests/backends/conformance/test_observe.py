"""`observe`, `changes`, `nodes`: what is, or `NoContact`; never a guess."""

import asyncio
from dataclasses import replace

import pytest

from openpai.backends.contract import Backend, Phase
from openpai.errors import NoContact
from tests.backends.bench import RUNS, Bench, Does, network, silent, until_ended


async def test_nothing_is_observed_where_nothing_is(backend: Backend) -> None:
    seen = await backend.observe()
    assert (seen.tasks, seen.networks) == ({}, frozenset())
    assert seen.engine_started_at > 0


async def test_an_exit_tells_code_and_time(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", Does(code=42, seconds=0.2)), silent)
    seen = (await until_ended(backend, "a")).tasks["a"]
    assert seen.exit is not None
    assert seen.started_at is not None
    assert (seen.exit.code, seen.exit.oom_killed, seen.exit.error) == (42, False, "")
    assert 150 < seen.exit.finished_at - seen.started_at < 5000


async def test_a_child_killed_for_memory_is_told(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", Does(child_runs_out_of_memory=True, code=3)), silent)
    seen = (await until_ended(backend, "a")).tasks["a"]
    assert seen.exit is not None
    assert (seen.exit.code, seen.exit.oom_killed) == (3, True)


async def test_nodes_have_something_for_jobs(backend: Backend) -> None:
    (node,) = await backend.nodes()
    assert node.name
    assert node.capacity.cpu > 0
    assert node.capacity.memory_mb > 0


async def test_the_isolated_network_is_none_of_a_job(bench: Bench, backend: Backend) -> None:
    plan = bench.plan("a", RUNS)
    shared = network("shared", isolated=True)
    await backend.start(replace(plan, network=shared), silent)
    assert (await backend.observe()).networks == frozenset()
    await backend.remove("a")
    await backend.remove_network("shared")


async def test_changes_come_when_a_task_starts_and_ends(bench: Bench, backend: Backend) -> None:
    starter = None
    async with asyncio.timeout(10):
        async for _ in backend.changes():
            seen = (await backend.observe()).tasks.get("a")
            if seen is None and starter is None:
                starter = asyncio.create_task(backend.start(bench.plan("a", Does(seconds=0.5)), silent))
            if seen is not None and seen.phase is Phase.EXITED:
                break
    assert starter is not None
    await starter


async def test_every_verb_says_no_contact(bench: Bench, backend: Backend) -> None:
    plan = bench.plan("a", RUNS)
    await bench.cut()
    calls = [
        backend.nodes(),
        backend.observe(),
        backend.start(plan, silent),
        backend.stop("a", 1),
        backend.remove("a"),
        backend.remove_network("a"),
        anext(backend.logs("a", 0)),
        anext(backend.changes()),
    ]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(answer) for answer in answers] == [NoContact] * len(calls)
    assert all(
        answer.first.code == "EngineUnreachable" for answer in answers if isinstance(answer, NoContact)
    )


async def test_changes_end_when_contact_is_lost(bench: Bench, backend: Backend) -> None:
    hints = backend.changes()
    await anext(hints)
    await bench.cut()
    with pytest.raises(NoContact):
        await anext(hints)


async def test_work_goes_on_once_contact_is_back(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", RUNS), silent)
    await bench.cut()
    with pytest.raises(NoContact):
        await backend.observe()
    await bench.mend()
    assert (await backend.observe()).tasks["a"].phase is Phase.RUNNING
