"""When the lines of a log came: noted now and then, never in the way of the log itself."""

from contextlib import closing
from pathlib import Path

import pytest

from openpai.store import logs
from openpai.store.log_times import STEP_MS, read_marks
from openpai.store.logs import ALL, STDERR, STDOUT, LogStore, TaskLog


def log_with(folder: Path, *written: tuple[int, str, bytes]) -> TaskLog:
    log = LogStore(folder).of("job", "task")
    with closing(log.writer()) as writer, closing(log.mark_writer()) as marks:
        for at, stream, data in written:
            marks.note(writer.size, at)
            writer.append(stream, data)
    return log


def test_a_time_is_noted_once_in_a_while(tmp_path: Path) -> None:
    log = log_with(tmp_path, *((1000 + 10 * n, STDOUT, b"12345678\n") for n in range(100)))
    marks = log.marks(ALL, 0, 900)
    assert [mark.offset % 9 for mark in marks] == [0] * len(marks)
    assert [mark.at for mark in marks] == list(range(1000, 2000, STEP_MS))


def test_the_first_time_of_a_part_is_that_of_its_begin(tmp_path: Path) -> None:
    log = log_with(tmp_path, (1000, STDOUT, b"0123456789"), (2000, STDOUT, b"abc"), (3000, STDOUT, b"z"))
    assert log.marks(ALL, 4, 13) == [(4, 1000), (10, 2000)]
    assert log.marks(ALL, 10, 14) == [(10, 2000), (13, 3000)]
    assert log.marks(ALL, 14, 20) == [(14, 3000)]


def test_each_stream_has_offsets_of_its_own(tmp_path: Path) -> None:
    log = log_with(tmp_path, (1000, STDOUT, b"oo"), (2000, STDERR, b"eee"), (3000, STDOUT, b"o"))
    assert log.marks(STDOUT, 0, 3) == [(0, 1000), (2, 2000), (2, 3000)]
    assert log.marks(STDERR, 1, 3) == [(1, 2000)]


def test_of_many_times_some_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_MARKS", 10)
    log = log_with(tmp_path, *((1000 * n, STDOUT, b"x") for n in range(1, 101)))
    assert [mark.offset for mark in log.marks(ALL, 0, 100)] == list(range(0, 100, 10))


def test_what_a_crash_spoilt_is_passed_over(tmp_path: Path) -> None:
    log_with(tmp_path, (1000, STDOUT, b"abc"), (2000, STDOUT, b"def"))
    times = tmp_path / "job/task/times"
    times.write_bytes(times.read_bytes()[:-3])
    log = log_with(tmp_path, (3000, STDOUT, b"ghi"))
    assert read_marks(times) == [(0, 1000), (6, 3000)]
    assert log.marks(ALL, 0, 9) == [(0, 1000), (6, 3000)]


def test_a_log_without_times_is_whole_all_the_same(tmp_path: Path) -> None:
    log = log_with(tmp_path, (1000, STDOUT, b"abc"))
    (tmp_path / "job/task/times").unlink()
    assert log.marks(ALL, 0, 3) == []
    assert log.read(ALL, 0, 3) == b"abc"
    assert LogStore(tmp_path).of("job", "none").marks(ALL, 0, 3) == []
