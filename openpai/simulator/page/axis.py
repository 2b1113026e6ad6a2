"""Axes of charts: where a value stands, and which values are named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log10

from openpai.simulator.durations import DAY, HOUR, MINUTE, duration

_TIME_STEPS = (
    60,
    300,
    900,
    3600,
    3 * 3600,
    6 * 3600,
    12 * 3600,
    *(day * 86400 for day in (1, 2, 7, 14, 30, 90, 365)),
)
_A_DATE = 10 * 365 * DAY  # a time above it counts from 1970, one below from the begin of the trace
_WAITS = (60.0, 600.0, HOUR, 6 * HOUR, DAY, 3 * DAY, 10 * DAY, 30 * DAY, 100 * DAY)


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`; on a logarithmic one both are above 0."""

    low: float
    high: float
    ticks: Sequence[Tick]
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Where a value stands, as a share of the axis."""
        low, high, value = self.low, self.high, min(max(value, self.low), self.high)
        if self.logarithmic:
            low, high, value = log10(low), log10(high), log10(value)
        return (value - low) / (high - low)


def share_axis(highest: float) -> Axis:
    """Per cent, from 0 to a round number above the highest."""
    high = next(
        each for each in (0.04, 0.08, 0.12, 0.2, 0.24, 0.32, 0.4, 0.6, 0.8, 1.0) if each >= min(highest, 1.0)
    )
    return Axis(0.0, high, [Tick(high * part / 4, f"{high * part * 25:g} %") for part in range(5)])


def count_axis(highest: float) -> Axis:
    step = _round_step(highest / 4)
    number = max(-(-int(highest) // step), 1)
    return Axis(0.0, number * step, [Tick(part * step, f"{part * step:,}") for part in range(number + 1)])


def time_axis(begin: float, end: float) -> Axis:
    """From the first submission to the last: dates, or the time since the begin where the trace has no dates."""
    step = next((each for each in _TIME_STEPS if (end - begin) / each <= 9), _TIME_STEPS[-1])
    dated = begin >= _A_DATE
    first = -(-begin // step) * step if dated else begin
    marks = (first + number * step for number in range(int((end - first) // step) + 1))
    ticks = [Tick(at, _date(at, step) if dated else _elapsed(at - begin, step)) for at in marks]
    return Axis(begin, max(end, begin + 1), ticks)


def wait_axis(longest: float) -> Axis:
    """Waiting times on a logarithmic scale, from a minute."""
    high = next((each for each in _WAITS[1:] if each >= longest), _WAITS[-1])
    ticks = [Tick(each, duration(each)) for each in _WAITS if each <= high]
    return Axis(_WAITS[0], high, ticks, logarithmic=True)


def duration_axis(lowest: float, highest: float) -> Axis:
    """Spans of time, 0 among them."""
    unit = next(each for each in (DAY, HOUR, MINUTE, 1.0) if max(highest, -lowest, 1.0) >= each)
    step = _round_step((highest - lowest) / unit / 5) * unit
    first, last = int(-(-lowest // -step) if lowest >= 0 else lowest // step), max(-int(-highest // step), 1)
    marks = [number * step for number in range(min(first, 0), last + 1)]
    return Axis(marks[0], marks[-1], [Tick(at, duration(at)) for at in marks])


def _round_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, … that is not below."""
    step = 1
    while step < least:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step


def _elapsed(seconds: float, step: float) -> str:
    """In the unit of the steps, so that all marks have it."""
    unit, name = next(
        (unit, name) for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")) if step >= unit
    )
    return f"{seconds / unit:g} {name}" if seconds else "0"


def _date(seconds: float, step: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%d" if step >= DAY else "%m-%d %H:%M")
