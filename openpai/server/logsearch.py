"""Which lines of a log hold a text. Where they are is told by block, since a log can have millions of them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from openpai.server.logstreams import BLOCK

STEP = 1 << 20
"""Bytes read at once."""

LONGEST = 8 << 20
"""Bytes of a line that are searched; memory must not grow with a line that never ends."""

Read = Callable[[int, int], bytes]
"""The bytes of a log from here to there."""

_CODES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")


@dataclass(frozen=True, slots=True)
class Matches:
    """How many lines that begin in each block match. `lines`: which ones, as the number of line breaks between the
    begin of the first block and theirs. `next`: from where to go on, where there was no time for more."""

    counts: list[int]
    lines: list[int]
    next: int | None


def lines_with(text: bytes, needle: bytes) -> Iterator[int]:
    """Where the lines begin that hold `needle`, which has no capitals. Codes for colours are no part of a line."""
    text = text.lower()
    at = text.find(needle)
    while at >= 0:
        begin = text.rfind(b"\n", 0, at) + 1
        end = text.find(b"\n", at)
        end = len(text) if end < 0 else end
        line = text[begin:end]
        if b"\x1b" not in line or needle in _CODES.sub(b"", line):
            yield begin
        at = text.find(needle, end)


def whole_lines(read: Read, begin: int, end: int, size: int) -> Iterator[tuple[int, bytes]]:
    """The lines that begin from `begin` to `end`, many at a time, with the offset of the first; and some after."""
    at = offset = begin
    kept = b""
    inside = begin > 0 and read(begin - 1, begin) != b"\n"  # of a line that begins before
    while at < size and offset < end:
        data = read(at, min(at + STEP, size))
        at += len(data)
        if inside:
            data = data[data.find(b"\n") + 1 or len(data) :]
            offset, inside = at - len(data), not data and read(at - 1, at) != b"\n"
        kept += data
        cut = kept.rfind(b"\n") + 1
        if cut == 0 and len(kept) >= LONGEST:
            cut, inside = len(kept), True
        if cut:
            yield offset, kept[:cut]
        offset, kept = offset + cut, kept[cut:]
    if kept and offset < end:
        yield offset, kept


def search(read: Read, size: int, needle: bytes, begin: int, one: bool, late: Callable[[], bool]) -> Matches:
    """The matches from the block at `begin` on, until it is late; with `one`, those of this block, line by line."""
    end = min(begin + BLOCK, size) if one else size
    counts = [0] * -(-max(end - begin, 0) // BLOCK)
    lines: list[int] = []
    after, breaks = begin, 0
    for offset, text in whole_lines(read, begin, end, size):
        breaks += offset > after  # the end of a line that began before
        for at in lines_with(text, needle):
            if offset + at < end:
                counts[(offset + at - begin) // BLOCK] += 1
                lines += [breaks + text.count(b"\n", 0, at)] if one else []
        after, breaks = offset + len(text), breaks + (text.count(b"\n") if one else 0)
        whole = (after - begin) // BLOCK
        if after < end and whole and late():
            return Matches(counts[:whole], lines, begin + whole * BLOCK)
    return Matches(counts, lines, None)
