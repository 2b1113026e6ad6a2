"""Spans of time as a person reads them."""

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


def duration(seconds: float) -> str:
    """A span of time in the unit that suits it.

    >>> [duration(each) for each in (0, 45, 600, 5400, 259200, -5400)]
    ['0', '45 s', '10 min', '1.5 h', '3 d', '-1.5 h']
    """
    size = abs(seconds)
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1.0, "s")):
        if size >= unit:
            number = round(seconds / unit, 1 if size / unit < 100 else 0)
            return f"{number:g} {name}"
    return "0" if size < 0.05 else f"{seconds:.1f} s"
