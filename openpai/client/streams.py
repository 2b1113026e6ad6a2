"""Streams that outlive the connection: they reconnect and go on where they were, without loss or repetition.

Called by `api`. A stream gives up when the server has not answered for `patience` seconds.
"""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from openpai.client.api_error import ApiError
from openpai.client.events import (
    ContactLost,
    ContactRestored,
    Event,
    JobChanged,
    JobEnded,
    LogPart,
    PullProgressed,
)
from openpai.client.http import Http
from openpai.errors import PaiError, fail

PATIENCE = 300.0  # seconds; a server that is updated or whose machine starts again is back within
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 3.0  # seconds between two tries
_WORTH_TELLING = 2  # one vain try is a stream that was closed in order and opened again
_PASSING = (502, 503, 504)  # what a gateway says while the server behind it starts again


class Patience:
    """When to try again, and when to give up. Times are seconds of the event loop's clock."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self.answered()

    def answered(self) -> None:
        """The server is there: all patience is back."""
        self._since = asyncio.get_running_loop().time()
        self._pause = _FIRST_PAUSE
        self.vain_tries = 0

    async def wait(self, error: PaiError | ApiError) -> None:
        """Pause before the next try; raises `error` where there is no patience left or no hope."""
        if isinstance(error, ApiError) and error.status not in _PASSING:
            raise error
        if asyncio.get_running_loop().time() - self._since > self._limit:
            raise error
        self.vain_tries += 1
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 1.6, _LONGEST_PAUSE)


async def watch(http: Http, path: str, patience: float) -> AsyncGenerator[Event]:
    """What happens to a job, until it is final. An unchanged job after a reconnection is not told again."""
    waiting, last = Patience(patience), None
    while True:
        trouble: PaiError | ApiError = _cut_short(http)
        try:
            async with aclosing(http.events(path, {})) as stream:
                async for sent in stream:
                    if waiting.vain_tries >= _WORTH_TELLING:
                        yield ContactRestored()
                    waiting.answered()
                    event = _event(sent.event, sent.data)
                    if event is not None and event != last:
                        yield event
                    if isinstance(event, JobChanged):
                        last = event
                    elif isinstance(event, JobEnded):
                        return
        except (PaiError, ApiError) as error:
            trouble = error
        await waiting.wait(trouble)
        if waiting.vain_tries == _WORTH_TELLING:
            yield ContactLost(_reason(trouble))


def _event(kind: str, data: str) -> Event | None:
    """The event that was sent; None for a kind that a newer server may have."""
    match kind:
        case "job":
            return JobChanged(json.loads(data))
        case "pull":
            return PullProgressed(json.loads(data))
        case "end":
            return JobEnded(json.loads(data)["state"])
        case _:
            return None


async def follow(http: Http, path: str, offset: int, patience: float) -> AsyncGenerator[bytes]:
    """The bytes of a log from `offset` on, as they come, until the task attempt has ended."""
    waiting = Patience(patience)
    while True:
        trouble: PaiError | ApiError = _cut_short(http)
        try:
            async with aclosing(http.events(path, {"offset": offset})) as stream:
                async for sent in stream:
                    waiting.answered()
                    if sent.event == "end":
                        return
                    fresh = _after(_part(sent.data), offset) if sent.event == "log" else b""
                    if fresh is None:
                        break  # bytes are missing: ask again from where we are
                    offset += len(fresh)
                    if fresh:
                        yield fresh
        except (PaiError, ApiError) as error:
            trouble = error
        await waiting.wait(trouble)


def _cut_short(http: Http) -> PaiError:
    """A stream closed in order, but before its end: the server stops, or a gateway has had enough."""
    return fail("ServerUnreachable", url=http.url, reason="the stream ended early")


def _reason(trouble: PaiError | ApiError) -> str:
    return trouble.message if isinstance(trouble, ApiError) else str(trouble.first.params["reason"])


def _part(data: str) -> LogPart:
    entry = json.loads(data)
    if "base64" in entry:
        return LogPart(entry["offset"], base64.b64decode(entry["base64"]))
    return LogPart(entry["offset"], entry["text"].encode())


def _after(part: LogPart, offset: int) -> bytes | None:
    """The bytes of a part that are new to one who has all before `offset`; None where some are missing."""
    return part.data[offset - part.offset :] if part.offset <= offset else None
