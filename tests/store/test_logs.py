"""The logs of task attempts: whole, byte for byte, per stream, whatever breaks off in between."""

import contextlib
import os
import struct
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.errors import PaiError
from openpai.store.logs import ALL, STDERR, STDOUT, LogStore, LogWriter, TaskLog

Appended = tuple[str, bytes]

appends = st.lists(
    st.tuples(st.sampled_from((STDOUT, STDERR)), st.binary(min_size=0, max_size=30)), max_size=25
)


@pytest.fixture
def log(tmp_path: Path) -> TaskLog:
    return LogStore(tmp_path / "logs").of("job", "task")


def write(log: TaskLog, *appended: Appended) -> None:
    writer = log.writer()
    append_all(writer, appended)
    writer.close()


def whole(log: TaskLog, name: str = ALL) -> bytes:
    return log.read(name, 0, 1 << 40)


def of_stream(appended: Sequence[Appended], name: str) -> bytes:
    return b"".join(data for stream, data in appended if name in (ALL, stream))


def test_a_log_that_nobody_wrote_is_empty(log: TaskLog) -> None:
    assert not log.exists()
    assert [log.size(name) for name in (ALL, STDOUT, STDERR)] == [0, 0, 0]
    assert whole(log) == whole(log, STDOUT) == b""


def test_what_was_appended_is_there_whole_and_by_stream(log: TaskLog) -> None:
    write(log, (STDOUT, b"one\n"), (STDERR, b"oh\n"), (STDOUT, b"two\n"))

    assert log.exists()
    assert whole(log) == b"one\noh\ntwo\n"
    assert whole(log, STDOUT) == b"one\ntwo\n"
    assert whole(log, STDERR) == b"oh\n"


def test_only_the_owner_may_read_a_log(log: TaskLog, tmp_path: Path) -> None:
    write(log, (STDERR, b"secret?"))

    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "logs").rglob("*") if path.is_file()}
    assert modes == {0o600}


def test_a_log_is_removed_with_its_job(tmp_path: Path) -> None:
    store = LogStore(tmp_path)
    write(store.of("job", "task"), (STDOUT, b"x"))
    store.remove("job")
    store.remove("job")

    assert not store.of("job", "task").exists()


@given(appends, st.integers(-5, 200), st.integers(-5, 200))
def test_every_range_of_every_name_is_what_the_whole_has_there(
    appended: list[Appended], start: int, length: int
) -> None:
    start = max(start, 0)
    with TemporaryDirectory() as folder:
        log = LogStore(Path(folder)).of("job", "task")
        write(log, *appended)
        for name in (ALL, STDOUT, STDERR):
            expected = of_stream(appended, name)
            assert log.size(name) == len(expected)
            assert log.read(name, start, start + length) == expected[start : max(start + length, start)]


@given(st.lists(appends, min_size=1, max_size=4), st.data())
def test_a_crash_at_any_byte_of_the_last_append_loses_and_repeats_nothing(
    lives: list[list[Appended]], data: st.DataObject
) -> None:
    """After each crash the engine gives the rest from `size` on, as `Capture` asks for it."""
    with TemporaryDirectory() as folder:
        log = LogStore(Path(folder)).of("job", "task")
        told: list[Appended] = []
        for life in lives:
            told += life
            before = None
            for stream, rest in _from(told, log.size()):
                writer = log.writer()  # it drops what the crash before left of a record
                before = _sizes(Path(folder))
                writer.append(stream, rest)
                writer.close()
            if before:
                _crash(Path(folder), before, data)
        resume(log, told)

        assert whole(log) == of_stream(told, ALL)
        assert whole(log, STDOUT) == of_stream(told, STDOUT)
        assert whole(log, STDERR) == of_stream(told, STDERR)


@given(appends, appends, st.data())
def test_a_power_failure_that_cuts_the_bytes_short_is_healed_from_the_engine(
    before: list[Appended], after: list[Appended], data: st.DataObject
) -> None:
    """The bytes were not on the disk yet, the records of where the stream changes were."""
    with TemporaryDirectory() as folder:
        log = LogStore(Path(folder)).of("job", "task")
        write(log, *before)
        os.truncate(Path(folder) / "job/task/all", data.draw(st.integers(0, log.size())))
        told = [*before, *after]
        resume(log, told)

        assert whole(log) == of_stream(told, ALL)
        assert whole(log, STDOUT) == of_stream(told, STDOUT)
        assert whole(log, STDERR) == of_stream(told, STDERR)


def test_bytes_whose_records_were_lost_still_count_as_one_of_the_streams(
    log: TaskLog, tmp_path: Path
) -> None:
    write(log, (STDERR, b"lost"), (STDOUT, b"too"))
    os.truncate(tmp_path / "logs/job/task/streams", 0)
    write(log, (STDERR, b"new"))

    assert whole(log) == b"losttoonew"
    assert whole(log, STDOUT) + whole(log, STDERR) == b"losttoonew"


def test_a_torn_record_is_dropped_when_the_log_is_opened_again(log: TaskLog, tmp_path: Path) -> None:
    write(log, (STDOUT, b"one"), (STDERR, b"two"))
    with (tmp_path / "logs/job/task/streams").open("ab") as streams:
        streams.write(b"\1\2\3")
    assert whole(log, STDERR) == b"two", "readers do not stumble over it either"
    write(log, (STDOUT, b"three"))

    assert whole(log, STDOUT) == b"onethree"
    assert whole(log, STDERR) == b"two"


