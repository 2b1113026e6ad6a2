"""What a failed task wrote last → why it failed, by the table openpai/lifecycle/patterns.toml. Pure.

The output is read from its end backwards, in strides, as long as each has a line that the table knows: what was
told long before the end was coped with. Of all that was found the first cause counts; a consequence counts only
where there is nothing else. Any output takes time in proportion to its length.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Any

LOOKED_AT = 1 << 20
"""So many of the last bytes of an output are looked at."""

STRIDE = 1 << 15
"""A stride without a line that the table knows ends the search, bytes."""

_NEAR = 1000
"""Of a line without end so many bytes around a word are looked at."""

_ABOVE = 5
_LONGEST = 200  # characters of a parameter

_LAUNCHER = re.compile(rb"\[(?:\d{1,9}(?:,\d{1,9})?|rank\d{1,9})\](?:<std(?:err|out)>)?: ?")
_COLOUR = re.compile(rb"\x1b\[[0-9;?]{0,30}[A-Za-z]")


class Weight(IntEnum):
    """What counts before what."""

    CAUSE = 0
    SIGN = 1
    CONSEQUENCE = 2


@dataclass(frozen=True, slots=True)
class Pattern:
    """One entry of the table. `words`: a line is looked at for one of them only."""

    code: str
    words: tuple[bytes, ...]
    line: re.Pattern[bytes]
    above: re.Pattern[bytes] | None
    exits: frozenset[int]
    last: bool
    weight: Weight


@dataclass(frozen=True, slots=True)
class Found:
    """A line that tells why: the diagnosis, what fills its text, where the line begins and ends, and whether it may
    be the consequence of something that the output does not tell."""

    code: str
    params: Mapping[str, str]
    start: int
    end: int
    consequence: bool = False


@cache
def patterns() -> Sequence[Pattern]:
    """The table, in its order."""
    return [
        Pattern(
            entry["code"],
            tuple(word.encode() for word in entry["words"]),
            re.compile(entry.get("line", "").encode()),
            re.compile(entry["above"].encode()) if "above" in entry else None,
            frozenset(entry.get("exits", ())),
            entry.get("last", False),
            Weight[entry.get("weight", "cause").upper()],
        )
        for entry in _table()["pattern"]
    ]


def why(output: bytes, exit_code: int) -> Found | None:
    """The line of an output that tells why the task ended with `exit_code`, if there is one."""
    output = as_lines(output)
    end, first = len(output), None
    able = [pattern for pattern in patterns() if not pattern.exits or exit_code in pattern.exits]
    while end > 0:
        start = output.rfind(b"\n", 0, max(0, end - STRIDE)) + 1
        here = min(_matches(output, start, end, able), default=None, key=lambda match: match[:3])
        if here is None:
            break
        first = here if first is None else min(here, first, key=lambda match: match[:3])
        end = start
    return first[3] if first else None


def as_lines(output: bytes) -> bytes:
    """The output with a line for each state of a progress bar; no byte moves."""
    return output.replace(b"\r", b"\n")


def without_colours(line: bytes) -> bytes:
    """A line as it reads on paper."""
    return _COLOUR.sub(b"", line)


def _as_written(line: bytes) -> bytes:
    """A line without colours and without the mark of the process that a launcher puts before it."""
    line = without_colours(line)
    mark = _LAUNCHER.match(line)
    return line[mark.end() :] if mark else line


_Match = tuple[Weight, int, int, Found]
"""What decides which counts, the least first: its weight, where it stands, its place in the table."""


def _matches(output: bytes, start: int, end: int, table: Sequence[Pattern]) -> Iterator[_Match]:
    for place, pattern in enumerate(table):
        for word in pattern.words:
            for first, last in _lines(output, word, start, end):
                params = _params(pattern, output, first, last)
                if params is not None:
                    consequence = pattern.weight == Weight.CONSEQUENCE
                    yield pattern.weight, first, place, Found(pattern.code, params, first, last, consequence)
                    break  # the later ones count less


def _lines(output: bytes, word: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the lines with this word begin and end, or what is near it in a line without end."""
    at = output.find(word, start, end)
    while at >= 0:
        after = at + len(word)
        first = output.rfind(b"\n", max(start, at - _NEAR), at) + 1 or max(start, at - _NEAR)
        last = output.find(b"\n", after, after + _NEAR)
        last = min(end, after + _NEAR) if last < 0 else last
        yield first, last
        at = output.find(word, last, end)


def _params(pattern: Pattern, output: bytes, start: int, end: int) -> Mapping[str, str] | None:
    """What fills the text of the pattern's diagnosis, or None if the line is not one of the pattern's."""
    match = pattern.line.search(_as_written(output[start:end]))
    if match is None or (pattern.last and output[end : end + STRIDE].strip()):
        return None
    params = _named(match)
    if pattern.above is not None:
        above = _above(pattern.above, output, start)
        if above is None:
            return None
        params |= _named(above)
    if "module" in params:
        params["package"] = _package(params["module"])
    return params


def _above(wanted: re.Pattern[bytes], output: bytes, start: int) -> re.Match[bytes] | None:
    lines = output[max(0, start - _NEAR) : start].split(b"\n")[-_ABOVE - 1 : -1]
    found = (wanted.search(_as_written(line)) for line in reversed(lines))
    return next((match for match in found if match), None)


def _named(match: re.Match[bytes]) -> dict[str, str]:
    """The named groups; `path_2` is another place of `path`."""
    return {
        name.partition("_")[0]: value.decode("utf-8", "replace")[:_LONGEST]
        for name, value in match.groupdict().items()
        if value is not None
    }


def _package(module: str) -> str:
    """The name by which pip knows a module."""
    top = module.partition(".")[0]
    names: Mapping[str, str] = _table()["packages"]
    return names.get(top, top)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("openpai.lifecycle").joinpath("patterns.toml").read_text("utf-8"))
