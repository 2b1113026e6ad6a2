"""Replies that go on: that some job changed, a watched job, a followed log."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from openpai.errors import PaiError, fail
from openpai.messages import choose_language
from openpai.server.logstream import follow
from openpai.server.logstreams import Followed, follow_all
from openpai.server.replies import Language, wrong_parameter
from openpai.server.services import Given, Services
from openpai.server.sse import EventStream
from openpai.server.tasks import find_job, find_task_attempt
from openpai.server.watching import changes, watch
from openpai.store.logs import NAMES

router = APIRouter(tags=["streams"])

_MAX_OFFSET = 2**63 - 1
_MOST_LOGS = 64
"""In one stream: each is looked at whenever any of them grows."""

_A_LOG = "<role>/<taskIndex>/<jobAttempt>/<taskAttempt>/all|stdout|stderr"
_SSE: dict[int | str, dict[str, object]] = {200: {"content": {"text/event-stream": {}}}}


@router.get("/changes", response_class=Response, responses=_SSE)
async def watch_changes(services: Given) -> Response:
    """`event: jobs` at once, and whenever any job has changed, at most once a second; `event: ping` in between."""
    return EventStream(changes(services))


@router.get("/jobs/{job}/watch", response_class=Response, responses=_SSE)
async def watch_job(
    job: str,
    services: Given,
    language: Language,
    chosen: Annotated[str | None, Query(alias="language")] = None,
) -> Response:
    """The job at once and after each change, the pulls of its images, and `end` when it is final.

    A browser's stream sends no header that its page chooses: `language` wins over `Accept-Language`.
    """
    listed = await find_job(services, job)
    return EventStream(watch(services, job, listed, choose_language(chosen) if chosen else language))


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


@router.get("/jobs/{job}/logs/stream", response_class=Response, responses=_SSE)
async def follow_logs(
    job: str,
    services: Given,
    log: Annotated[list[str], Query(min_length=1, max_length=_MOST_LOGS, description=_A_LOG)],
    offset: Annotated[list[int] | None, Query(description="One for each log, in their order.")] = None,
    window: Annotated[int | None, Query(ge=0, le=_MAX_OFFSET)] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Several logs at once, live, each from its `offset` on. `window`: of what is there, only so much of the end is
    sent, and the rest counted. `Last-Event-ID` wins over `offset`."""
    offsets = _offsets(last_event_id, offset, len(log))
    logs = [await _followed(services, job, each, begin) for each, begin in zip(log, offsets, strict=True)]
    return EventStream(follow_all(services, logs, window))


async def _followed(services: Services, job: str, log: str, offset: int) -> Followed:
    """What `log` names. A role's name may hold anything, so the parts are told from the end."""
    role, *numbers = log.rsplit("/", 4)
    if len(numbers) != 4 or numbers[3] not in NAMES or not all(map(_is_number, numbers[:3])):
        raise PaiError(wrong_parameter("log", _A_LOG))
    index, job_attempt, attempt = map(int, numbers[:3])
    found = await find_task_attempt(services, job, job_attempt, role, index, attempt)
    return Followed.of(services, found, numbers[3], offset)


def _offsets(last_event_id: str | None, offsets: list[int] | None, count: int) -> list[int]:
    """One for each log."""
    if last_event_id is not None:
        numbers = last_event_id.split(",")
        if len(numbers) != count or not all(map(_is_number, numbers)):
            raise PaiError(wrong_parameter("last-event-id", "<offset>,<offset>,…"))
        return list(map(int, numbers))
    offsets = offsets or [0] * count
    if len(offsets) != count or not all(0 <= each <= _MAX_OFFSET for each in offsets):
        raise PaiError(wrong_parameter("offset", f"0, 1, 2, … ({count})"))
    return offsets


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < len(str(_MAX_OFFSET))
