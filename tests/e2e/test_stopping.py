"""Jobs are stopped in every state, and the same request twice does what once does."""

import asyncio
import time
from pathlib import Path

import pytest

from openpai.client import ApiError, Client
from tests.backends.images import BUSYBOX
from tests.e2e import engine
from tests.e2e.jobs import cause, codes, end_of, ended, in_state, job, output, run, task, wrote
from tests.e2e.server import Server
from tests.e2e.slow_registry import slow_registry
from tests.registry import running_registry

_STUBBORN = "trap '' TERM; echo up; while :; do sleep 1; done"


async def test_a_job_that_waits_is_stopped_at_once(pai: Client) -> None:
    cpus = int(engine.docker("info", "--format", "{{.NCPU}}"))
    first = await pai.submit(job("sleep 600", cpu=cpus))
    async with ended(pai, first["name"]):
        await in_state(pai, first["name"], "RUNNING")
        second = await pai.submit(job("echo never"))
        detail = await in_state(pai, second["name"], "QUEUED")
        await pai.stop(second["name"])
        detail = await end_of(pai, second["name"], within=5)
        assert (detail["jobStatus"]["state"], cause(detail)) == ("STOPPED", "StopRequested")


async def test_a_job_whose_image_is_pulled_is_stopped_at_once(pai: Client, tmp_path: Path) -> None:
    with running_registry(tmp_path) as registry, slow_registry(registry.address) as gated:
        registry.push("b", "1", {"bin/sh": BUSYBOX.read_bytes(), "salt": str(tmp_path).encode()})
        submitted = await pai.submit(job("echo never", image=f"{gated.address}/b:1"))
        assert await asyncio.to_thread(gated.asked.wait, 20)
        await pai.stop(submitted["name"])
        detail = await end_of(pai, submitted["name"], within=10)
        assert (detail["jobStatus"]["state"], cause(detail)) == ("STOPPED", "StopRequested")


async def test_a_job_that_heeds_sigterm_is_stopped_with_its_last_words(pai: Client) -> None:
    submitted = await pai.submit(job("trap 'echo saved; exit 0' TERM; echo up; sleep 600 & wait"))
    detail = await in_state(pai, submitted["name"], "RUNNING")
    await wrote(pai, detail, b"up\n")
    await pai.stop(submitted["name"])
    detail = await end_of(pai, submitted["name"])
    assert detail["jobStatus"]["state"] == "STOPPED"
    assert await output(pai, detail) == b"up\nsaved\n"


async def test_a_job_that_ignores_sigterm_is_killed_after_the_grace_period(pai: Client) -> None:
    submitted = await pai.submit(job(_STUBBORN))
    detail = await in_state(pai, submitted["name"], "RUNNING")
    await wrote(pai, detail, b"up\n")
    begin = time.monotonic()
    await pai.stop(submitted["name"])
    detail = await end_of(pai, submitted["name"])
    assert 1.5 < time.monotonic() - begin < 10
    assert (detail["jobStatus"]["state"], cause(detail)) == ("STOPPED", "StopRequested")
    assert task(detail).get("containerExitCode") == 137


async def test_stopping_twice_or_after_the_end_changes_nothing(pai: Client) -> None:
    submitted = await pai.submit(job(_STUBBORN))
    await in_state(pai, submitted["name"], "RUNNING")
    for _ in range(2):
        await pai.stop(submitted["name"])
    await end_of(pai, submitted["name"])
    await pai.stop(submitted["name"])
    detail = await run(pai, job("true"))
    await pai.stop(detail["name"])
    assert (await pai.job(detail["name"]))["jobStatus"]["state"] == "SUCCEEDED"


async def test_stopping_what_is_not_there_is_told(server: Server, pai: Client) -> None:
    with pytest.raises(ApiError) as caught:
        await pai.stop("no_such_job")
    assert (caught.value.status, codes(caught.value.problems)) == (404, ["NoJob"])
    done = server.pai("stop", "no_such_job")
    assert done.returncode != 0
    assert "no_such_job" in done.stderr


async def test_the_same_key_twice_makes_one_job(pai: Client) -> None:
    text = job("echo once")
    replies = await asyncio.gather(*(pai.submit(text, idempotency_key="a key") for _ in range(5)))
    assert len({reply["name"] for reply in replies}) == 1
    detail = await end_of(pai, replies[0]["name"])
    assert await output(pai, detail) == b"once\n"
    assert (await pai.submit(text, idempotency_key="a key"))["name"] == replies[0]["name"]
    with pytest.raises(ApiError) as caught:
        await pai.submit(job("echo another"), idempotency_key="a key")
    assert codes(caught.value.problems) == ["IdempotencyKeyReused"]
