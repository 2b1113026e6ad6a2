"""The state machines of a task attempt and of a job: every state, what it means, and what may follow.

Everything that changes a state goes through `step_task` or `step_job`; a step that is not in the table is a
fault of this program and raises. States only move forward: a retry is a new attempt, never a step back. What has
ended stays as it ended; only a person can have the job run again, which begins a new attempt.
"""

from collections.abc import Mapping
from enum import StrEnum


class TaskState(StrEnum):
    """The state of one attempt of one task."""

    __hash__ = str.__hash__  # they are looked up for every task at every look: not by a function in Python

    QUEUED = "QUEUED"  # waits for cells
    PREPARING = "PREPARING"  # has its place; the image is pulled, the container made
    RUNNING = "RUNNING"  # its container was seen running
    STOPPING = "STOPPING"  # told to end; SIGTERM was or will be sent
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"  # ended because it was told to


class JobState(StrEnum):
    """The state of a job, over all its attempts."""

    __hash__ = str.__hash__

    QUEUED = "QUEUED"  # the attempt waits for cells
    PREPARING = "PREPARING"  # the attempt has its places, no task has run yet
    RUNNING = "RUNNING"  # a task of the attempt has run
    STOPPING = "STOPPING"  # the outcome of the attempt is known; its last tasks are being ended
    RETRYING = "RETRYING"  # the next attempt waits for its time
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"


TASK_STEPS: Mapping[TaskState, frozenset[TaskState]] = {
    TaskState.QUEUED: frozenset({TaskState.PREPARING, TaskState.STOPPED}),
    TaskState.PREPARING: frozenset(
        {TaskState.RUNNING, TaskState.STOPPING, TaskState.SUCCEEDED, TaskState.FAILED, TaskState.STOPPED}
    ),
    TaskState.RUNNING: frozenset({TaskState.STOPPING, TaskState.SUCCEEDED, TaskState.FAILED}),
    TaskState.STOPPING: frozenset({TaskState.STOPPED, TaskState.FAILED}),
    TaskState.SUCCEEDED: frozenset(),
    TaskState.FAILED: frozenset(),
    TaskState.STOPPED: frozenset(),
}

WAITING = frozenset({JobState.QUEUED, JobState.PREPARING, JobState.RETRYING})
"""A job of which nothing runs, and something will."""

_JOB_ENDS = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.STOPPED})
_JOB_ENDING = _JOB_ENDS | {JobState.STOPPING, JobState.RETRYING}

JOB_STEPS: Mapping[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.PREPARING}) | _JOB_ENDING,
    JobState.PREPARING: frozenset({JobState.RUNNING}) | _JOB_ENDING,
    JobState.RUNNING: _JOB_ENDING,
    JobState.STOPPING: _JOB_ENDS | {JobState.RETRYING},
    JobState.RETRYING: frozenset({JobState.QUEUED}),
    JobState.SUCCEEDED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.STOPPED: frozenset(),
}


_FINAL = frozenset(state for steps in (TASK_STEPS, JOB_STEPS) for state, next_ in steps.items() if not next_)


class IllegalStep(Exception):
    """A step that the table does not allow. Tells the whole story: who, from where, to where."""


def step_task(who: str, old: TaskState, new: TaskState) -> TaskState:
    """`new`, if it may follow `old` (or is the same)."""
    if new != old and new not in TASK_STEPS[old]:
        raise IllegalStep(f"task attempt {who}: {old} → {new}")
    return new


def step_job(who: str, old: JobState, new: JobState) -> JobState:
    """`new`, if it may follow `old` (or is the same)."""
    if new != old and new not in JOB_STEPS[old]:
        raise IllegalStep(f"job {who}: {old} → {new}")
    return new


def is_final(state: TaskState | JobState) -> bool:
    """Whether nothing can follow."""
    return state in _FINAL


def public_task_state(state: TaskState) -> str:
    """OpenPAI's word for it: WAITING, RUNNING, STOPPING, SUCCEEDED, FAILED, STOPPED."""
    return "WAITING" if state in (TaskState.QUEUED, TaskState.PREPARING) else state.value


def public_job_state(state: JobState, stop_requested: bool) -> str:
    """OpenPAI's word for it. Only a person's stop shows as STOPPING; a job that winds up still shows RUNNING."""
    match state:
        case JobState.STOPPING | JobState.RETRYING:
            return "STOPPING" if stop_requested else "WAITING" if state == JobState.RETRYING else "RUNNING"
        case JobState.QUEUED | JobState.PREPARING:
            return "STOPPING" if stop_requested else "WAITING"
        case JobState.RUNNING:
            return "STOPPING" if stop_requested else "RUNNING"
        case _:
            return state.value


def sub_state(state: JobState) -> str:
    """More than the public state tells: QUEUED, PREPARING, RUNNING, STOPPING, RETRYING, COMPLETED."""
    return "COMPLETED" if is_final(state) else state.value
