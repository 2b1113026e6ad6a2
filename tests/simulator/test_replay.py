"""Traces on the virtual clock."""

from itertools import pairwise

import pytest

from openpai.simulator.outcome import JobOutcome, Outcome
from openpai.simulator.policies import POLICIES
from openpai.simulator.replay import replay
from openpai.simulator.trace import TraceJob
from tests.simulator.clusters import MINUTE, job, made_trace, nodes

every_policy = pytest.mark.parametrize("policy", list(POLICIES))


def run(jobs: list[TraceJob], policy: str = "cells", **shares: int) -> Outcome:
    return replay(jobs, nodes(8, shares), POLICIES[policy])


def waits(outcome: Outcome) -> list[float]:
    """Minutes."""
    return [each.waited / MINUTE for each in outcome.jobs]


@every_policy
def test_a_job_waits_until_another_ends(policy: str) -> None:
    jobs = [job(0, 30, [8], "a"), job(10, 5, [8], "a"), job(12, 5, [4], "a")]
    outcome = run(jobs, policy, a=1)
    assert waits(outcome) == [0, 20, 23]
    assert [each.started for each in outcome.jobs] == [0, 30 * MINUTE, 35 * MINUTE]


@every_policy
def test_the_more_urgent_goes_first(policy: str) -> None:
    jobs = [job(0, 30, [8], "a", 100), job(1, 10, [8], "a", 10), job(2, 10, [8], "a", 50)]
    assert waits(run(jobs, policy, a=1)) == [0, 39, 28]


@every_policy
def test_what_ends_and_what_is_submitted_at_the_same_moment_meet(policy: str) -> None:
    assert waits(run([job(0, 10, [8], "a"), job(10, 10, [8], "a")], policy, a=1)) == [0, 0]


@every_policy
def test_a_preempted_job_begins_anew_and_what_it_did_is_lost(policy: str) -> None:
    jobs = [job(0, 30, [8], "a", 10), job(10, 20, [8], "a", 100)]
    low, high = run(jobs, policy, a=1).jobs
    assert (high.waited, high.preempted) == (0, 0)
    assert (low.waited, low.started, low.preempted) == (20 * MINUTE, 30 * MINUTE, 1)
    assert low.lost == 8 * 10 * MINUTE


def test_an_opportunistic_job_uses_what_is_idle_and_gives_way() -> None:
    jobs = [job(0, 30, [8], "a", -1), job(10, 20, [8], "b", 10)]
    idle, owner = run(jobs, a=0, b=1).jobs
    assert owner.waited == 0
    assert (idle.waited, idle.preempted) == (20 * MINUTE, 1)


@every_policy
def test_a_job_that_can_never_fit_is_left_out(policy: str) -> None:
    jobs = [job(0, 10, [9], "a"), job(1, 10, [8, 8], "a"), job(2, 10, [8], "a")]
    outcome = run(jobs, policy, a=1, b=1)
    assert [each.fits for each in outcome.jobs] == [False, False, True]
    assert [each.started for each in outcome.jobs] == [None, None, 2 * MINUTE]


@every_policy
@pytest.mark.parametrize("priority", [10, -1])
def test_a_job_of_a_virtual_cluster_that_is_not_there_can_never_fit(policy: str, priority: int) -> None:
    assert [each.fits for each in run([job(0, 10, [1], "b", priority)], policy, a=1).jobs] == [False]


@every_policy
def test_a_job_of_another_sku_can_never_fit(policy: str) -> None:
    outcome = run([job(0, 10, [1], "a", sku="V100"), job(0, 10, [1], "a", sku="GPU")], policy, a=1)
    assert [each.fits for each in outcome.jobs] == [False, True]


def test_moments_tell_what_is_used_scattered_and_waited_for() -> None:
    outcome = run([job(0, 30, [6], "a"), job(10, 30, [8], "b"), job(20, 10, [4], "a")], a=1, b=1)
    told = [(each.time / MINUTE, each.used, each.scattered, each.waiting) for each in outcome.moments]
    assert outcome.cells == 16
    assert told == [(0, 6, 2, 0), (10, 14, 2, 0), (20, 14, 2, 4), (30, 12, 4, 0), (40, 0, 0, 0)]


@every_policy
@pytest.mark.parametrize("opportunistic", [0.0, 0.3])
def test_every_job_that_fits_starts_and_no_cell_is_held_twice(policy: str, opportunistic: float) -> None:
    jobs = made_trace(5, 200, ["a", "b", "c"], opportunistic=opportunistic)
    outcome = run(jobs, policy, a=2, b=1, c=1)
    assert all((each.started is not None) == each.fits for each in outcome.jobs)
    assert all(0 <= each.used <= outcome.cells for each in outcome.moments)
    assert all(0 <= each.scattered <= outcome.cells - each.used for each in outcome.moments)
    assert outcome.moments[-1].used == outcome.moments[-1].waiting == 0
    assert _cell_seconds(outcome) == pytest.approx(sum(map(_work, outcome.jobs)))


def _work(each: JobOutcome) -> float:
    return each.job.cells * each.job.duration * each.fits + each.lost


def _cell_seconds(outcome: Outcome) -> float:
    return sum(one.used * (after.time - one.time) for one, after in pairwise(outcome.moments))


@every_policy
def test_the_same_trace_gives_the_same_outcome(policy: str) -> None:
    jobs = made_trace(6, 100, ["a", "b"], opportunistic=0.2)
    assert run(jobs, policy, a=1, b=1) == run(jobs, policy, a=1, b=1)


def test_progress_counts_every_job() -> None:
    told: list[int] = []
    replay([job(0, 1, [1], "a"), job(0, 1, [9], "a")], nodes(8, {"a": 1}), POLICIES["cells"], told.append)
    assert told[-1] == 2
