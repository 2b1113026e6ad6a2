"""A job of 64 tasks of `true` to its final state, beside the best of parallel `docker run`; and 500 tasks that wait."""

import asyncio
import json
import time

from benchmarks import engine
from benchmarks.many_jobs import CORES, PARALLEL
from benchmarks.server import Server
from openpai.client.api import Client

TASKS = 64
_NETWORK = "pai-bench-tasks"
QUEUED = 500
_CELLS = 8
_WATCHED_S = 20
_ENDED = ("SUCCEEDED", "FAILED")


async def many_tasks(server: Server) -> dict[str, float]:
    """Seconds for all tasks; jobs are measured before and after the engine's own, and the means count. Once with the
    cells that are found, one for each core; and once with the cells that a cluster file says, as many as the engine is
    asked to run at a time where it is fastest: for both, tasks share cores then."""
    engine.make_network(_NETWORK)
    async with server.client() as client:
        before = await _both(client, server, "before")
        runs = {parallel: engine.run_many(TASKS, parallel, _NETWORK) for parallel in PARALLEL}
        after = await _both(client, server, "after")
    engine.remove_network(_NETWORK)
    found, shared = ((one + other) / 2 for one, other in zip(before, after, strict=True))
    best = min(runs.values())
    return {
        **{f"{TASKS} × docker run, {parallel} at a time, s": taken for parallel, taken in runs.items()},
        f"job of {TASKS} tasks, {CORES} cells, s": found,
        f"job of {TASKS} tasks, {_CELLS} cells, s": shared,
        f"job with {CORES} cells / docker run, {CORES} at a time": found / runs[CORES],
        f"job with {CORES} cells / best of docker run": found / best,
        f"job with {_CELLS} cells / best of docker run": shared / best,
    }


async def _both(client: Client, server: Server, when: str) -> tuple[float, float]:
    """With the cells that are found, and with more of them than there are cores."""
    found = await _run_job(client, f"tasks-found-{when}")
    (node,) = await client.nodes()
    file = server.data_dir / "cluster.yaml"
    file.write_text(json.dumps({"nodes": {node["name"]: {"cpu": _CELLS, "memory": "8Gi"}}}))
    shared = await _run_job(client, f"tasks-shared-{when}")
    file.unlink()
    return found, shared


async def queued_tasks(server: Server) -> dict[str, float]:
    """What 500 tasks that wait cost a server: memory, and its CPU while nothing happens."""
    async with server.client() as client:
        await client.submit(_job("holds", CORES, 1, "sleep 600"))
        while (await client.job("holds"))["jobStatus"]["state"] != "RUNNING":  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        memory, cpu = server.memory_mb(), await _cpu_share(server)
        await client.submit(_job("waits", 1, QUEUED, "true"))
        await asyncio.sleep(3)
        grown, busy = server.memory_mb(), await _cpu_share(server)
        for name in ("waits", "holds"):
            await client.stop(name)
            while (await client.job(name))["jobStatus"]["state"] != "STOPPED":  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    return {
        "memory before, MiB": memory,
        f"memory with {QUEUED} queued tasks, MiB": grown,
        "CPU before, % of a core": 100 * cpu,
        f"CPU with {QUEUED} queued tasks, % of a core": 100 * busy,
    }


async def _run_job(client: Client, name: str) -> float:
    started = time.perf_counter()
    await client.submit(_job(name, 1, TASKS, "true"))
    while (state := (await client.job(name))["jobStatus"]["state"]) not in _ENDED:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    assert state == "SUCCEEDED"
    return time.perf_counter() - started


async def _cpu_share(server: Server) -> float:
    before = server.cpu_seconds()
    await asyncio.sleep(_WATCHED_S)
    return (server.cpu_seconds() - before) / _WATCHED_S


def _job(name: str, cpu: int, instances: int, command: str) -> str:
    role = {
        "instances": instances,
        "dockerImage": "image",
        "resourcePerInstance": {"cpu": cpu, "memoryMB": 64, "gpu": 0},
        "commands": [command],
    }
    image = {"type": "dockerimage", "name": "image", "uri": engine.IMAGE}
    file = {"protocolVersion": 2, "name": name, "type": "job", "prerequisites": [image]}
    return json.dumps({**file, "taskRoles": {"main": role}, "extras": {"gangAllocation": False}})
