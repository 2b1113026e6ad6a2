"""Names of many machines in few words: `gpu-[01-16]`."""

import re
from collections.abc import Iterator

_PATTERN = re.compile(r"([^\[\]\s,]*)\[([\d,-]+)\]([^\[\]\s,]*)")
_PART = re.compile(r"(\d+)(?:-(\d+))?")
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")

MOST = 100_000
"""Machines of one pattern."""


def names_of(pattern: str) -> tuple[str, ...]:
    """The names that a pattern stands for, in order; one without brackets is a name. Leading zeros are kept. Empty
    where it is no pattern, or stands for more than `MOST`.

    >>> names_of("gpu-[08-10,12]"), names_of("box"), names_of("gpu-[1-x]")
    (('gpu-08', 'gpu-09', 'gpu-10', 'gpu-12'), ('box',), ())
    """
    match = _PATTERN.fullmatch(pattern)
    if match is None:
        return (pattern,) if _NAME.fullmatch(pattern) else ()
    parts = [_PART.fullmatch(part) for part in match[2].split(",")]
    if any(part is None or len(part[0]) > 20 for part in parts):
        return ()
    ranges = [(part[1], int(part[1]), int(part[2] or part[1])) for part in parts if part]
    if any(last < first for _, first, last in ranges) or sum(b - a + 1 for _, a, b in ranges) > MOST:
        return ()
    names = tuple(f"{match[1]}{number}{match[3]}" for each in ranges for number in _numbers(*each))
    return names if all(map(_NAME.fullmatch, names)) else ()


def _numbers(written: str, first: int, last: int) -> Iterator[str]:
    width = len(written) if written.startswith("0") else 0
    return (str(number).zfill(width) for number in range(first, last + 1))
