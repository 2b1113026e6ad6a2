"""Replies that go on: that some job changed, a watched job, a followed log."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from openpai.errors import fail
from openpai.server.logstream import follow
from openpai.server.replies import Language
from openpai.server.services import Given
from openpai.server.sse import EventStream
from openpai.server.tasks import find_job, find_task_attempt
from openpai.server.watching import changes, watch
from openpai.store.logs import NAMES

router = APIRouter(tags=["streams"])

_MAX_OFFSET = 2**63 - 1
_SSE: dict[int | str, dict[str, object]] = {200: {"content": {"text/event-stream": {}}}}


@router.get("/changes", response_class=Response, responses=_SSE)
async def watch_changes(services: Given) -> Response:
    """`event: jobs` at once, and whenever any job has changed, at most once a second; `event: ping` in between."""
    return EventStream(changes(services))


@router.get("/jobs/{job}/watch", response_class=Response, responses=_SSE)
async def watch_job(job: str, services: Given, language: Language) -> Response:
    """The job at once and after each change, the pulls of its images, and `end` when it is final."""
    listed = await find_job(services, job)
    return EventStream(watch(services, job, listed, language))


@router.get(
    "/jobs/{job}/attempts/{job_attempt}/taskRoles/{role}/taskIndex/{index}/attempts/{attempt}/logs/{name}/stream",
    response_class=Response,
    responses=_SSE,
)
async def follow_log(
    job: str,
    job_attempt: int,
    role: str,
    index: int,
    attempt: int,
    name: str,
    services: Given,
    offset: Annotated[int, Query(ge=0, le=_MAX_OFFSET)] = 0,
    last_event_id: Annotated[int | None, Header(ge=0, le=_MAX_OFFSET)] = None,
) -> Response:
    """A log from `offset` on, live. `Last-Event-ID` wins: a browser that comes again sends both."""
    found = await find_task_attempt(services, job, job_attempt, role, index, attempt)
    if name not in NAMES:
        raise fail("NoTaskLog", job=found.job.run.full_name, role=role, index=index)
    return EventStream(follow(services, found, name, offset if last_event_id is None else last_event_id))
