"""`Range` headers of one range of bytes. Pure."""

import re

_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE | re.ASCII)


class NotSatisfiable(Exception):
    """The range lies behind the end."""


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last, of `size` bytes; None for the whole.

    What is not one well-formed range of bytes means the whole, as RFC 9110 allows. Raises `NotSatisfiable`.
    """
    found = _ONE_RANGE.fullmatch(header)
    if not found or found.group(1) == found.group(2) == "":
        return None
    first, last = found.groups()
    if first == "":
        length = min(_number(last), size)
        if length == 0:
            raise NotSatisfiable
        return size - length, size
    if last and _number(last) < _number(first):
        return None
    if _number(first) >= size:
        raise NotSatisfiable
    return _number(first), min(_number(last) + 1, size) if last else size


def _number(digits: str) -> int:
    """A number of any length: Python refuses to convert thousands of digits, and none of them matters."""
    return int(digits.lstrip("0")[:20] or "0")
