"""The data directory has no room left: submissions are refused, logs pause, and nothing is lost when it has again."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from openpai.client import ApiError, Client
from tests.e2e.conftest import MakeServer
from tests.e2e.jobs import codes, end_of, in_state, job, output, run, wrote

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="a small file system can be mounted by root only")

_LINES = 40_000


@contextmanager
def _small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    folder.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "none", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_refuses_submissions_pauses_logs_and_loses_nothing(
    stack: ExitStack, make_server: MakeServer
) -> None:
    server = make_server()
    stack.enter_context(_small_disk(server.data_dir, 8))
    server.start()
    ballast = server.data_dir / "ballast"
    async with server.client() as pai:
        await run(pai, job("echo before"))
        submitted = await pai.submit(job(f"echo begin; sleep 2; seq 1 {_LINES}"))
        detail = await in_state(pai, submitted["name"], "RUNNING")
        await wrote(pai, detail, b"begin\n")
        _fill(ballast)
        error = await _refusal(pai)
        assert (error.status, codes(error.problems)) == (507, ["NoSpace"])
        assert error.problems[0].get("fix")
        await asyncio.sleep(4)
        assert (await pai.job(submitted["name"]))["jobStatus"]["state"] in ("RUNNING", "STOPPING")
        assert server.runs
        ballast.unlink()
        detail = await end_of(pai, submitted["name"])
        assert detail["jobStatus"]["state"] == "SUCCEEDED"
        whole = b"begin\n" + b"".join(b"%d\n" % number for number in range(1, _LINES + 1))
        assert await output(pai, detail) == whole
        assert (await run(pai, job("echo after")))["jobStatus"]["state"] == "SUCCEEDED"


async def _refusal(pai: Client) -> ApiError:
    """What is answered once no more job can be kept."""
    for _ in range(200):
        try:
            await pai.submit(job("true", description="x" * 20_000))
        except ApiError as error:
            return error
    raise AssertionError("the disk is not full")


def _fill(ballast: Path) -> None:
    """Take all room there is."""
    with ballast.open("wb", buffering=0) as file:
        for size in (2**16, 2**12):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
