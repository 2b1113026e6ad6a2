"""Server-sent events: their form, their pauses, their end.

A stream waits for a signal of `store.changes`, not for a clock. It is written as fast as its reader takes it and
no faster: the next event is made when the one before has been handed to the socket.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress

import structlog
from starlette.responses import StreamingResponse
from starlette.types import Send

from openpai.errors import PaiError

log = structlog.get_logger()

HEARTBEAT_S = 15.0
"""A silent stream says so often that it is alive; proxies cut what is silent for a minute."""

HEARTBEAT = b":\n\n"

Events = AsyncGenerator[bytes]


class OpenStreams:
    """Replies that never end by themselves, and how they are told to."""

    def __init__(self) -> None:
        self.closed = False
        self._signals: set[asyncio.Event] = set()

    @contextmanager
    def wakes(self, signal: asyncio.Event) -> Iterator[None]:
        """While this lasts, `signal` is set when the streams are closed."""
        self._signals.add(signal)
        try:
            yield
        finally:
            self._signals.discard(signal)

    def close(self) -> None:
        """The server goes down: every stream ends now, without its `end` event. To be called on the loop."""
        self.closed = True
        for signal in self._signals:
            signal.set()


class EventStream(StreamingResponse):
    """A reply of server-sent events. However it ends, the generator is closed with it."""

    media_type = "text/event-stream"

    def __init__(self, events: Events) -> None:
        super().__init__(events, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._events = events

    async def stream_response(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._events):
            try:
                async for event in self._events:
                    await send({"type": "http.response.body", "body": event, "more_body": True})
            except PaiError as error:  # too late for an error reply: the client comes again, and gets one
                log.warning("a stream ended early", code=error.first.code)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def event(kind: str, data: str, ident: int | str | None = None) -> bytes:
    """One event. `data` is JSON, so it has no line breaks; `ident` is what `Last-Event-ID` will say."""
    head = f"event: {kind}\n" if ident is None else f"event: {kind}\nid: {ident}\n"
    return f"{head}data: {data}\n\n".encode()


def as_json(value: Mapping[str, object]) -> str:
    """Compact JSON that not even a reader with a wide notion of line breaks can cut."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "\x85\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


async def until_set(signal: asyncio.Event, seconds: float) -> bool:
    """Wait for the signal; False if the time was over first."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await signal.wait()
            return True
    return False
