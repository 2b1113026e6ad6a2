"""Figures of one run, for a table and for charts. Times in seconds."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from openpai.simulator.classes import class_of
from openpai.simulator.outcome import JobOutcome, Moment, Outcome


@dataclass(frozen=True, slots=True)
class Delays:
    """How long jobs were in the queue, of those that started. `never_fit`: those that this cluster could never run;
    `unstarted`: those that could, and did not until the last event."""

    started: int
    mean: float
    p50: float
    p90: float
    p99: float
    longest: float
    preemptions: int
    never_fit: int
    unstarted: int


@dataclass(frozen=True, slots=True)
class Row:
    """The delays of a virtual cluster's class."""

    virtual_cluster: str
    job_class: str
    delays: Delays


@dataclass(frozen=True, slots=True)
class Excess:
    """What sharing costs a virtual cluster: the delays of its jobs beside those that they have in a cluster of its own.

    `later`: jobs that start later than there, by more than a second; `mean` of all its jobs' differences, and the
    `longest` of them.
    """

    virtual_cluster: str
    jobs: int
    later: int
    mean: float
    longest: float


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole run. Shares are means over time, from the first submission to the last: `utilisation` of all cells that
    are in use, `fragmentation` of the free cells that are on nodes partly in use. `lost`: cell-seconds of runs that
    were ended for others."""

    cells: int
    delays: Delays
    rows: tuple[Row, ...]
    utilisation: float
    fragmentation: float
    lost: float


def summary(outcome: Outcome) -> Summary:
    kinds = sorted({(each.job.virtual_cluster, -each.job.priority) for each in outcome.jobs})
    of_kind: dict[tuple[str, int], list[JobOutcome]] = {kind: [] for kind in kinds}
    for each in outcome.jobs:
        of_kind[each.job.virtual_cluster, -each.job.priority].append(each)
    rows = (Row(name, class_of(-low), delays(of_kind[name, low])) for name, low in kinds)
    begin, end = span(outcome)
    return Summary(
        outcome.cells,
        delays(outcome.jobs),
        tuple(rows),
        mean_over(outcome.moments, begin, end, used_share(outcome)),
        mean_over(outcome.moments, begin, end, scattered_share(outcome)),
        sum(each.lost for each in outcome.jobs),
    )


def delays(jobs: Iterable[JobOutcome]) -> Delays:
    jobs = list(jobs)
    waited = sorted(each.waited for each in jobs if each.started is not None)
    fitting = [each for each in jobs if each.fits]
    return Delays(
        len(waited),
        sum(waited) / len(waited) if waited else 0.0,
        percentile(waited, 50),
        percentile(waited, 90),
        percentile(waited, 99),
        waited[-1] if waited else 0.0,
        sum(each.preempted for each in jobs),
        len(jobs) - len(fitting),
        sum(each.started is None for each in fitting),
    )


def percentile(ascending: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of the values do not exceed; 0 where there are none.

    >>> percentile([1, 2, 3, 4], 50), percentile([1, 2, 3, 4], 99), percentile([], 50)
    (2, 4, 0.0)
    """
    if not ascending:
        return 0.0
    return ascending[max(ceil(len(ascending) * percent / 100) - 1, 0)]


def excesses(shared: Outcome, private: Outcome) -> tuple[Excess, ...]:
    """The cost of sharing by virtual cluster, over the guaranteed jobs that started in both."""
    differences: dict[str, list[float]] = {}
    for one, alone in zip(shared.jobs, private.jobs, strict=True):
        if one.started is not None and alone.started is not None and one.job.priority >= 0:
            differences.setdefault(one.job.virtual_cluster, []).append(one.waited - alone.waited)
    return tuple(
        Excess(name, len(found), sum(each > 1 for each in found), sum(found) / len(found), max(*found, 0.0))
        for name, found in sorted(differences.items())
    )


Measure = Callable[[Moment], float]


def used_share(outcome: Outcome) -> Measure:
    cells = max(outcome.cells, 1)
    return lambda moment: moment.used / cells


def scattered_share(outcome: Outcome) -> Measure:
    return lambda moment: moment.scattered / max(outcome.cells - moment.used, 1)


def span(outcome: Outcome) -> tuple[float, float]:
    """The first submission and the last."""
    return outcome.jobs[0].job.submitted, outcome.jobs[-1].job.submitted


def mean_over(moments: Sequence[Moment], begin: float, end: float, measure: Measure) -> float:
    """The mean of a measure over this time; its value at `begin` where that is all."""
    first = max(bisect_right(moments, begin, key=lambda moment: moment.time) - 1, 0)
    if begin >= end:
        return measure(moments[first])
    last = bisect_left(moments, end, key=lambda moment: moment.time)
    total = 0.0
    for place in range(first, last):
        until = moments[place + 1].time if place + 1 < last else end
        total += measure(moments[place]) * (min(until, end) - max(moments[place].time, begin))
    return total / (end - begin)


def over_time(outcome: Outcome, measure: Measure, begin: float, end: float, steps: int) -> list[float]:
    """The means of a measure over equal parts of this time."""
    width = (end - begin) / steps
    parts = ((begin + step * width, begin + (step + 1) * width) for step in range(steps))
    return [mean_over(outcome.moments, low, high, measure) for low, high in parts]
