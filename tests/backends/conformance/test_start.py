"""`start`: makes it run, once, whoever asks and however often."""

import asyncio
from dataclasses import replace

from openpai.backends.contract import Backend, Phase
from tests.backends.bench import RUNS, Bench, Does, new_instance, read_log, silent, until_ended


async def test_a_started_task_is_observed_running_on_a_node(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", RUNS), silent)
    seen = (await backend.observe()).tasks["a"]
    assert (seen.phase, seen.exit) == (Phase.RUNNING, None)
    assert seen.node in [node.name for node in await backend.nodes()]


async def test_starting_what_runs_changes_nothing(bench: Bench, backend: Backend) -> None:
    plan = bench.plan("a", RUNS)
    await backend.start(plan, silent)
    before = await backend.observe()
    await backend.start(plan, silent)
    assert await backend.observe() == before


async def test_starting_what_has_ended_does_not_run_it_again(bench: Bench, backend: Backend) -> None:
    plan = bench.plan("a", Does(out=b"once", code=3))
    await backend.start(plan, silent)
    before = await until_ended(backend, "a")
    await backend.start(plan, silent)
    assert await backend.observe() == before
    assert await read_log(backend, "a") == b"once"


async def test_two_starts_at_once_make_one_container(bench: Bench, backend: Backend) -> None:
    plan = bench.plan("a", RUNS)
    await asyncio.gather(backend.start(plan, silent), bench.backend().start(plan, silent))
    assert list((await backend.observe()).tasks) == ["a"]


async def test_tasks_of_a_job_start_at_once_on_one_network(bench: Bench, backend: Backend) -> None:
    first, second = bench.plan("a", RUNS), bench.plan("b", RUNS)
    second = replace(second, network=replace(first.network, address=f"{first.network.address[:-1]}6"))
    await asyncio.gather(backend.start(first, silent), backend.start(second, silent))
    seen = await backend.observe()
    assert set(seen.tasks) == {"a", "b"}
    assert seen.networks == {first.network.name}


async def test_a_second_server_adopts_what_the_first_one_started(bench: Bench, backend: Backend) -> None:
    plan = bench.plan("a", RUNS)
    await backend.start(plan, silent)
    before = await backend.observe()
    await backend.close()
    successor = bench.backend()
    assert (await successor.observe()).tasks == before.tasks
    await successor.start(plan, silent)
    assert (await successor.observe()).tasks == before.tasks
    await successor.stop("a", 0)
    assert (await successor.observe()).tasks["a"].phase is Phase.EXITED


async def test_a_created_container_is_seen_and_started(bench: Bench, backend: Backend) -> None:
    plan = bench.plan("a", Does(out=b"at last"))
    await bench.create_only(plan)
    assert (await backend.observe()).tasks["a"].phase is Phase.CREATED
    await backend.start(plan, silent)
    await until_ended(backend, "a")
    assert await read_log(backend, "a") == b"at last"


async def test_instances_do_not_see_one_another(bench: Bench, backend: Backend) -> None:
    stranger = bench.backend(new_instance())
    await backend.start(bench.plan("a", RUNS), silent)
    assert (await stranger.observe()).tasks == {}
    assert (await stranger.observe()).networks == frozenset()
    await stranger.stop("a", 0)
    await stranger.remove("a")
    assert (await backend.observe()).tasks["a"].phase is Phase.RUNNING
