"""A job as it stands → OpenPAI's job in detail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from openpai.backends.contract import PullProgress
from openpai.images.kept import KeptImage
from openpai.images.lock import Lock
from openpai.lifecycle.exit_specs import exit_code
from openpai.lifecycle.records import JobAttempt, JobRun, TaskAttempt
from openpai.lifecycle.states import (
    WAITING,
    JobState,
    TaskState,
    public_job_state,
    public_task_state,
    sub_state,
)
from openpai.messages import message
from openpai.scheduler.reason import Reason
from openpai.server.attempts import (
    diagnosis_reply,
    exit_diagnostics,
    exit_messages,
    exit_spec_reply,
    exit_type,
    role_key,
    task_attempt_fields,
)
from openpai.server.job_shapes import (
    FirstFailure,
    JobDetail,
    JobImage,
    JobStatus,
    Pull,
    RetryDetails,
    RoleStatus,
    TaskRoleReply,
    TaskStatus,
)
from openpai.server.replies import told
from openpai.server.roles import Roles
from openpai.store.job_records import Listed


@dataclass(frozen=True, slots=True)
class View:
    """All that a job in detail is made of. `attempt` and `tasks` are of the attempt that was asked for."""

    listed: Listed
    attempt: JobAttempt
    tasks: Sequence[TaskAttempt]
    roles: Roles
    waits: Sequence[Reason]
    pulls: Mapping[str, PullProgress]
    images: Mapping[str, KeptImage]
    first_failure: tuple[int, TaskAttempt] | None


def job_detail(view: View, language: str) -> JobDetail:
    """The job in the reader's language."""
    run = view.listed.run
    return JobDetail(
        debugId=run.id,
        name=run.name,
        tags=[],
        jobStatus=_job_status(view, language),
        taskRoles=_task_roles(view, language),
        images=[_image(name, view.images.get(name)) for name in view.roles.images],
    )


def _image(name: str, kept: KeptImage | None) -> JobImage:
    lock = kept.lock if kept else Lock()
    return JobImage(image=name, digest=lock.digest or None, id=lock.image_id or None)


def retries(run: JobRun) -> RetryDetails:
    """How often a job was run again, by cause. OpenPAI's third cause, `resource`, is always 0."""
    return RetryDetails(user=run.user_retries, platform=run.platform_retries, preemption=run.preemptions)


def retry_delay(run: JobRun) -> int | None:
    """Seconds from the end of an attempt to the next one, while that is waited for."""
    if run.retry_at is None or run.attempt.completed_at is None:
        return None
    return max(run.retry_at - run.attempt.completed_at, 0) // 1000


def execution_type(run: JobRun) -> Literal["START", "STOP"]:
    """What a person wants of the job."""
    return "STOP" if run.stop_requested else "START"


def pull_reply(task: TaskAttempt, progress: PullProgress) -> Pull:
    """How far the image of a task has come."""
    return Pull(
        role=task.role,
        index=task.index,
        image=progress.image,
        doneBytes=progress.done_bytes,
        totalBytes=progress.total_bytes,
        layersDone=progress.layers_done,
        layersTotal=progress.layers_total,
        bytesPerSecond=progress.bytes_per_second,
        remainingSeconds=progress.remaining_s,
    )


