"""How an attempt of a task or of a job ended, and where a task ran, in OpenPAI's fields."""

from collections.abc import Mapping
from urllib.parse import quote

from openpai.images.cuda.fake import is_fake
from openpai.lifecycle.exit_specs import Behavior, exit_spec
from openpai.lifecycle.records import Diagnosis, TaskAttempt
from openpai.lifecycle.states import JobState, is_final, public_task_state
from openpai.messages import message
from openpai.protocol.job import normalise_role_name
from openpai.server.job_shapes import (
    DiagnosisReply,
    ExitMessages,
    ExitSpecReply,
    HivedReply,
    TaskAttemptFields,
)
from openpai.server.replies import told

_TYPES = {"user": "USER_FAILURE", "platform": "PLATFORM_FAILURE", "unknown": "UNKNOWN_FAILURE"}
_NO_FAILURES = {
    Behavior.SUCCESS: "USER_SUCCESS",
    Behavior.STOP: "USER_STOP",
    Behavior.PREEMPTED: "PLATFORM_FAILURE",
}
_REACTIONS = {
    Behavior.TRANSIENT: "ALWAYS_BACKOFF_RETRY",
    Behavior.PREEMPTED: "ALWAYS_RETRY",
    Behavior.UNKNOWN: "RETRY_TO_MAX",
    Behavior.PERMANENT: "NEVER_RETRY",
    Behavior.STOP: "NEVER_RETRY",
    Behavior.SUCCESS: "NEVER_RETRY",
}
_BEHAVIORS = {Behavior.SUCCESS: "UNKNOWN", Behavior.STOP: "PERMANENT", Behavior.PREEMPTED: "TRANSIENT"}
_EXIT_TYPES = {JobState.SUCCEEDED: "Succeeded", JobState.FAILED: "Failed", JobState.STOPPED: "Failed"}

Ports = Mapping[str, str]
"""Label → port numbers joined by commas, as OpenPAI shows them."""


def role_key(role: str) -> str:
    """The role's name in replies and addresses: the normalised one, unless nothing is left of it."""
    return normalise_role_name(role) or role


def diagnosis_reply(cause: Diagnosis | None, language: str) -> DiagnosisReply | None:
    """What ended it, in words."""
    if cause is None:
        return None
    words = told(cause.code, cause.params, language)
    return DiagnosisReply(
        code=words.code, message=words.message, fix=words.fix, evidence=list(cause.evidence)
    )


def exit_spec_reply(cause: Diagnosis | None, code: int | None, language: str) -> ExitSpecReply | None:
    """What is known of the exit, under OpenPAI's number for it, else under `code`, which is shown as exit code."""
    if cause is None:
        return None
    spec = exit_spec(cause.code)
    words = message(cause.code, cause.params, language)
    return ExitSpecReply(
        code=spec.code if code is None or spec.numbered else code,
        phrase=spec.name,
        issuer=spec.issuer,
        causer=spec.causer,
        type=_TYPES.get(spec.fault) or _NO_FAILURES[spec.behavior],
        stage=spec.stage,
        behavior=_BEHAVIORS.get(spec.behavior) or spec.behavior.value.upper(),
        reaction=_REACTIONS[spec.behavior],
        reason=words.text,
        solution=[words.fix] if words.fix else [],
    )


def exit_messages(cause: Diagnosis | None, language: str) -> ExitMessages | None:
    """What OpenPAI's portal shows beside the exit code."""
    if cause is None or exit_spec(cause.code).behavior == Behavior.SUCCESS:
        return None
    return ExitMessages(launcher=message(cause.code, cause.params, language).text)


def exit_diagnostics(cause: Diagnosis | None, language: str) -> str | None:
    """The cause and the lines that show it, as one text."""
    if cause is None:
        return None
    return "\n".join([message(cause.code, cause.params, language).text, *cause.evidence])


def exit_type(state: JobState | None) -> str | None:
    """OpenPAI's word for how an attempt ended; it has none for a stopped one but Failed."""
    return None if state is None else _EXIT_TYPES[state]


def task_attempt_fields(
    task: TaskAttempt, full_name: str, job_attempt: int, ports: Ports, hived: HivedReply, language: str
) -> TaskAttemptFields:
    """One attempt of a task."""
    placed = task.node is not None
    begun = placed and (task.launched_at is not None or is_final(task.state))
    code = task.exit.code if task.exit else None
    cells = task.cells if placed and task.cells and task.cells.gpus else None
    return TaskAttemptFields(
        attemptId=task.attempt,
        attemptState=public_task_state(task.state),
        currentAttemptCreatedTime=task.created_at,
        currentAttemptLaunchedTime=task.launched_at,
        currentAttemptCompletedTime=task.completed_at,
        containerId=task.uid if placed else None,
        containerIp=task.address if placed else None,
        containerNodeName=task.node,
        containerPorts=dict(ports) if placed else {},
        containerGpus=sum(1 << leaf for leaf in cells.leaves) if cells else None,
        gpuUuids=list(cells.gpus) if cells else [],
        fakeGpus=any(map(is_fake, cells.gpus)) if cells else False,
        hived=hived,
        containerLog=f"{task_path(task, full_name, job_attempt)}/logs" if begun else None,
        containerExitCode=code,
        containerExitSpec=exit_spec_reply(task.diagnosis, code, language),
        containerExitDiagnostics=exit_diagnostics(task.diagnosis, language),
        diagnosis=diagnosis_reply(task.diagnosis, language),
        placedTime=task.placed_at,
        waitedMs=_from(task.created_at, task.completed_at if task.placed_at is None else task.placed_at),
        pulledMs=task.pulled.ms if task.pulled else None,
        startedMs=_start_took(task),
        ranMs=_from(task.launched_at, task.completed_at),
        stoppingTime=task.stopping_at,
        killTime=task.kill_at,
    )


def _from(begin: int | None, end: int | None) -> int | None:
    return None if begin is None or end is None else max(end - begin, 0)


def _start_took(task: TaskAttempt) -> int | None:
    """From the place to the first process, but for the pull."""
    took = _from(task.placed_at, task.launched_at)
    return None if took is None else max(took - (task.pulled.ms if task.pulled else 0), 0)


def task_path(task: TaskAttempt, full_name: str, job_attempt: int) -> str:
    """The address of a task attempt, from the root of the API."""
    return (
        f"/api/v2/jobs/{quote(full_name, safe='~')}/attempts/{job_attempt}"
        f"/taskRoles/{quote(role_key(task.role), safe='')}/taskIndex/{task.index}/attempts/{task.attempt}"
    )
