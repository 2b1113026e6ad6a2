"""Every cause has a budget, and none is endless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.lifecycle.exit_specs import exit_specs
from openpai.lifecycle.records import Diagnosis
from openpai.lifecycle.retry import Budget, Of, Retry, back_off, decide_retry


def retried(cause: str, user_max: int = 0, platform_max: int = 3) -> list[Retry]:
    """The retries that follow one another when each attempt ends with this cause."""
    budget = Budget(0, user_max, 0, platform_max)
    retries: list[Retry] = []
    while retry := decide_retry(Diagnosis(cause), budget):
        retries.append(retry)
        assert len(retries) < 100, "without end"
        budget = Budget(
            budget.user_used + (retry.of is Of.USER),
            user_max,
            budget.platform_used + (retry.of is Of.PLATFORM),
            platform_max,
        )
    return retries


def test_a_failure_of_the_users_is_not_retried_unless_asked_for() -> None:
    assert retried("ExitCode") == []


def test_a_failure_of_the_users_is_retried_at_once_as_often_as_asked_for() -> None:
    assert retried("ExitCode", user_max=2) == [Retry(Of.USER, delay_ms=0)] * 2


def test_a_failure_of_the_platform_is_retried_later_and_later_within_its_own_budget() -> None:
    assert [retry.delay_ms for retry in retried("ContainerLost", user_max=2)] == [1000, 2000, 4000]
    assert not any(retry.of is Of.USER for retry in retried("ContainerLost", user_max=2))


@pytest.mark.parametrize("cause", ["OutOfMemory", "ImageNotFound", "ImageAuthFailed", "ImageHasNoShell"])
def test_what_would_fail_again_is_not_tried_again(cause: str) -> None:
    assert retried(cause, user_max=5) == []


@pytest.mark.parametrize("cause", ["Succeeded", "StopRequested", "AttemptCompleted"])
def test_what_is_no_failure_is_not_retried(cause: str) -> None:
    assert retried(cause, user_max=5) == []


@given(st.sampled_from([*exit_specs(), "Nonsense"]), st.integers(0, 20), st.integers(0, 20))
def test_no_cause_is_retried_beyond_its_budget(cause: str, user_max: int, platform_max: int) -> None:
    retries = retried(cause, user_max, platform_max)
    assert sum(retry.of is Of.USER for retry in retries) <= user_max
    assert sum(retry.of is Of.PLATFORM for retry in retries) <= platform_max


def test_the_delay_grows_up_to_five_minutes() -> None:
    assert [back_off(tries) for tries in (0, 1, 2, 8, 9, 1000)] == [
        1000,
        2000,
        4000,
        256_000,
        300_000,
        300_000,
    ]
