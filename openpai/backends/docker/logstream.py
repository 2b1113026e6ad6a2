"""The engine's log stream → chunks. Pure: bytes in, chunks out.

The engine sends frames: 1 byte stream (1 stdout, 2 stderr), 3 bytes nothing, 4 bytes length, the data. A
frame is a line; a longer one than 16 KiB comes in pieces. Old engines (20.10 does) lose the newline after the
last piece with the `local` log driver: it is put back here when a next frame shows that there was one. Only a
line whose length is an exact multiple of 16 KiB stays joined to the next one there.
"""

import struct
from collections.abc import Iterator

from openpai.backends.contract import LogChunk, Stream

PIECE = 16384
"""Length of all pieces but the last of a long line."""

CHUNK = 2**20
"""About how large a chunk becomes at most."""

_HEADER = struct.Struct(">BxxxL")
_NEWLINE = 0x0A


class BrokenLog(Exception):
    """The engine cannot read this log on; its own words (it sends them as a stream of their own)."""


class FrameParser:
    """Turns any split of the byte stream into the same bytes per stream, in the same order."""

    def __init__(self) -> None:
        self._rest = b""
        self._in_long_line = [False, False, False]
        self._newline_lost = [False, False, False]

    @property
    def complete(self) -> bool:
        """Whether the bytes so far end with a whole frame."""
        return not self._rest

    def feed(self, data: bytes) -> Iterator[LogChunk]:
        """The chunks of all frames that `data` completes; frames in a row of one stream merge.

        Raises `BrokenLog` where the engine says that it cannot read on.
        """
        data = self._rest + data if self._rest else data
        position, end = 0, len(data)
        stream, parts, size = 0, list[bytes](), 0
        while position + 8 <= end:
            kind, length = _HEADER.unpack_from(data, position)
            if position + 8 + length > end:
                break
            if kind not in (1, 2):
                raise BrokenLog(data[position + 8 : position + 8 + length].decode("utf-8", "replace"))
            if kind != stream or size >= CHUNK:
                if size:
                    yield _chunk(stream, parts)
                stream, parts, size = kind, [], 0
            line = data[position + 8 : position + 8 + length]
            if self._newline_lost[kind]:
                self._newline_lost[kind] = False
                parts.append(b"\n")
                size += 1
            if length and (line[-1] != _NEWLINE or self._in_long_line[kind]):
                self._note_piece(kind, length, line[-1] == _NEWLINE)
            parts.append(line)
            size += length
            position += 8 + length
        self._rest = data[position:]
        if size:
            yield _chunk(stream, parts)

    def _note_piece(self, kind: int, length: int, terminated: bool) -> None:
        """A frame of a long line: full ones go on, a shorter one is its end, with or without its newline."""
        if length >= PIECE and not terminated:
            self._in_long_line[kind] = True
        else:
            self._newline_lost[kind] = self._in_long_line[kind] and not terminated
            self._in_long_line[kind] = False


def _chunk(stream: int, parts: list[bytes]) -> LogChunk:
    return LogChunk(Stream.STDERR if stream == 2 else Stream.STDOUT, b"".join(parts))


def skip(chunk: LogChunk, count: int) -> LogChunk | None:
    """The chunk without its first `count` bytes, None when nothing is left."""
    return LogChunk(chunk.stream, chunk.data[count:]) if count < len(chunk.data) else None