def test_a_reader_beside_the_writer_sees_what_was_appended_so_far(log: TaskLog) -> None:
    writer = log.writer()
    written: list[Appended] = []
    for step in range(50):
        written.append((STDOUT if step % 3 else STDERR, b"%d," % step))
        writer.append(*written[-1])
        assert whole(log) == of_stream(written, ALL)
        assert whole(log, STDERR) == of_stream(written, STDERR)
    writer.sync()
    writer.close()


def test_a_full_disk_breaks_an_append_off_and_the_log_goes_on_when_there_is_room(
    small_disk: Path,
) -> None:
    log = LogStore(small_disk / "logs").of("job", "task")
    told: list[Appended] = [(STDOUT if step % 2 else STDERR, os.urandom(60_000)) for step in range(40)]
    writer = log.writer()
    with pytest.raises(PaiError) as full:
        append_all(writer, _from(told, writer.size))
    assert full.value.first.code == "NoSpace"
    assert writer.size == log.size()
    with pytest.raises(PaiError):  # still full
        writer.append(*next(iter(_from(told, writer.size))))

    make_room(small_disk)
    append_all(writer, _from(told, writer.size))
    writer.close()

    assert whole(log) == of_stream(told, ALL)
    assert whole(log, STDERR) == of_stream(told, STDERR)
    assert whole(log, STDOUT) == of_stream(told, STDOUT)


def test_a_full_disk_is_told_when_a_log_is_opened(small_disk: Path) -> None:
    fill(small_disk)
    use_up_inodes(small_disk)
    with pytest.raises(PaiError) as full:
        LogStore(small_disk / "logs").of("job", "task").writer()
    assert full.value.first.code == "NoSpace"


def test_another_fault_of_the_disk_is_not_called_a_full_disk(log: TaskLog, tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    with pytest.raises(NotADirectoryError):
        log.writer()


def test_a_large_log_is_read_fast(log: TaskLog) -> None:
    line = b"x" * 1023 + b"\n"
    write(log, *((STDERR if step % 10 == 0 else STDOUT, line * 100) for step in range(2000)))
    for name in (ALL, STDOUT):
        begun = time.perf_counter()
        size = sum(len(log.read(name, at, at + (1 << 20))) for at in range(0, log.size(name), 1 << 20))
        seconds = time.perf_counter() - begun
        assert size == log.size(name)
        assert seconds < 2, f"{name}: {size / seconds / 1e6:.0f} MB/s"


def test_a_log_that_changes_its_stream_a_million_times_is_sized_and_read_fast(log: TaskLog) -> None:
    make_alternating(log, 1_000_000)

    begun = time.perf_counter()
    size = log.size(STDOUT)
    sized = time.perf_counter()
    tail = log.read(STDOUT, size - 1000, size)
    read = time.perf_counter()
    middle = log.read(STDERR, 500_000, 600_000)
    done = time.perf_counter()

    assert size == 1_000_000
    assert tail == b"o" * 1000
    assert middle == b"e" * 100_000
    assert sized - begun < 0.05, "size"
    assert read - sized < 0.05, "tail"
    assert done - read < 1, "middle"


def append_all(writer: LogWriter, appended: Iterable[Appended]) -> None:
    for stream, data in appended:
        writer.append(stream, data)


def resume(log: TaskLog, told: Sequence[Appended]) -> None:
    write(log, *_from(told, log.size()))


def _from(told: Sequence[Appended], offset: int) -> list[Appended]:
    """What the engine gives from this offset on."""
    rest: list[Appended] = []
    for stream, data in told:
        if len(data) > offset:
            rest.append((stream, data[max(offset, 0) :]))
        offset -= len(data)
    return rest


def _sizes(folder: Path) -> tuple[int, int]:
    log = folder / "job/task"
    both = [log / "all", log / "streams"]
    sizes = [file.stat().st_size if file.exists() else 0 for file in both]
    return sizes[0], sizes[1]


def _crash(folder: Path, before: tuple[int, int], data: st.DataObject) -> None:
    """Cut off what the last append wrote at any byte: the record comes first, then the bytes."""
    after = _sizes(folder)
    kept = data.draw(st.integers(0, sum(after) - sum(before)))
    record = min(kept, after[1] - before[1])
    os.truncate(folder / "job/task/streams", before[1] + record)
    os.truncate(folder / "job/task/all", before[0] + kept - record)


def make_alternating(log: TaskLog, changes: int) -> None:
    """`o` and `e` in turn, one byte each, as the writer would have written them."""
    write(
        log, *[(STDOUT if step % 2 == 0 else STDERR, b"oe"[step % 2 : step % 2 + 1]) for step in range(1000)]
    )
    records = b"".join(struct.pack("<BQQ", at % 2, at, (at + 1) // 2) for at in range(1000, 2 * changes))
    with log._streams.open("ab") as streams:
        streams.write(records)
    with log._all.open("ab") as file:
        file.write(b"oe" * (changes - 500))


def make_room(disk: Path) -> None:
    (disk / "ballast").unlink()


def fill(disk: Path) -> None:
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
        while file.write(bytes(65536)):
            pass


def use_up_inodes(disk: Path) -> None:
    with contextlib.suppress(OSError):
        for number in range(1000):
            (disk / f"inode{number}").touch()