def _job_status(view: View, language: str) -> JobStatus:
    run, attempt = view.listed.run, view.attempt
    outcome = attempt.outcome
    cause = outcome.diagnosis if outcome else None
    code = exit_code(attempt)
    counts = retries(run)
    return JobStatus(
        username=run.user,
        state=public_job_state(run.state, run.stop_requested),
        subState=sub_state(run.state),
        executionType=execution_type(run),
        retries=counts.user + counts.platform + counts.preemption,
        retryDetails=counts,
        retryDelayTime=retry_delay(run),
        submissionTime=run.submitted_at,
        createdTime=run.submitted_at,
        launchedTime=run.launched_at,
        completedTime=run.completed_at,
        virtualCluster=view.listed.virtual_cluster,
        waits=[told(r.code, r.params, language) for r in view.waits] if _waits(run) else [],
        attemptId=attempt.index,
        attemptState=_attempt_state(run, attempt),
        appId=f"{attempt.index}_{run.id}",
        appProgress=0 if attempt.completed_at is None else 1,
        appCreatedTime=attempt.created_at,
        appLaunchedTime=attempt.launched_at,
        appCompletedTime=attempt.completed_at,
        appExitCode=code,
        appExitSpec=exit_spec_reply(cause, code, language),
        appExitDiagnostics=exit_diagnostics(cause, language),
        appExitMessages=exit_messages(cause, language),
        appExitTriggerMessage=_trigger(attempt, language),
        appExitTriggerTaskRoleName=outcome.role if outcome else None,
        appExitTriggerTaskIndex=outcome.index if outcome else None,
        appExitType=exit_type(outcome.state if outcome else None),
        diagnosis=diagnosis_reply(cause, language),
        stoppingTime=min((t.stopping_at for t in view.tasks if t.stopping_at and _stops(t)), default=None),
        killTime=max((t.kill_at for t in view.tasks if t.kill_at and _stops(t)), default=None),
        firstFailure=_first_failure(view, language),
    )


def _waits(run: JobRun) -> bool:
    """Whether anything of it has yet to begin."""
    waiting = (TaskState.QUEUED, TaskState.PREPARING)
    return run.state in WAITING or (
        run.state == JobState.RUNNING and any(t.state in waiting for t in run.tasks)
    )


def _stops(task: TaskAttempt) -> bool:
    return task.state == TaskState.STOPPING


def _first_failure(view: View, language: str) -> FirstFailure | None:
    if view.first_failure is None:
        return None
    job_attempt, task = view.first_failure
    return FirstFailure(
        attemptId=job_attempt,
        taskRoleName=task.role,
        taskIndex=task.index,
        taskAttemptId=task.attempt,
        completedTime=task.completed_at,
        containerExitCode=task.exit.code if task.exit else None,
        diagnosis=diagnosis_reply(task.diagnosis, language),
    )


def _attempt_state(run: JobRun, attempt: JobAttempt) -> str:
    if attempt.outcome and (attempt.completed_at is not None or attempt.index != run.attempt.index):
        return attempt.outcome.state.value
    return public_job_state(run.state, run.stop_requested)


def _trigger(attempt: JobAttempt, language: str) -> str | None:
    outcome = attempt.outcome
    if outcome is None or not outcome.trigger:
        return None
    return message(outcome.trigger, outcome.trigger_params, language).text


def _task_roles(view: View, language: str) -> dict[str, TaskRoleReply]:
    """Every role in the order of the job file, with the latest attempt of each of its tasks."""
    attempts: dict[tuple[str, int], list[TaskAttempt]] = {}
    for task in sorted(view.tasks, key=lambda task: (task.index, task.attempt)):
        attempts.setdefault((task.role, task.index), []).append(task)
    return {
        role_key(role): TaskRoleReply(
            taskRoleStatus=RoleStatus(name=role),
            taskStatuses=[
                _task_status(of_task, view, language)
                for (owner, _), of_task in attempts.items()
                if owner == role
            ],
        )
        for role in view.roles.order
    }


def _task_status(attempts: Sequence[TaskAttempt], view: View, language: str) -> TaskStatus:
    task = attempts[-1]
    fields = task_attempt_fields(
        task,
        view.listed.run.full_name,
        view.attempt.index,
        view.roles.ports_of(task.role, task.index),
        view.roles.hived_of(task, view.listed.run.full_name),
        language,
    )
    progress = view.pulls.get(task.uid)
    return TaskStatus(
        **dict(fields),
        taskIndex=task.index,
        taskUid=task.uid,
        taskState=public_task_state(task.state),
        retries=task.attempt,
        accountableRetries=task.accountable_retries,
        createdTime=attempts[0].created_at,
        launchedTime=task.launched_at,
        completedTime=task.completed_at,
        pull=pull_reply(task, progress) if progress else None,
    )
