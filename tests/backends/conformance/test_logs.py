"""`logs`: every byte, from any offset, live, to the end."""

import asyncio

import pytest

from openpai.backends.contract import Backend, Stream
from openpai.errors import NoContact
from tests.backends.bench import RUNS, Bench, Does, read_log, silent

ALL_BYTES = bytes(range(256)) * 3


async def test_every_byte_arrives_whatever_it_is(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", Does(out=ALL_BYTES)), silent)
    assert await read_log(backend, "a") == ALL_BYTES


@pytest.mark.parametrize("offset", [0, 1, 255, 767, 768, 5000])
async def test_a_log_can_be_read_from_any_byte_on(bench: Bench, backend: Backend, offset: int) -> None:
    await backend.start(bench.plan("a", Does(out=ALL_BYTES)), silent)
    assert await read_log(backend, "a", offset) == ALL_BYTES[offset:]


async def test_stdout_and_stderr_are_told_apart(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", Does(out=b"good\n", err=b"bad\n")), silent)
    chunks = [chunk async for chunk in backend.logs("a", 0)]
    assert {(chunk.stream, chunk.data) for chunk in chunks} == {
        (Stream.STDOUT, b"good\n"),
        (Stream.STDERR, b"bad\n"),
    }


async def test_what_is_written_arrives_while_the_task_runs(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", Does(out=b"early\n", seconds=None)), silent)
    async with asyncio.timeout(10):
        async for chunk in backend.logs("a", 0):
            assert chunk.data == b"early\n"
            break


async def test_following_ends_when_the_task_ends(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", Does(out=b"all\n", seconds=None)), silent)
    reader = asyncio.create_task(read_log(backend, "a"))
    await asyncio.sleep(0.3)
    assert not reader.done()
    await backend.stop("a", 0)
    assert await reader == b"all\n"


async def test_following_ends_when_the_task_is_removed(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", RUNS), silent)
    reader = asyncio.create_task(read_log(backend, "a"))
    await asyncio.sleep(0.3)
    await backend.remove("a")
    assert await reader == b""


async def test_the_log_of_nothing_is_empty(backend: Backend) -> None:
    assert await read_log(backend, "nothing") == b""


async def test_many_can_read_one_log_at_once(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", Does(out=ALL_BYTES, seconds=0.5)), silent)
    logs = await asyncio.gather(*(read_log(backend, "a") for _ in range(5)))
    assert logs == [ALL_BYTES] * 5


async def test_contact_lost_half_way_is_no_end(bench: Bench, backend: Backend) -> None:
    await backend.start(bench.plan("a", RUNS), silent)
    reader = asyncio.create_task(read_log(backend, "a"))
    await asyncio.sleep(0.3)
    await bench.cut()
    with pytest.raises(NoContact):
        await reader
