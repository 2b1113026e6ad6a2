"""Job files made for tests, and what a user does with a job: wait for it, and read what it wrote."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from openpai.client import Client, TaskAttempt
from openpai.client.replies import JobDetail, TaskStatus
from tests.backends.images import SHELL

FINAL = ("SUCCEEDED", "FAILED", "STOPPED")

_numbers = count(1)


def role(*commands: str, cpu: int = 1, memory: int = 64, instances: int = 1, **more: Any) -> dict[str, Any]:
    """A task role of small tasks."""
    resources = {"cpu": cpu, "memoryMB": memory, "gpu": 0}
    return {
        "instances": instances,
        "dockerImage": "image",
        "resourcePerInstance": resources,
        "commands": list(commands),
        **more,
    }


def job(*commands: str, image: str = SHELL, **more: Any) -> str:
    """A job of one role `main` (or of `taskRoles`, where given) under a name of its own. JSON is YAML."""
    own = {key: more.pop(key) for key in ("cpu", "memory", "instances", "completion") if key in more}
    roles = {"taskRoles": {"main": role(*commands, **own)}} if commands else {}
    file = {
        "protocolVersion": 2,
        "name": f"test_{next(_numbers)}",
        "type": "job",
        "prerequisites": [{"type": "dockerimage", "name": "image", "uri": image}],
        **roles,
        **more,
    }
    return json.dumps(file, ensure_ascii=False)


async def end_of(pai: Client, name: str, within: float = 60) -> JobDetail:
    """The job once it is final."""
    return await reached(pai, name, lambda detail: detail["jobStatus"]["state"] in FINAL, within)


async def reached(
    pai: Client, name: str, wanted: Callable[[JobDetail], bool], within: float = 30
) -> JobDetail:
    """The job as soon as it is as wanted."""
    detail: JobDetail | None = None
    try:
        async with asyncio.timeout(within):
            while detail is None or not wanted(detail):
                if detail is not None:
                    await asyncio.sleep(0.1)
                detail = await pai.job(name)
    except TimeoutError:
        raise AssertionError(f"not within {within} s: {json.dumps(detail)[:3000]}") from None
    return detail


async def in_state(pai: Client, name: str, sub_state: str, within: float = 30) -> JobDetail:
    """The job as soon as it is QUEUED, PREPARING, RUNNING, …"""
    return await reached(pai, name, lambda detail: detail["jobStatus"]["subState"] == sub_state, within)


async def run(pai: Client, text: str, within: float = 60, **more: Any) -> JobDetail:
    """Submit a job and wait until it is final."""
    submitted = await pai.submit(text, **more)
    return await end_of(pai, submitted["name"], within)


def task(detail: JobDetail, role: str = "main", index: int = 0) -> TaskStatus:
    return detail["taskRoles"][role]["taskStatuses"][index]


def cause(detail: JobDetail) -> str:
    """The code of what ended the job."""
    diagnosis = detail["jobStatus"].get("diagnosis")
    return diagnosis["code"] if diagnosis else ""


def attempt(detail: JobDetail, role: str = "main", index: int = 0, job_attempt: int = 0) -> TaskAttempt:
    status = detail["jobStatus"]
    return TaskAttempt(f"{status['username']}~{detail['name'].split('~')[-1]}", job_attempt, role, index, 0)


async def output(pai: Client, detail: JobDetail, stream: Any = "all", **which: Any) -> bytes:
    """All that a task wrote, as it is now."""
    return b"".join([piece async for piece in pai.log(attempt(detail, **which), stream)])


async def wrote(
    pai: Client, detail: JobDetail, words: bytes, within: float = 30, role: str = "main"
) -> bytes:
    """The log of a task as soon as it holds these words."""
    text = b""
    async with asyncio.timeout(within):
        async for piece in pai.follow_log(attempt(detail, role)):
            text += piece
            if words in text:
                return text
    raise AssertionError(f"it ended without {words!r}: {text!r}")


def codes(problems: Any) -> list[str]:
    return [problem["code"] for problem in problems]


@asynccontextmanager
async def ended(pai: Client, *names: str) -> AsyncIterator[None]:
    """Whatever happens inside, these jobs are stopped after it."""
    try:
        yield
    finally:
        for name in names:
            await pai.stop(name)
        for name in names:
            await end_of(pai, name)


Environment = Mapping[str, str]


def environment_of(text: bytes) -> dict[str, str]:
    """What `env` printed."""
    return dict(line.split("=", 1) for line in text.decode().splitlines() if "=" in line)
