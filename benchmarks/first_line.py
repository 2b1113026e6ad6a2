"""From submitting a job to its first line of output, beside `docker run` of the same image and command."""

import os
import subprocess
import sys
import time
from statistics import median

from benchmarks import engine
from benchmarks.server import Server, job_yaml
from openpai.client.api import Client
from openpai.client.events import TaskAttempt

ROUNDS = 20
GOES_ON = "echo hello; sleep 1"
ENDS = "echo hello"  # the engine puts such a container in order before it gives its log to anybody
_NETWORK = "pai-bench"


async def first_line(server: Server) -> dict[str, float]:
    """Medians of `ROUNDS` rounds in which each way is measured once, one after another."""
    engine.make_network(_NETWORK)
    taken: dict[str, list[float]] = {
        way: [] for way in ("sdk", "docker", "sdk ends", "docker ends", "bridge", "cli")
    }
    async with server.client() as client:
        await _through_sdk(client, "warm-up", GOES_ON)
        for number in range(ROUNDS):
            taken["sdk"].append(await _through_sdk(client, f"sdk-{number}", GOES_ON))
            taken["docker"].append(engine.first_line(_NETWORK, GOES_ON))
            taken["sdk ends"].append(await _through_sdk(client, f"ends-{number}", ENDS))
            taken["docker ends"].append(engine.first_line(_NETWORK, ENDS))
            taken["cli"].append(_through_cli(server, f"cli-{number}"))
            taken["bridge"].append(engine.first_line("bridge", GOES_ON))
    engine.remove_network(_NETWORK)
    middle = {way: median(times) for way, times in taken.items()}
    return {
        "docker run, default bridge, s": middle["bridge"],
        "docker run, user-defined network, s": middle["docker"],
        "SDK, s": middle["sdk"],
        "pai submit --watch, s": middle["cli"],
        "SDK / docker run, like networks": middle["sdk"] / middle["docker"],
        "the same, of a command that ends at once": middle["sdk ends"] / middle["docker ends"],
        "SDK / docker run on the default bridge": middle["sdk"] / middle["bridge"],
        "pai submit --watch / docker run, like networks": middle["cli"] / middle["docker"],
    }


async def _through_sdk(client: Client, name: str, command: str) -> float:
    started = time.perf_counter()
    full_name = (await client.submit(job_yaml(name, command)))["name"]
    async for line in client.follow_log(TaskAttempt(full_name, 0, "main", 0, 0)):
        assert line == b"hello\n"
        break
    taken = time.perf_counter() - started
    async for _ in client.watch(full_name):
        pass  # the next round begins with the engine at rest
    return taken


def _through_cli(server: Server, name: str) -> float:
    started = time.perf_counter()
    command = [sys.executable, "-m", "openpai", "submit", "-", "--watch"]
    environment = {**os.environ, "PAI_DATA_DIR": str(server.data_dir)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(job_yaml(name, GOES_ON).encode())
        child.stdin.close()
        while child.stdout.readline() != b"hello\n":
            pass
        taken = time.perf_counter() - started
        child.wait()
    return taken
