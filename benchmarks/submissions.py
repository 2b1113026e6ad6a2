"""Accepted submissions per second, each on the disk before its reply, with 8 clients."""

import asyncio
import os
import time

from benchmarks.server import Server, job_yaml
from openpai.client.api import Client

CLIENTS = 8
SECONDS = 10.0


async def submissions(server: Server) -> dict[str, float]:
    """Throughput and latency over `SECONDS`. All jobs but the first wait: the machine is held by one."""
    taken: list[float] = []
    async with server.client() as client:
        await client.submit(_whole_machine("holder"))
        started = time.perf_counter()
        await asyncio.gather(*(_submit(client, number, started, taken) for number in range(CLIENTS)))
        lasted = time.perf_counter() - started
        await client.stop("holder")
    taken.sort()
    return {
        "accepted per second": len(taken) / lasted,
        "p50, ms": 1000 * taken[len(taken) // 2],
        "p99, ms": 1000 * taken[len(taken) * 99 // 100],
    }


async def _submit(client: Client, number: int, started: float, taken: list[float]) -> None:
    count = 0
    while time.perf_counter() - started < SECONDS:
        before = time.perf_counter()
        await client.submit(_whole_machine(f"queued-{number}-{count}"))
        taken.append(time.perf_counter() - before)
        count += 1


def _whole_machine(name: str) -> str:
    """A job that takes every core, so that only one runs."""
    return job_yaml(name, "sleep 3600").replace("cpu: 1", f"cpu: {os.cpu_count()}")
