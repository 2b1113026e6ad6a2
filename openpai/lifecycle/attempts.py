"""How an attempt of a job or of a task begins."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from openpai.lifecycle.records import JobAttempt, JobRun, TaskAttempt
from openpai.lifecycle.retry import Of, Retry
from openpai.lifecycle.states import JobState, TaskState
from openpai.protocol.task_role import TaskRole

NewId = Callable[[], str]


def first_tasks(roles: Mapping[str, TaskRole], now: int, new_id: NewId) -> tuple[TaskAttempt, ...]:
    """The tasks of a job attempt that begins at `now` (ms): all wait for cells."""
    return tuple(
        TaskAttempt(new_id(), name, index, 0, TaskState.QUEUED, now)
        for name, role in roles.items()
        for index in range(role.instances)
    )


def run_again(run: JobRun, now: int, new_id: NewId) -> JobRun:
    """A job that had ended, as a person has it run again: a new attempt, with its budgets whole."""
    return replace(
        run,
        stop_requested=False,
        state=JobState.QUEUED,
        attempt=JobAttempt(run.attempt.index + 1, now),
        tasks=tuple(TaskAttempt(new_id(), t.role, t.index, 0, TaskState.QUEUED, now) for t in run.tasks),
        user_retries=0,
        platform_retries=0,
        preemptions=0,
        retry_at=None,
        launched_at=None,
        completed_at=None,
        rerun_at=now,
    )


def next_task_attempt(
    task: TaskAttempt, retry: Retry, now: int, uid: str, *, address: str | None
) -> TaskAttempt:
    """The attempt that follows one which has ended. It keeps the address that its peers know it by."""
    return TaskAttempt(
        uid,
        task.role,
        task.index,
        task.attempt + 1,
        TaskState.QUEUED,
        now,
        address=address,
        platform_retries=task.platform_retries + (retry.of is Of.PLATFORM),
        preemptions=task.preemptions + (retry.of is Of.PREEMPTION),
        due_at=now + retry.delay_ms,
    )
