"""Logs are complete, byte for byte, whatever a task writes."""

import asyncio
import hashlib

import pytest

from openpai.client import Client
from tests.e2e.jobs import attempt, in_state, job, output, run

_SIZE = 200_000_000
_LINE = b"0123456789 abcdefghijklmnopqrstuvwxyz 0123456789 abcdefghijklmnopqrstuvwxyz\n"


def _sha256_of_lines(size: int) -> str:
    digest = hashlib.sha256()
    block = _LINE * 10_000
    for start in range(0, size, len(block)):
        digest.update(block[: size - start])
    return digest.hexdigest()


async def test_two_hundred_megabytes_are_kept_to_the_last_byte(pai: Client) -> None:
    command = f"yes '{_LINE.decode().strip()}' | head -c {_SIZE}"
    detail = await run(pai, job(f"{command} || true"), within=110)
    digest, size = hashlib.sha256(), 0
    async for piece in pai.log(attempt(detail)):
        digest.update(piece)
        size += len(piece)
    assert (size, digest.hexdigest()) == (_SIZE, _sha256_of_lines(_SIZE))


async def test_a_line_without_an_end_is_kept_as_it_is(pai: Client) -> None:
    detail = await run(pai, job("printf 'no end'"))
    assert await output(pai, detail) == b"no end"


async def test_binary_output_is_kept_byte_for_byte(pai: Client) -> None:
    octal = "".join(f"\\{number:03o}" for number in range(256))
    detail = await run(pai, job(f"printf '{octal}'", f"printf '{octal}' >&2"))
    assert await output(pai, detail, "stdout") == bytes(range(256))
    assert await output(pai, detail, "stderr") == bytes(range(256))
    followed = b"".join([piece async for piece in pai.follow_log(attempt(detail))])
    assert followed == await output(pai, detail)


async def test_a_line_of_five_megabytes_is_kept(pai: Client) -> None:
    detail = await run(pai, job("head -c 5000000 /dev/zero | tr '\\0' 'x'; echo; echo after"))
    assert await output(pai, detail) == b"x" * 5_000_000 + b"\nafter\n"


async def test_a_log_can_be_read_in_parts_and_from_its_end(pai: Client) -> None:
    detail = await run(pai, job("seq 1 1000"))
    whole = b"".join(b"%d\n" % number for number in range(1, 1001))
    assert await output(pai, detail) == whole
    assert b"".join([piece async for piece in pai.log(attempt(detail), first=100)]) == whole[100:]
    tail = await pai.log_tail(attempt(detail), size=50)
    assert (tail.data, tail.offset) == (whole[-50:], len(whole) - 50)


async def test_many_watchers_of_one_log_see_the_same(pai: Client) -> None:
    submitted = await pai.submit(job("for i in $(seq 1 300); do echo $i; done; sleep 1; echo end"))
    detail = await in_state(pai, submitted["name"], "RUNNING")

    async def read() -> bytes:
        return b"".join([piece async for piece in pai.follow_log(attempt(detail))])

    logs = await asyncio.gather(*(read() for _ in range(20)))
    assert set(logs) == {b"".join(b"%d\n" % number for number in range(1, 301)) + b"end\n"}


@pytest.mark.parametrize("name", ["all", "stdout"])
async def test_a_task_that_writes_nothing_has_an_empty_log(pai: Client, name: str) -> None:
    detail = await run(pai, job("true"))
    assert await output(pai, detail, name) == b""
