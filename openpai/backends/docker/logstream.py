"""The engine's log stream → chunks. Pure: bytes in, chunks out.

The engine sends frames: 1 byte stream (1 stdout, 2 stderr, 3 its own complaint), 3 bytes nothing, 4 bytes length,
then a time stamp, a space, and a line; a line of more than 16 KiB comes in pieces, all with its time stamp. Old
engines (20.10 does) lose the newline after the last piece, with the log driver `local`: it is put back when the
next line shows by its time stamp that there was one.
"""

import struct
from collections.abc import Iterator

from openpai.backends.contract import LogChunk, Stream

CHUNK = 2**20
"""About how large a chunk becomes at most, in bytes."""

_HEADER = struct.Struct(">BxxxL")
_STAMP = len("2026-01-02T03:04:05.123456789Z ")
_STAMP_WITH_ZONE = len("2026-01-02T03:04:05.123456789+08:00 ")
_Z_AT = _STAMP - 2
_NEWLINE, _Z = b"\nZ"


class BrokenLog(Exception):
    """The engine cannot read this log on; its own words."""


class FrameParser:
    """Turns any split of the stream into the same bytes, per stream and in the same order."""

    def __init__(self) -> None:
        self.given = 0  # bytes in all chunks so far
        self.last = b""  # the last whole frame
        self._rest = b""
        # By stream: the time stamp of a line that has not ended so far.
        self._open: list[bytes | None] = [None, None, None]

    @property
    def complete(self) -> bool:
        """Whether the bytes so far end with a whole frame."""
        return not self._rest

    def feed(self, data: bytes) -> Iterator[LogChunk]:
        """The chunks of all frames that `data` completes; frames in a row of one stream merge.

        Raises `BrokenLog` where the engine says that it cannot read on.
        """
        data = self._rest + data if self._rest else data
        stream, parts, size = 0, list[bytes](), 0
        position = start = 0
        for kind, start, end in _frames(data):
            if kind != stream or size >= CHUNK:
                if size:
                    yield self._chunk(stream, parts, size)
                stream, parts, size = kind, [], 0
            text = start + (_STAMP if data[start + _Z_AT] == _Z else _STAMP_WITH_ZONE)
            if self._open[kind] is not None and self._closes(kind, data[start:text]):
                parts.append(b"\n")
                size += 1
            if data[end - 1] != _NEWLINE:
                self._open[kind] = data[start:text]
            parts.append(data[text:end])
            size += end - text
            position = end
        if position:
            self.last = data[start - _HEADER.size : position]
        self._rest = data[position:]
        if size:
            yield self._chunk(stream, parts, size)

    def _closes(self, kind: int, stamp: bytes) -> bool:
        """A frame comes after one without newline: whether it is another line, so that one was lost."""
        before, self._open[kind] = self._open[kind], None
        return before != stamp

    def _chunk(self, stream: int, parts: list[bytes], size: int) -> LogChunk:
        self.given += size
        return LogChunk(Stream.STDERR if stream == 2 else Stream.STDOUT, b"".join(parts))


def _frames(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Stream, begin and end (without the header) of each whole frame."""
    position, end = 0, len(data)
    while position + _HEADER.size <= end:
        kind, length = _HEADER.unpack_from(data, position)
        start = position + _HEADER.size
        position = start + length
        if position > end:
            return
        if kind not in (1, 2) or length < _STAMP:
            raise BrokenLog(data[start:position].decode("utf-8", "replace"))
        yield kind, start, position


def after(last: bytes, tail: bytes) -> bytes | None:
    """What stands in `tail` (the last frames of a log) after the frame `last`; None where that cannot be told."""
    frames = [tail[start - _HEADER.size : end] for _, start, end in _frames(tail)]
    if frames.count(last) != 1:
        return None
    return b"".join(frames[frames.index(last) + 1 :])


def skip(chunk: LogChunk, count: int) -> LogChunk | None:
    """The chunk without its first `count` bytes, None when nothing is left."""
    return LogChunk(chunk.stream, chunk.data[count:]) if count < len(chunk.data) else None
