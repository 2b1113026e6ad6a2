"""Bytes, times and durations as a person reads them."""

from datetime import datetime

_UNITS = ("B", "kB", "MB", "GB", "TB")


def size(count: float) -> str:
    """Bytes in decimal units, as Docker shows them.

    >>> [size(n) for n in (0, 999, 1500, 2_340_000_000)]
    ['0 B', '999 B', '1.5 kB', '2.3 GB']
    """
    unit = 0
    while count >= 999.95 and unit < len(_UNITS) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.0f} {_UNITS[unit]}" if unit == 0 or count >= 100 else f"{count:.1f} {_UNITS[unit]}"


def duration(seconds: float) -> str:
    """A span of time in its two largest units, the same in every language.

    >>> [duration(s) for s in (0.4, 59, 61, 7_325, 200_000)]
    ['0s', '59s', '1m 1s', '2h 2m', '2d 7h']
    """
    whole = max(0, int(seconds))
    parts = [(whole // 86400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "m"), (whole % 60, "s")]
    while len(parts) > 1 and parts[0][0] == 0:
        parts.pop(0)
    return " ".join(f"{number}{unit}" for number, unit in parts[:2])


def short(milliseconds: int | None) -> str:
    """A span of time to a tenth of a second while it is short; "-" when it is not known.

    >>> short(None), short(420), short(61_000)
    ('-', '0.4s', '1m 1s')
    """
    if milliseconds is None:
        return "-"
    return f"{milliseconds / 1000:.1f}s" if milliseconds < 60_000 else duration(milliseconds / 1000)


def moment(milliseconds: int | None) -> str:
    """A time of the API in this machine's time zone; "-" when it is not known."""
    if milliseconds is None:
        return "-"
    return datetime.fromtimestamp(milliseconds / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def span(first: int | None, last: int | None, now: int) -> str:
    """From one time of the API to another (None: until now); "-" when it has not begun."""
    if first is None:
        return "-"
    return duration(((now if last is None else last) - first) / 1000)
