"""What a server uses that has nothing to do."""

import asyncio

from benchmarks.server import Server, job_yaml

SECONDS = 30.0


async def idle(server: Server) -> dict[str, float]:
    """Memory and CPU after a first job has run, over `SECONDS`."""
    async with server.client() as client:
        name = (await client.submit(job_yaml("first", "echo hello")))["name"]
        async for _ in client.watch(name):
            pass
    await asyncio.sleep(2)
    before = server.cpu_seconds()
    await asyncio.sleep(SECONDS)
    return {
        "resident memory, MiB": server.memory_mb(),
        "CPU, % of one core": 100 * (server.cpu_seconds() - before) / SECONDS,
    }
