"""The engine goes away under a server and comes back: no job fails of it."""

import asyncio
import os
import shutil
import signal
from contextlib import ExitStack

import pytest

from openpai.client import Client
from openpai.client.replies import JobDetail
from tests.e2e.conftest import MakeServer
from tests.e2e.jobs import attempt, end_of, in_state, job, output, wrote
from tests.e2e.own_engine import own_engine

pytestmark = pytest.mark.skipif(
    os.getuid() != 0 or not all(map(shutil.which, ("dockerd", "nsenter", "ip"))),
    reason="a second engine needs root, dockerd, nsenter and ip",
)

_COUNT = "for i in $(seq 1 80); do echo $i; sleep 0.1; done"
_COUNTED = b"".join(b"%d\n" % number for number in range(1, 81))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["restarted", "killed"])
async def test_with_live_restore_the_containers_go_on_and_the_log_is_complete(
    stack: ExitStack, make_server: MakeServer, number: signal.Signals
) -> None:
    engine = stack.enter_context(own_engine(live_restore=True))
    server = make_server(docker_host=engine.host)
    server.start()
    async with server.client() as pai:
        submitted = await pai.submit(job(_COUNT))
        detail = await in_state(pai, submitted["name"], "RUNNING")
        following = asyncio.create_task(_follow(pai, detail))
        await wrote(pai, detail, b"5\n")
        engine.end(number)
        await asyncio.sleep(1)
        detail = await pai.job(submitted["name"])
        assert detail["jobStatus"]["state"] == "RUNNING"
        later = await pai.submit(job("echo later"))
        engine.start()
        detail = await end_of(pai, submitted["name"])
        assert (detail["jobStatus"]["state"], detail["jobStatus"]["retries"]) == ("SUCCEEDED", 0)
        assert await output(pai, detail) == _COUNTED
        assert await following == _COUNTED
        assert (await end_of(pai, later["name"]))["jobStatus"]["state"] == "SUCCEEDED"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["restarted", "killed"])
async def test_without_live_restore_the_job_is_run_again_on_the_platform_s_account(
    stack: ExitStack, make_server: MakeServer, number: signal.Signals
) -> None:
    engine = stack.enter_context(own_engine(live_restore=False))
    server = make_server(docker_host=engine.host)
    server.start()
    async with server.client() as pai:
        submitted = await pai.submit(job("echo up $PAI_JOB_ATTEMPT; test $PAI_JOB_ATTEMPT != 0 || sleep 600"))
        detail = await in_state(pai, submitted["name"], "RUNNING")
        await wrote(pai, detail, b"up 0\n")
        engine.end(number)
        await asyncio.sleep(0.5)
        engine.start()
        detail = await end_of(pai, submitted["name"])
        assert (detail["jobStatus"]["state"], detail["jobStatus"]["retries"]) == ("SUCCEEDED", 1)
        assert await output(pai, detail, job_attempt=1) == b"up 1\n"
        assert (await output(pai, detail, job_attempt=0)).startswith(b"up 0\n")


async def _follow(pai: Client, detail: JobDetail) -> bytes:
    return b"".join([piece async for piece in pai.follow_log(attempt(detail))])
