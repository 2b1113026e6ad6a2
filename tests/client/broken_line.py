"""A server behind a line that breaks: sends its streams in arbitrary pieces and cuts them off where it likes."""

import base64
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import httpx2


class _Pieces(httpx2.AsyncByteStream):
    """A body in pieces, which may end in a broken connection."""

    def __init__(self, pieces: Sequence[bytes], *, breaks: bool) -> None:
        self._pieces = pieces
        self._breaks = breaks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._breaks:
            raise httpx2.ReadError("the line broke")


def frame(event: str, data: object) -> bytes:
    return f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()


def log_frame(offset: int, data: bytes) -> bytes:
    try:
        return frame("log", {"offset": offset, "text": data.decode()})
    except UnicodeDecodeError:
        return frame("log", {"offset": offset, "base64": base64.b64encode(data).decode()})


def stream(body: bytes, sizes: Sequence[int], *, breaks: bool = False) -> httpx2.Response:
    """A reply that brings `body` in pieces of these sizes (used in turn)."""
    pieces, place, turn = [], 0, 0
    while place < len(body):
        size = sizes[turn % len(sizes)]
        pieces.append(body[place : place + size])
        place, turn = place + size, turn + 1
    return httpx2.Response(
        200, headers={"content-type": "text/event-stream"}, stream=_Pieces(pieces, breaks=breaks)
    )


@dataclass
class LogLine:
    """Serves one log as the server does, and cuts the first streams after so many bytes of their body."""

    log: bytes
    event_size: int
    sizes: Sequence[int]
    cuts: list[int]
    repeats: int = 0  # bytes before the wanted offset that are sent again
    asked: list[int] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        wanted = int(request.url.params["offset"])
        self.asked.append(wanted)
        first = max(0, wanted - self.repeats)
        body = b": hello\n\n" + b"".join(
            log_frame(place, self.log[place : place + self.event_size])
            for place in range(first, len(self.log), self.event_size)
        )
        if self.cuts:
            return stream(body[: self.cuts.pop(0)], self.sizes, breaks=len(self.cuts) % 2 == 0)
        return stream(body + frame("end", {}), self.sizes)
