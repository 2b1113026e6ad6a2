"""The report as tables of texts: the same on the terminal and on the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openpai.simulator.durations import duration
from openpai.simulator.report import Delays
from openpai.simulator.runs import Run, labels

Say = Callable[..., str]
"""Code, without its `simulator.` → text."""


@dataclass(frozen=True, slots=True)
class Table:
    """The first `names` columns are names, the others numbers."""

    names: int
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def summary_table(runs: Sequence[Run], say: Say) -> Table:
    """A row for each run."""
    rows = []
    for name, run in zip(labels(runs), runs, strict=True):
        figures = run.summary
        rows.append(
            (
                name,
                f"{figures.cells:,}",
                f"{figures.utilisation:.1%}",
                f"{figures.fragmentation:.1%}",
                *_delays(figures.delays),
                f"{figures.lost / 3600:,.0f}",
            )
        )
    return Table(1, _heads(say, "run", "cells", "used", "scattered", *_DELAYS, "lost"), rows)


def delay_table(runs: Sequence[Run], say: Say) -> Table:
    """A row for each virtual cluster, class and run."""
    rows = [
        (row.virtual_cluster, row.job_class, name, *_delays(row.delays))
        for name, run in zip(labels(runs), runs, strict=True)
        for row in run.summary.rows
    ]
    rows.sort(key=lambda row: row[:2])
    return Table(3, _heads(say, "vc", "class", "run", *_DELAYS), rows)


def excess_table(runs: Sequence[Run], say: Say) -> Table:
    """A row for each virtual cluster and each run that was compared with private clusters."""
    rows = [
        (
            each.virtual_cluster,
            name,
            f"{each.jobs:,}",
            f"{each.later:,}",
            duration(each.mean),
            duration(each.longest),
        )
        for name, run in zip(labels(runs), runs, strict=True)
        for each in run.excess
    ]
    rows.sort(key=lambda row: row[0])
    return Table(2, _heads(say, "vc", "run", "jobs", "later", "excess_mean", "excess_longest"), rows)


_DELAYS = ("jobs", "mean", "p50", "p90", "p99", "longest", "preemptions", "never_fit", "unstarted")


def _delays(delays: Delays) -> tuple[str, ...]:
    times = (delays.mean, delays.p50, delays.p90, delays.p99, delays.longest)
    counts = (delays.preemptions, delays.never_fit, delays.unstarted)
    return (f"{delays.started:,}", *map(duration, times), *(f"{count:,}" for count in counts))


def _heads(say: Say, *codes: str) -> list[str]:
    return [say(f"column.{code}") for code in codes]
