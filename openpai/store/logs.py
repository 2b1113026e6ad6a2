"""What tasks wrote: one append-only log per task attempt, whole, byte for byte.

A log is a folder with two files. `all` holds the bytes of both streams in the order in which the engine got
them. `streams` tells which byte belongs to which stream: a record for each change of stream, with the offset in
`all` and how many of the bytes before it are stdout's; so both streams have offsets that are found by bisection.
A log begins as stdout. A record is written before its bytes; one that a crash left without bytes is harmless,
since the next record of the same offset counts instead. A third file, `times`, is of `log_times`.
"""

import os
import shutil
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from openpai.errors import fail
from openpai.store.log_times import Mark, MarkWriter, read_marks

ALL, STDOUT, STDERR = NAMES = ("all", "stdout", "stderr")
"""The names under which a log can be read: both streams merged, or one of them."""

_RECORD = struct.Struct("<BQQ")
_STREAMS = (STDOUT, STDERR)
_BLOCK = 8192
"""Records read at a time."""

_MARKS = 500
"""Times told of one part of a log, about."""

_NEAR = 4096
_WINDOW = 1 << 20
"""Pieces of a stream that lie no farther apart than `_NEAR` are read together, up to `_WINDOW` bytes."""


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


class TaskLog:
    """One log. Readers may read while the one writer appends."""

    def __init__(self, folder: Path) -> None:
        self._all = folder / "all"
        self._streams = folder / "streams"
        self._times = folder / "times"

    def exists(self) -> bool:
        return self._all.exists()

    def size(self, name: str = ALL) -> int:
        """Bytes in the log, or in one stream of it."""
        if not self.exists():
            return 0
        size = self._all.stat().st_size
        if name == ALL:
            return size
        with _opened(self._streams) as fd:
            return _Changes(fd).before(size).of(name)

    def writer(self) -> "LogWriter":
        """Open the log to append; makes it if it does not exist. Raises `NoSpace`."""
        try:
            self._all.parent.mkdir(parents=True, exist_ok=True)
            return LogWriter(self._all, self._streams)
        except OSError as error:
            raise _translate(error) from error

    def mark_writer(self) -> MarkWriter:
        """Notes when the log is written; the log must be there. Raises `NoSpace`."""
        try:
            return MarkWriter(self._times)
        except OSError as error:
            raise _translate(error) from error

    def marks(self, name: str, start: int, end: int) -> list[Mark]:
        """When the bytes `start` to `end` of `all` or of one stream came, the first mark being that of `start`; not all
        of those that are there where they are many."""
        times = read_marks(self._times)
        if not times or not self.exists():
            return []
        with _opened(self._streams) as fd:
            changes = _Changes(fd)

            def place(mark: Mark) -> int:
                return mark.offset if name == ALL else changes.before(mark.offset).of(name)

            first = max(bisect_right(times, start, key=place) - 1, 0)
            last = bisect_left(times, end, lo=first, key=place)
            chosen = times[first : last : max((last - first) // _MARKS, 1)]
            return [Mark(max(place(mark), start), mark.at) for mark in chosen]

    def read(self, name: str, start: int, end: int) -> bytes:
        """Bytes `start` to `end` (or to the end, if that is nearer) of `all` or of one stream."""
        end = min(end, self.size(name))
        if start >= end:
            return b""
        with _opened(self._all) as fd:
            if name == ALL:
                return os.pread(fd, end - start, start)
            with _opened(self._streams) as streams:
                pieces = _Changes(streams).pieces(name, start, end, size=os.fstat(fd).st_size)
                return b"".join(_gather(fd, pieces))


class LogWriter:
    """Appends to one log. What a full disk cut off is not lost: `size` tells where to go on."""

    def __init__(self, all_: Path, streams: Path) -> None:
        self._streams = os.open(streams, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._all = os.open(all_, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError:
            os.close(self._streams)
            raise
        self.size = os.fstat(self._all).st_size
        self._changes = _Changes(self._streams)
        self._changes.cut(self.size)
        end = self._changes.before(self.size)
        self._last, self._stdout = end.stream, end.stdout

    def append(self, stream: str, data: bytes) -> None:
        """Add bytes that were written to `stream`. Raises `NoSpace`; what fitted stays."""
        try:
            if stream != self._last:
                record = _RECORD.pack(_STREAMS.index(stream), self.size, self._stdout)
                _write_all(self._streams, record)
                self._last = stream
            _write_all(self._all, data)
        except OSError as error:
            self._changes.cut(self.size)  # a torn record; a whole one without bytes is harmless
            raise _translate(error) from error
        finally:
            size = os.fstat(self._all).st_size
            self._stdout += (size - self.size) if stream == STDOUT else 0
            self.size = size

    def sync(self) -> None:
        """What was appended is on the disk when this returns. Raises `NoSpace`."""
        try:
            os.fsync(self._streams)
            os.fsync(self._all)
        except OSError as error:
            raise _translate(error) from error

    def close(self) -> None:
        os.close(self._all)
        os.close(self._streams)


class _Place(NamedTuple):
    """A place of the log: its offset in `all`, how many bytes of stdout lie before it, the stream that it is in."""

    stream: str
    offset: int
    stdout: int

    def of(self, name: str) -> int:
        """How many bytes of this stream lie before."""
        return self.stdout if name == STDOUT else self.offset - self.stdout

    def onward(self, offset: int) -> "_Place":
        """The place `offset`, if the stream does not change before it."""
        passed = offset - self.offset if self.stream == STDOUT else 0
        return _Place(self.stream, offset, self.stdout + passed)


_BEGIN = _Place(STDOUT, 0, 0)


class _Changes:
    """The places where the stream changes, as records in a file."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def __len__(self) -> int:
        return os.fstat(self._fd).st_size // _RECORD.size

    def __getitem__(self, index: int) -> _Place:
        return next(self._from(index, 1))

    def before(self, offset: int) -> _Place:
        """The place `offset` of `all`."""
        index = bisect_right(self, offset, key=lambda place: place.offset) - 1
        return (self[index] if index >= 0 else _BEGIN).onward(offset)

    def pieces(self, name: str, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
        """Where in `all`, which has `size` bytes, the bytes `start` to `end` of the stream `name` lie."""
        index = bisect_right(self, start, key=lambda place: place.of(name)) - 1
        last, offset, stdout = self[index] if index >= 0 else _BEGIN
        for stream, next_offset, next_stdout in chain(self._from(index + 1), [_Place("", size, 0)]):
            if last == name:
                passed = stdout if name == STDOUT else offset - stdout
                first = offset if start <= passed else offset + start - passed
                after = min(offset + end - passed, next_offset, size)
                if first < after:
                    yield first, after
                if offset + end - passed <= next_offset:
                    return
            last, offset, stdout = stream, next_offset, next_stdout

    def cut(self, size: int) -> None:
        """Drop a torn record, and those beyond the end of `all`."""
        whole = bisect_right(self, size, key=lambda place: place.offset)
        os.ftruncate(self._fd, whole * _RECORD.size)

    def _from(self, index: int, count: int | None = None) -> Iterator[_Place]:
        """So many records from this one on, or all."""
        while data := os.pread(self._fd, (count or _BLOCK) * _RECORD.size, index * _RECORD.size):
            whole = len(data) - len(data) % _RECORD.size
            for stream, offset, stdout in _RECORD.iter_unpack(data[:whole]):
                yield _Place(_STREAMS[stream], offset, stdout)
            if count or whole < len(data):
                return
            index += whole // _RECORD.size


def _gather(fd: int, pieces: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    """The bytes of these pieces of a file; near ones are read together."""
    window: list[tuple[int, int]] = []
    for piece in pieces:
        if window and (piece[0] - window[-1][1] > _NEAR or piece[1] - window[0][0] > _WINDOW):
            yield from _read_window(fd, window)
            window = []
        window.append(piece)
    if window:
        yield from _read_window(fd, window)


def _read_window(fd: int, window: list[tuple[int, int]]) -> Iterator[bytes]:
    begin = window[0][0]
    data = os.pread(fd, window[-1][1] - begin, begin)
    return (data[start - begin : end - begin] for start, end in window)


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    fd = os.open(file, os.O_RDONLY)
    try:
        yield fd
    finally:
        os.close(fd)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _translate(error: OSError) -> Exception:
    if error.errno in (ENOSPC, EDQUOT):
        return fail("NoSpace", detail=os.strerror(error.errno))
    return error
