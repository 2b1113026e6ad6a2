"""What changed in a job from one look to the next, as lines for a person. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from openpai.cli.language import say
from openpai.cli.states import FINAL, style_of
from openpai.client import TaskAttempt
from openpai.client.replies import JobDetail, TaskStatus

_MANY = 12  # tasks; beyond, they are counted and not named one by one


@dataclass(frozen=True, slots=True)
class Line:
    """A line about the job, and its colour."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task with its role's own name."""

    role: str
    status: TaskStatus

    @property
    def label(self) -> str:
        return f"{self.role}-{self.status['taskIndex']}"


def tasks_of(job: JobDetail) -> list[Task]:
    """All tasks, role by role."""
    return [
        Task(role["taskRoleStatus"]["name"], status)
        for role in job["taskRoles"].values()
        for status in role["taskStatuses"]
    ]


def latest_attempts(job: JobDetail) -> list[TaskAttempt]:
    """The latest attempt of each task that has begun, so that it may have a log."""
    job_attempt = job["jobStatus"].get("attemptId") or 0
    name = full_name(job)
    return [
        TaskAttempt(name, job_attempt, task.role, task.status["taskIndex"], task.status.get("attemptId") or 0)
        for task in tasks_of(job)
        if task.status["taskState"] != "WAITING" and task.status.get("attemptId") is not None
    ]


def full_name(job: JobDetail) -> str:
    """`<user>~<job>`."""
    name = job["name"]
    return name if "~" in name else f"{job['jobStatus']['username']}~{name}"


def changes(before: JobDetail | None, after: JobDetail) -> list[Line]:
    """What happened between two looks; at the first look, where the job stands."""
    return [*_state(before, after), *_waits(before, after), *_tasks(before, after)]


def _state(before: JobDetail | None, after: JobDetail) -> Iterator[Line]:
    status = after["jobStatus"]
    now = (status["state"], status["subState"])
    if before is not None and now == (before["jobStatus"]["state"], before["jobStatus"]["subState"]):
        return
    if status["state"] in FINAL:  # its end is told after the last line of its log
        return
    yield Line(say("watch.state", state=status["state"], text=_phrase(*now)), style_of(status["state"]))


def _phrase(state: str, sub_state: str) -> str:
    code = f"state.{state}.{'STOPPING' if state == 'STOPPING' else sub_state}"
    return say(code) if code in PHRASES else sub_state.lower()


PHRASES = frozenset(
    f"state.{pair}"
    for pair in (
        "WAITING.QUEUED", "WAITING.PREPARING", "WAITING.RETRYING", "RUNNING.RUNNING", "RUNNING.PREPARING",
        "RUNNING.RETRYING", "RUNNING.STOPPING", "STOPPING.STOPPING",
    )
)  # fmt: skip


def _waits(before: JobDetail | None, after: JobDetail) -> Iterator[Line]:
    told = before["jobStatus"].get("waits") or [] if before is not None else []
    known = [reason["message"] for reason in told]
    for reason in after["jobStatus"].get("waits") or []:
        if reason["message"] not in known:
            yield Line(f"  {reason['message']}", "yellow")
            if fix := reason.get("fix"):
                yield Line(f"  {say('word.fix', text=fix)}")


def _tasks(before: JobDetail | None, after: JobDetail) -> Iterator[Line]:
    tasks = tasks_of(after)
    old = {task.label: task.status for task in tasks_of(before)} if before is not None else {}
    changed = [task for task in tasks if _standing(task.status) != _standing(old.get(task.label))]
    if len(tasks) > _MANY:
        if changed:
            yield Line(_counts(tasks))
        return
    for task in changed:
        if (line := _task(task, old.get(task.label))) is not None:
            yield line


def _standing(status: TaskStatus | None) -> tuple[str, int]:
    """What of a task is worth a line when it changes."""
    return ("WAITING", 0) if status is None else (status["taskState"], status.get("attemptId") or 0)


def _task(task: Task, before: TaskStatus | None) -> Line | None:
    state, attempt = _standing(task.status)
    style = style_of(state)
    if attempt > _standing(before)[1]:
        return Line(say("watch.task.again", task=task.label, attempt=attempt + 1), "yellow")
    if state == "RUNNING":
        node = task.status.get("containerNodeName") or "-"
        return Line(say("watch.task.runs", task=task.label, node=node), style)
    if state in FINAL:
        code = task.status.get("containerExitCode")
        told = say("watch.task.exit", code=code) if code is not None else ""
        return Line(say("watch.task.ended", task=task.label, state=state, exit=told), style)
    return None


def _counts(tasks: list[Task]) -> str:
    states = [task.status["taskState"] for task in tasks]
    counted = ", ".join(f"{state} {states.count(state)}" for state in dict.fromkeys(states))
    return say("watch.counts", total=len(tasks), counted=counted)
