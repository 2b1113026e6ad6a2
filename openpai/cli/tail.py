"""The end of a log, in lines or bytes."""

import re
from dataclasses import dataclass

from openpai.cli.language import usage_fault
from openpai.client import Client, LogPart, Stream, TaskAttempt

_FORM = re.compile(r"(\d+)(?:([bkmg])(?:i?b)?)?", re.IGNORECASE)
_FACTORS = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_FIRST_LOOK = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Tail:
    """How much of the end: one of the two is set."""

    lines: int | None = None
    size: int | None = None


def tail_of(given: str) -> Tail:
    """`200` is 200 lines; `500b`, `16k`, `2M` are bytes. Raises Fault."""
    match = _FORM.fullmatch(given)
    if match is None:
        raise usage_fault("usage.tail", given=given)
    number, unit = int(match[1]), match[2]
    return Tail(lines=number) if unit is None else Tail(size=number * _FACTORS[unit.lower()])


async def read_tail(client: Client, task: TaskAttempt, stream: Stream, tail: Tail) -> LogPart:
    """The end of a log, and where it begins. For lines, ever larger ends are read until there are enough."""
    size = _FIRST_LOOK if tail.size is None else tail.size
    if tail.lines is None:
        return (
            await client.log_tail(task, stream, size=size) if size else await _very_end(client, task, stream)
        )
    while True:
        part = await client.log_tail(task, stream, size=size)
        cut = last_lines(part.data, tail.lines)
        if part.offset == 0 or cut > 0:
            return LogPart(part.offset + cut, part.data[cut:])
        size *= 8


async def _very_end(client: Client, task: TaskAttempt, stream: Stream) -> LogPart:
    """Nothing of the log, but where it ends: to follow only what comes."""
    return LogPart((await client.log_tail(task, stream, size=1)).end, b"")


def last_lines(data: bytes, count: int) -> int:
    """Where the last `count` lines of `data` begin; 0 where there are no more than that.

    >>> last_lines(b"a\\nb\\nc\\n", 2), last_lines(b"a\\nb\\nc", 1), last_lines(b"a\\n", 5), last_lines(b"a", 0)
    (2, 4, 0, 1)
    """
    place = len(data)
    if count == 0:
        return place
    if data.endswith(b"\n"):
        place -= 1
    for _ in range(count):
        place = data.rfind(b"\n", 0, place)
        if place < 0:
            return 0
    return place + 1
