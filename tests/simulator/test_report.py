"""The figures of a run."""

import pytest

from openpai.simulator.outcome import JobOutcome, Moment, Outcome
from openpai.simulator.report import (
    Delays,
    Excess,
    delays,
    excesses,
    mean_over,
    over_time,
    percentile,
    summary,
)
from tests.simulator.clusters import job


def ended(vc: str, waited: float, priority: int = 10, preempted: int = 0) -> JobOutcome:
    return JobOutcome(job(0, 1, [1], vc, priority), waited, waited, preempted, 60.0 * preempted)


def test_delays_are_over_the_jobs_that_started() -> None:
    waited = [ended("a", float(seconds)) for seconds in range(1, 101)]
    never = JobOutcome(job(0, 1, [9], "a"), fits=False)
    waits_yet = JobOutcome(job(0, 1, [1], "a"))
    assert delays([*waited, never, waits_yet]) == Delays(100, 50.5, 50, 90, 99, 100, 0, 1, 1)
    assert delays([never]) == Delays(0, 0, 0, 0, 0, 0, 0, 1, 0)


@pytest.mark.parametrize(("percent", "value"), [(1, 10), (33, 10), (34, 20), (66, 20), (67, 30), (100, 30)])
def test_a_percentile_is_a_value_that_occurred(percent: float, value: float) -> None:
    assert percentile([10, 20, 30], percent) == value


MOMENTS = (Moment(0, 4, 4, 0), Moment(10, 8, 0, 6), Moment(20, 0, 0, 0))


@pytest.mark.parametrize(
    ("begin", "end", "mean"), [(0, 10, 4), (0, 20, 6), (5, 15, 6), (10, 10, 8), (15, 25, 4), (20, 40, 0)]
)
def test_a_mean_is_weighted_by_time(begin: float, end: float, mean: float) -> None:
    assert mean_over(MOMENTS, begin, end, lambda moment: moment.used) == mean


def test_means_over_equal_parts_make_a_curve() -> None:
    outcome = Outcome(8, (), MOMENTS)
    assert over_time(outcome, lambda moment: moment.used, 0, 20, 4) == [4, 4, 8, 8]


def test_a_summary_has_a_row_for_each_virtual_cluster_and_class_the_most_urgent_first() -> None:
    first, last = (
        ended("a", 30, priority=-1, preempted=2),
        JobOutcome(job(20 / 60, 1, [1], "b", 100), 0.0, 20.0),
    )
    told = summary(Outcome(8, (first, ended("a", 0, priority=100), ended("a", 60), last), MOMENTS))
    assert [(row.virtual_cluster, row.job_class) for row in told.rows] == [
        ("a", "prod"), ("a", "test"), ("a", "oppo"), ("b", "prod"),
    ]  # fmt: skip
    assert [row.delays.longest for row in told.rows] == [0, 60, 30, 0]
    assert (told.delays.started, told.delays.mean, told.delays.preemptions, told.lost) == (4, 22.5, 2, 120)
    assert (told.utilisation, told.fragmentation) == (0.75, 0.5)


def test_what_sharing_costs_is_told_job_by_job() -> None:
    shared = (ended("a", 100), ended("a", 0), ended("a", 7, priority=-1), ended("b", 5.5))
    alone = (ended("a", 40), ended("a", 20), ended("a", 0, priority=-1), ended("b", 5))
    assert excesses(Outcome(8, shared, MOMENTS), Outcome(8, alone, MOMENTS)) == (
        Excess("a", 2, 1, 20, 60),
        Excess("b", 1, 0, 0.5, 0.5),
    )
