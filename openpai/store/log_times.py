"""When the bytes of a log came: what puts the lines of several logs in order. Nothing else depends on it, so a record
that a crash or a full disk spoilt is passed over, and a log without any is whole all the same."""

import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

STEP_MS = 200
"""Least time between two records."""

_RECORD = struct.Struct("<QQ")


class Mark(NamedTuple):
    """From this byte on, a log was written at this time (ms) or later."""

    offset: int
    at: int


def read_marks(file: Path) -> list[Mark]:
    """All records, in the order of their offsets."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return []
    marks: list[Mark] = []
    for mark in map(Mark._make, _RECORD.iter_unpack(data[: len(data) - len(data) % _RECORD.size])):
        if not marks or (mark.offset >= marks[-1].offset and mark.at >= marks[-1].at):
            marks.append(mark)
    return marks


class MarkWriter:
    """Notes the time while a log is written."""

    def __init__(self, file: Path) -> None:
        self._last = 0
        whole = file.stat().st_size // _RECORD.size * _RECORD.size if file.exists() else 0
        self._fd = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        os.lseek(self._fd, whole, os.SEEK_SET)  # a torn record is written over

    def note(self, offset: int, at: int) -> None:
        """What comes now begins at this offset."""
        if at - self._last >= STEP_MS:
            self._last = at
            with suppress(OSError):
                os.write(self._fd, _RECORD.pack(offset, at))

    def close(self) -> None:
        os.close(self._fd)
