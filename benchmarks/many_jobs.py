"""100 jobs of `true` submitted at once, to the last one's final state, beside the best of parallel `docker run`."""

import asyncio
import os
import time

from benchmarks import engine
from benchmarks.server import Server, job_yaml
from openpai.client.api import Client

COUNT = 100
CORES = len(os.sched_getaffinity(0))
PARALLEL = sorted({1, 2, 4, 8, CORES})
_NETWORK = "pai-bench"


async def many_jobs(server: Server) -> dict[str, float]:
    """Seconds for all; the platform is measured twice, before and after the engine's own, and the mean counts."""
    engine.make_network(_NETWORK)
    async with server.client() as client:
        before = await _submit_all(client, "before")
        runs = {parallel: engine.run_many(COUNT, parallel, _NETWORK) for parallel in PARALLEL}
        after = await _submit_all(client, "after")
    engine.remove_network(_NETWORK)
    best, ours = min(runs.values()), (before + after) / 2
    return {
        **{f"{COUNT} × docker run, {parallel} at a time, s": taken for parallel, taken in runs.items()},
        f"{COUNT} jobs, first time, s": before,
        f"{COUNT} jobs, second time, s": after,
        "jobs / best of docker run": ours / best,
        f"jobs / docker run, {CORES} at a time like the jobs": ours / runs[CORES],
    }


async def _submit_all(client: Client, prefix: str) -> float:
    started = time.perf_counter()
    names = [f"{prefix}-{number}" for number in range(COUNT)]
    await asyncio.gather(*(client.submit(job_yaml(name, "true")) for name in names))
    while (await client.jobs(keyword=prefix, state="SUCCEEDED,FAILED", limit=1))["totalCount"] < COUNT:  # noqa: ASYNC110
        await asyncio.sleep(0.1)  # asking costs the server a little, as a user who waits would
    taken = time.perf_counter() - started
    assert (await client.jobs(keyword=prefix, state="FAILED", limit=1))["totalCount"] == 0, "jobs failed"
    return taken
