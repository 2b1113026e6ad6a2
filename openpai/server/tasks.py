"""What a path names → the job, the attempt, the task."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from openpai.errors import fail
from openpai.lifecycle.records import JobAttempt, TaskAttempt
from openpai.server.attempts import role_key
from openpai.server.services import Given, Services
from openpai.store.job_records import Listed

_MAX_INDEX = 2**31 - 1  # beyond it the database has no number


@dataclass(frozen=True, slots=True)
class FoundAttempt:
    """One attempt of a task, where the path leads."""

    job: Listed
    job_attempt: int
    task: TaskAttempt


async def find_job(services: Services, name: str) -> Listed:
    """The job `<user>~<job>`; the first `~` parts them. Raises `NoJob`."""
    user, tilde, job = name.partition("~")
    if not tilde:
        raise fail("NoJob", name=name)
    return await services.jobs.find(user, job)


async def find_attempt(
    services: Services, job: Listed, index: int
) -> tuple[JobAttempt, Sequence[TaskAttempt]] | None:
    """An attempt of the job with its task attempts. None if there is none of that index."""
    run = job.run
    if index == run.attempt.index and not any(task.attempt for task in run.tasks):
        return run.attempt, run.tasks
    if not 0 <= index <= _MAX_INDEX:
        return None
    return await services.jobs.attempt(run.id, index)


async def find_task(
    services: Services, name: str, job_attempt: int, role: str, index: int
) -> tuple[Listed, list[TaskAttempt]]:
    """The job, and all attempts of one of its tasks, oldest first; empty if there is no such task.

    The role may be named by its own or its normalised name. Raises `NoJob`.
    """
    job = await find_job(services, name)
    found = await services.jobs.attempt(job.run.id, job_attempt) if 0 <= job_attempt <= _MAX_INDEX else None
    tasks = found[1] if found else []
    own = {task.role for task in tasks}
    names = {role} & own or {known for known in own if role_key(known) == role}
    return job, [task for task in tasks if task.role in names and task.index == index]


async def find_task_attempt(
    services: Services, name: str, job_attempt: int, role: str, index: int, attempt: int
) -> FoundAttempt:
    """Raises `NoJob`, and `NoTaskLog` when the job has no such task attempt."""
    job, tasks = await find_task(services, name, job_attempt, role, index)
    for task in tasks:
        if task.attempt == attempt:
            return FoundAttempt(job, job_attempt, task)
    raise fail("NoTaskLog", job=job.run.full_name, role=role, index=index)


async def _attempt_at(
    services: Given, job: str, job_attempt: int, role: str, index: int, attempt: int
) -> FoundAttempt:
    return await find_task_attempt(services, job, job_attempt, role, index, attempt)


AttemptAtPath = Annotated[FoundAttempt, Depends(_attempt_at)]
"""The task attempt that the path of a call names, as a parameter of its route. Raises as `find_task_attempt`."""
