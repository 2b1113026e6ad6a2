"""The step tables: what may follow what, and that nothing else does."""

from collections.abc import Mapping
from typing import TypeVar

import pytest

from openpai.lifecycle.states import (
    JOB_STEPS,
    TASK_STEPS,
    IllegalStep,
    JobState,
    TaskState,
    is_final,
    public_job_state,
    public_task_state,
    step_job,
    step_task,
    sub_state,
)

State = TypeVar("State")


@pytest.mark.parametrize("old", TaskState)
@pytest.mark.parametrize("new", TaskState)
def test_a_task_steps_as_the_table_says_and_else_tells_the_story(old: TaskState, new: TaskState) -> None:
    if new == old or new in TASK_STEPS[old]:
        assert step_task("abc", old, new) == new
    else:
        with pytest.raises(IllegalStep, match=f"task attempt abc: {old} → {new}"):
            step_task("abc", old, new)


@pytest.mark.parametrize("old", JobState)
@pytest.mark.parametrize("new", JobState)
def test_a_job_steps_as_the_table_says_and_else_tells_the_story(old: JobState, new: JobState) -> None:
    if new == old or new in JOB_STEPS[old]:
        assert step_job("ann~job", old, new) == new
    else:
        with pytest.raises(IllegalStep, match=f"job ann~job: {old} → {new}"):
            step_job("ann~job", old, new)


def test_every_state_has_a_row_and_only_the_ends_are_final() -> None:
    assert set(TASK_STEPS) == set(TaskState)
    assert set(JOB_STEPS) == set(JobState)
    assert {s.value for s in TaskState if is_final(s)} == {"SUCCEEDED", "FAILED", "STOPPED"}
    assert {s.value for s in JobState if is_final(s)} == {"SUCCEEDED", "FAILED", "STOPPED"}


def test_every_state_can_be_reached_and_every_state_leads_to_an_end() -> None:
    assert reachable(TASK_STEPS, TaskState.QUEUED) == set(TaskState)
    assert reachable(JOB_STEPS, JobState.QUEUED) == set(JobState)
    for task in TaskState:
        assert any(is_final(state) for state in reachable(TASK_STEPS, task))
    for job in JobState:
        assert any(is_final(state) for state in reachable(JOB_STEPS, job))


def test_a_job_begins_again_only_out_of_retrying() -> None:
    assert [old for old, steps in JOB_STEPS.items() if JobState.QUEUED in steps] == [JobState.RETRYING]


@pytest.mark.parametrize(
    ("state", "going_on", "stopped_by_a_person", "more"),
    [
        (JobState.QUEUED, "WAITING", "STOPPING", "QUEUED"),
        (JobState.PREPARING, "WAITING", "STOPPING", "PREPARING"),
        (JobState.RUNNING, "RUNNING", "STOPPING", "RUNNING"),
        (JobState.STOPPING, "RUNNING", "STOPPING", "STOPPING"),
        (JobState.RETRYING, "WAITING", "STOPPING", "RETRYING"),
        (JobState.SUCCEEDED, "SUCCEEDED", "SUCCEEDED", "COMPLETED"),
        (JobState.FAILED, "FAILED", "FAILED", "COMPLETED"),
        (JobState.STOPPED, "STOPPED", "STOPPED", "COMPLETED"),
    ],
)
def test_a_job_shows_openpais_words(
    state: JobState, going_on: str, stopped_by_a_person: str, more: str
) -> None:
    assert public_job_state(state, stop_requested=False) == going_on
    assert public_job_state(state, stop_requested=True) == stopped_by_a_person
    assert sub_state(state) == more


def test_a_task_shows_openpais_words() -> None:
    assert [public_task_state(state) for state in TaskState] == [
        "WAITING", "WAITING", "RUNNING", "STOPPING", "SUCCEEDED", "FAILED", "STOPPED",
    ]  # fmt: skip


def reachable(steps: Mapping[State, frozenset[State]], start: State) -> set[State]:
    found, new = {start}, {start}
    while new:
        new = {following for state in new for following in steps[state]} - found
        found |= new
    return found
