"""What tasks wrote: one append-only log per task attempt, whole, byte for byte.

A log is a folder with two files. `all` holds the bytes of both streams in the order in which the engine got
them. `streams` tells which byte belongs to which stream: records (stream, first offset), one for each change of
stream. A record is written before its bytes; one that a crash left without bytes is harmless, since the next
record of the same offset counts instead.
"""

import os
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from pathlib import Path

from openpai.errors import fail

ALL, STDOUT, STDERR = NAMES = ("all", "stdout", "stderr")
"""The names under which a log can be read: both streams merged, or one of them."""

_RECORD = struct.Struct("<BQ")
_STREAMS = (STDOUT, STDERR)


class LogStore:
    """The logs of all task attempts, each found by the job's id and the attempt's uid."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, job_id: str, task_uid: str) -> "TaskLog":
        """The log of a task attempt; it need not exist yet."""
        return TaskLog(self._folder / job_id / task_uid)

    def remove(self, job_id: str) -> None:
        """Remove the logs of a job."""
        shutil.rmtree(self._folder / job_id, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` to `end` of `all`, written to one stream."""

    stream: str
    start: int
    end: int


class TaskLog:
    """One log. Readers may read while the one writer appends."""

    def __init__(self, folder: Path) -> None:
        self._all = folder / "all"
        self._streams = folder / "streams"

    def exists(self) -> bool:
        return self._all.exists()

    def size(self, name: str = ALL) -> int:
        """Bytes in the log, or in one stream of it."""
        if name == ALL:
            return self._all.stat().st_size if self.exists() else 0
        return sum(span.end - span.start for span in self._spans() if span.stream == name)

    def writer(self) -> "LogWriter":
        """Open the log to append; makes it if it does not exist. Raises `NoSpace`."""
        try:
            self._all.parent.mkdir(parents=True, exist_ok=True)
            return LogWriter(self._all, self._streams)
        except OSError as error:
            raise _translate(error) from error

    def read(self, name: str, start: int, end: int) -> bytes:
        """Bytes `start` to `end` (or to the end, if that is nearer) of `all` or of one stream."""
        if not self.exists():
            return b""
        with self._all.open("rb") as file:
            return b"".join(
                os.pread(file.fileno(), e - s, s)
                for s, e in self._ranges(name, start, min(end, self.size(name)))
            )

    def _ranges(self, name: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where in `all` the bytes `start` to `end` of `name` lie."""
        if name == ALL:
            yield start, end
            return
        passed = 0
        for span in self._spans():
            if span.stream != name:
                continue
            length = span.end - span.start
            first, last = max(start - passed, 0), min(end - passed, length)
            if first < last:
                yield span.start + first, span.start + last
            passed += length
            if passed >= end:
                return

    def _spans(self) -> Iterator[Span]:
        size = self.size()
        records = _RECORD.iter_unpack(_whole_records(self._streams))
        current: tuple[int, int] | None = None
        for stream, start in records:
            if current and current[1] < min(start, size):
                yield Span(_STREAMS[current[0]], current[1], min(start, size))
            current = (stream, start)
        if current and current[1] < size:
            yield Span(_STREAMS[current[0]], current[1], size)


class LogWriter:
    """Appends to one log. What a full disk cut off is not lost: `size` tells where to go on."""

    def __init__(self, all_: Path, streams: Path) -> None:
        self._all = os.open(all_, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._streams = os.open(streams, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.size = os.fstat(self._all).st_size
        self._last = self._repair(streams)

    def append(self, stream: str, data: bytes) -> None:
        """Add bytes that were written to `stream`. Raises `NoSpace`; what fitted stays."""
        try:
            if stream != self._last:
                _write_all(self._streams, _RECORD.pack(_STREAMS.index(stream), self.size))
                self._last = stream
            _write_all(self._all, data)
        except OSError as error:
            self._last = None  # a record may be torn: the next append writes one again
            self._cut_torn_record()
            raise _translate(error) from error
        finally:
            self.size = os.fstat(self._all).st_size

    def close(self) -> None:
        os.close(self._all)
        os.close(self._streams)

    def _repair(self, streams: Path) -> str | None:
        """Drop a torn record; the stream of the last whole one."""
        self._cut_torn_record()
        whole = _whole_records(streams)
        return _STREAMS[_RECORD.unpack(whole[-_RECORD.size :])[0]] if whole else None

    def _cut_torn_record(self) -> None:
        length = os.fstat(self._streams).st_size
        os.ftruncate(self._streams, length - length % _RECORD.size)


def _whole_records(streams: Path) -> bytes:
    data = streams.read_bytes() if streams.exists() else b""
    return data[: len(data) - len(data) % _RECORD.size]


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _translate(error: OSError) -> Exception:
    if error.errno in (ENOSPC, EDQUOT):
        return fail("NoSpace", detail=os.strerror(error.errno))
    return error
