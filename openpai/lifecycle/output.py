"""The end of what a task wrote, as a diagnosis uses it: the line that tells why, and the last ones. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from openpai.lifecycle.patterns import Found, as_lines, why, without_colours

EVIDENCE_LINES = 15
"""How many lines of output a diagnosis carries at most."""

GAP = "[…]"
"""Stands between lines of evidence where some are left out."""

_BEFORE, _AFTER, _LAST = 4, 3, 6
_LINE = 500  # characters
_REACH = 1 << 14  # bytes in which the lines around another one are looked for


@dataclass(frozen=True, slots=True)
class Output:
    """`evidence`: the lines to show. They hold that of `found`."""

    evidence: tuple[str, ...] = ()
    found: Found | None = None


NOTHING = Output()


def read_output(output: bytes, exit_code: int) -> Output:
    """What the end of a log tells of a task that ended with this code."""
    found = why(output, exit_code)
    return Output(_around(as_lines(output), found) if found else last_lines(output), found)


def last_lines(output: bytes, lines: int = EVIDENCE_LINES) -> tuple[str, ...]:
    """The last lines of an output that are not blank; undecodable bytes become U+FFFD, long lines are cut."""
    kept: list[str] = []
    for line in _backwards(as_lines(output)):
        if len(kept) == lines:
            break
        kept.append(line)
    return tuple(reversed(kept))


def _around(output: bytes, found: Found) -> tuple[str, ...]:
    """The line that was found, a few before and after it, and the last ones."""
    before = last_lines(output[max(0, found.start - _REACH) : found.start], _BEFORE)
    rest = output[found.end :]
    after = tuple(_shown(rest[:_REACH].split(b"\n")))
    middle = (*before, *_shown([output[found.start : found.end]]))
    if len(after) <= _AFTER + _LAST and len(rest) <= _REACH:
        return (*middle, *after)
    return (*middle, *after[:_AFTER], GAP, *last_lines(rest, _LAST))


def _backwards(output: bytes) -> Iterator[str]:
    """The lines from the last one on; of one without end the last part."""
    end = len(output)
    while end > 0:
        start = output.rfind(b"\n", max(0, end - _REACH), end) + 1 or max(0, end - _REACH)
        yield from _shown([output[start:end]])
        end = start - 1 if start > 0 and output[start - 1 : start] == b"\n" else start


def _shown(lines: list[bytes]) -> Iterator[str]:
    for line in lines:
        text = without_colours(line).decode("utf-8", "replace").rstrip()
        if text.strip():
            yield text[:_LINE]
