"""Logs that are long, odd, or cut short: complete all the same."""

import asyncio

import pytest

from openpai.backends.contract import Backend
from tests.backends.bench import plan, read_log, silent, until_ended

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("length", [16383, 16384, 16385, 20000, 32768, 100_000])
async def test_long_lines_keep_their_newline(backend: Backend, length: int) -> None:
    script = f"tr '\\0' x </dev/zero | head -c {length}; echo; echo end"
    await backend.start(plan("a", script), silent)
    await until_ended(backend, "a")
    assert await read_log(backend, "a") == b"x" * length + b"\nend\n"


async def test_what_is_written_last_without_newline_is_not_lost(backend: Backend) -> None:
    tasks = [plan(f"t{i}", "usleep 300000; echo first; printf last") for i in range(5)]
    for task in tasks:
        await backend.start(task, silent)
    logs = await asyncio.gather(*(read_log(backend, task.task) for task in tasks))
    assert logs == [b"first\nlast"] * 5


async def test_a_followed_log_is_the_same_as_one_read_at_the_end(backend: Backend) -> None:
    script = "i=0; while [ $i -lt 3000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; printf '\\r50%%\\r100%%'"
    await backend.start(plan("a", script), silent)
    followed = await read_log(backend, "a")
    assert followed == await read_log(backend, "a")
    assert len(followed.splitlines()) >= 6000


async def test_a_megabyte_without_newline_arrives(backend: Backend) -> None:
    await backend.start(plan("a", "tr '\\0' y </dev/zero | head -c 5000000"), silent)
    assert await read_log(backend, "a") == b"y" * 5_000_000


async def test_binary_files_arrive_byte_for_byte(backend: Backend) -> None:
    script = "head -c 1000000 /bin/busybox; echo;"
    await backend.start(plan("a", script), silent)
    await until_ended(backend, "a")
    log = await read_log(backend, "a")
    with open("/bin/busybox", "rb") as file:  # noqa: ASYNC230  # a small local file
        assert log.startswith(file.read(1_000_000) + b"\n")
