"""Task attempts and what they wrote."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from time import perf_counter
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from openpai.errors import PaiError, Problem, fail
from openpai.lifecycle.states import TaskState, public_task_state
from openpai.server.attempts import task_attempt_fields, task_path
from openpai.server.edge import PREFIX
from openpai.server.job_shapes import TaskHistory
from openpai.server.logsearch import search
from openpai.server.logstreams import BLOCK
from openpai.server.ranges import NotSatisfiable, parse_range
from openpai.server.replies import Language, error_reply, json_reply
from openpai.server.roles import roles_of
from openpai.server.services import Given, Services
from openpai.server.shapes import LogLocation, LogLocations, LogMatches
from openpai.server.tasks import AttemptAtPath, FoundAttempt, find_task
from openpai.store.logs import NAMES, TaskLog

router = APIRouter(tags=["logs"])

TAIL = 16 * 1024
"""Bytes of the log's end in tail mode, as OpenPAI's."""

STEP = 1 << 20
"""Bytes read at once; a log may be far larger than memory."""

_LONG_ENOUGH_S = 0.3
"""A search that is not done by then tells what it has, and from where to go on."""

_TASK = "/jobs/{job}/attempts/{job_attempt}/taskRoles/{role}/taskIndex/{index}/attempts"
_MAYBE_EMPTY = (TaskState.RUNNING, TaskState.STOPPING)

Tail = Annotated[bool, Query(alias="tail-mode")]
TailToo = Annotated[bool, Query(alias="tailMode", description="As tail-mode: the SDK's spelling.")]


@router.get(_TASK, response_model=TaskHistory)
async def list_task_attempts(
    job: str, job_attempt: int, role: str, index: int, services: Given, language: Language
) -> Response:
    """A task and all its attempts, newest first."""
    listed, attempts = await find_task(services, job, job_attempt, role, index)
    run = listed.run
    if not attempts:
        raise fail("NoJob", name=f"{run.full_name}/attempts/{job_attempt}/{role}/{index}")
    latest = attempts[-1]
    roles = roles_of((await services.jobs.spec(run.id)).document)
    ports = roles.ports_of(latest.role, latest.index)
    reply = TaskHistory(
        username=run.user,
        jobName=run.name,
        jobAttemptId=job_attempt,
        taskRoleName=latest.role,
        taskIndex=index,
        taskUid=latest.uid,
        taskState=public_task_state(latest.state),
        retries=latest.attempt,
        accountableRetries=latest.accountable_retries,
        createdTime=attempts[0].created_at,
        launchedTime=latest.launched_at,
        completedTime=latest.completed_at,
        attempts=[
            task_attempt_fields(
                task, run.full_name, job_attempt, ports, roles.hived_of(task, run.full_name), language
            )
            for task in reversed(attempts)
        ],
    )
    return json_reply(reply)


async def _log_of(services: Services, found: FoundAttempt) -> TaskLog:
    """The log. Raises `NoTaskLog` when the task has not begun, never began, or the log was removed."""
    log = services.logs.of(found.job.run.id, found.task.uid)
    if found.task.state not in _MAYBE_EMPTY and not await asyncio.to_thread(log.exists):
        raise _no_log(found)
    return log


def _no_log(found: FoundAttempt) -> PaiError:
    return fail("NoTaskLog", job=found.job.run.full_name, role=found.task.role, index=found.task.index)


async def _named_log(services: Given, found: AttemptAtPath, name: str) -> TaskLog:
    log = await _log_of(services, found)
    if name not in NAMES:
        raise _no_log(found)
    return log


NamedLog = Annotated[TaskLog, Depends(_named_log)]
"""The log that the path names, which has something of this name. Raises as `_log_of`."""


@router.get(_TASK + "/{attempt}/logs", response_model=LogLocations)
async def list_logs(
    found: AttemptAtPath,
    services: Given,
    tail: Tail = False,
    tail_too: TailToo = False,
) -> Response:
    """Where the logs of a task attempt are read."""
    await _log_of(services, found)
    base = f"{PREFIX}{task_path(found.task, found.job.run.full_name, found.job_attempt)}/logs"
    mode = "?tail-mode=true" if tail or tail_too else ""
    return json_reply(LogLocations(locations=[LogLocation(name=n, uri=f"{base}/{n}{mode}") for n in NAMES]))


@router.get(
    _TASK + "/{attempt}/logs/{name}",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, 206: {"content": {"text/plain": {}}}},
)
async def read_log(
    request: Request,
    log: NamedLog,
    name: str,
    language: Language,
    tail: Tail = False,
    tail_too: TailToo = False,
) -> Response:
    """The bytes of a log as it is now: all, a range of them (`Range`), or the last 16 KiB (`tail-mode`)."""
    size = await asyncio.to_thread(log.size, name)
    if tail or tail_too:
        return _bytes_reply(log, name, (max(size - TAIL, 0), size), None)
    try:
        wanted = parse_range(request.headers.get("range", ""), size)
    except NotSatisfiable:
        problem = Problem("RangeNotSatisfiable", {"size": size})
        return error_reply([problem], language, headers={"Content-Range": f"bytes */{size}"})
    return _bytes_reply(log, name, wanted or (0, size), size if wanted else None)


@router.get(_TASK + "/{attempt}/logs/{name}/search", response_model=LogMatches)
async def search_log(
    log: NamedLog,
    name: str,
    q: Annotated[str, Query(min_length=1, max_length=1000, pattern=r"^[^\n]*$")],
    start: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    lines: Annotated[
        bool, Query(description="Which lines of the block at `start`, not how many in all.")
    ] = False,
) -> Response:
    """How many lines that begin in each block of 64 KiB hold a text; capital and small ASCII letters are the same."""
    size = await asyncio.to_thread(log.size, name)
    begin = start // BLOCK * BLOCK
    late = perf_counter() + _LONG_ENOUGH_S
    matches = await asyncio.to_thread(
        search, partial(log.read, name), size, q.encode().lower(), begin, lines, lambda: perf_counter() > late
    )
    reply = LogMatches(
        size=size,
        start=begin,
        counts=matches.counts,
        lines=matches.lines if lines else None,
        next=matches.next,
    )
    return json_reply(reply)


def _bytes_reply(log: TaskLog, name: str, part: tuple[int, int], whole: int | None) -> Response:
    """Bytes of the log; `whole` is its size where only a range was asked for."""
    start, end = part
    headers = {"Content-Length": str(end - start), "Accept-Ranges": "bytes"}
    if whole is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{whole}"
    status = 200 if whole is None else 206
    return StreamingResponse(_steps(log, name, start, end), status, headers, "text/plain; charset=utf-8")


async def _steps(log: TaskLog, name: str, start: int, end: int) -> AsyncIterator[bytes]:
    """The bytes in steps, read on a thread: a slow disk must not stop the loop."""
    while start < end:
        data = await asyncio.to_thread(log.read, name, start, min(start + STEP, end))
        if not data:
            raise EOFError(f"the log ends at {start}, before {end}")
        yield data
        start += len(data)
