"""Rows of the job list, and events, → OpenPAI's."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from openpai.lifecycle.records import Event, JobRun, TaskAttempt
from openpai.lifecycle.states import WAITING, JobState, public_job_state, sub_state
from openpai.messages import message
from openpai.scheduler.reason import Reason
from openpai.server.detail import execution_type, retries, retry_delay
from openpai.server.job_shapes import JobItem
from openpai.server.shapes import EventReply
from openpai.store.job_records import Listed


def job_item(row: Listed, waits: Sequence[Reason], language: str) -> JobItem:
    """A row of the job list. `waits`: why it waits, if it does."""
    run = row.run
    counts = retries(run)
    return JobItem(
        debugId=run.id,
        name=run.name,
        username=run.user,
        state=public_job_state(run.state, run.stop_requested),
        subState=sub_state(run.state),
        executionType=execution_type(run),
        tags=[],
        retries=counts.user + counts.platform + counts.preemption,
        retryDetails=counts,
        retryDelayTime=retry_delay(run),
        submissionTime=run.submitted_at,
        createdTime=run.submitted_at,
        launchedTime=run.launched_at,
        completedTime=run.completed_at,
        appExitCode=row.exit_code,
        virtualCluster=row.virtual_cluster,
        totalGpuNumber=row.total_gpus,
        totalTaskNumber=row.total_tasks,
        totalTaskRoleNumber=row.total_roles,
        jobPriority=row.priority,
        reason=_reason(run, waits, language),
    )


def _reason(run: JobRun, waits: Sequence[Reason], language: str) -> str | None:
    """Why it waits: what it waits for, or how the attempt before ended; or why it failed."""
    if run.state in WAITING and waits:
        return message(waits[0].code, waits[0].params, language).text
    if run.state in (JobState.FAILED, JobState.RETRYING) and run.attempt.outcome:
        cause = run.attempt.outcome.diagnosis
        return message(cause.code, cause.params, language).text
    return None


def event_replies(
    run: JobRun, newest_first: Sequence[Event], tasks: Mapping[str, TaskAttempt], language: str
) -> list[EventReply]:
    """What happened to a job. `tasks`: the task attempts that the events name, by uid."""
    count = len(newest_first)
    return [
        _event_reply(f"{run.id}-{count - place}", run, event, tasks.get(event.task or ""), language)
        for place, event in enumerate(newest_first)
    ]


def _event_reply(uid: str, run: JobRun, event: Event, task: TaskAttempt | None, language: str) -> EventReply:
    at = (
        datetime.fromtimestamp(event.at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
    return EventReply(
        uid=uid,
        frameworkName=run.id,
        podUid=event.task,
        taskroleName=task.role if task else None,
        taskName=f"{run.id}-{task.role}-{task.index}" if task else None,
        taskIndex=task.index if task else None,
        type="Warning" if event.warning else "Normal",
        reason=event.code,
        message=message(event.code, event.params, language).text,
        firstTimestamp=at,
        lastTimestamp=at,
        sourceHost=task.node if task else None,
    )
