"""How a job ended, in full: the cause, the lines that show it, the remedy, the exit code."""

from collections.abc import Iterator

from openpai.cli.language import say
from openpai.cli.progress import Line, full_name, tasks_of
from openpai.cli.states import FINAL, style_of
from openpai.cli.units import duration
from openpai.client.replies import Diagnosis, JobDetail

_EVIDENCE_LINES = 20


def ending(job: JobDetail) -> list[Line]:
    """The lines that close a watch, or stand in `pai show` for a job that is final."""
    status = job["jobStatus"]
    took = _took(status["launchedTime"], status["completedTime"])
    first = Line(
        say(f"end.{status['state']}", job=full_name(job), took=took)
        if status["state"] in FINAL
        else f"{full_name(job)}: {status['state']}",
        style_of(status["state"]),
    )
    why = [] if status["state"] == "SUCCEEDED" else _why(job)
    return [first, *first_failure(job), *why]


def first_failure(job: JobDetail) -> list[Line]:
    """What failed first, where the job went on after it; nothing where that is how it ended."""
    failure = job["jobStatus"].get("firstFailure")
    if failure is None or failure["diagnosis"] is None:
        return []
    task = f"{failure['taskRoleName']}-{failure['taskIndex']}"
    latest = next((each.status.get("attemptId") for each in tasks_of(job) if each.label == task), None)
    last = (job["jobStatus"].get("attemptId"), latest)
    if job["jobStatus"]["state"] == "FAILED" and last == (failure["attemptId"], failure["taskAttemptId"]):
        return []
    message = failure["diagnosis"]["message"]
    return [Line(f"  {say('card.first', task=task, attempt=failure['attemptId'], text=message)}", "red")]


def _took(first: int | None, last: int | None) -> str:
    return duration((last - first) / 1000) if first is not None and last is not None else "-"


def _why(job: JobDetail) -> Iterator[Line]:
    """The job's diagnosis, else that of the first task that has one."""
    failed = [task for task in tasks_of(job) if task.status.get("diagnosis")]
    diagnosis = job["jobStatus"].get("diagnosis") or (failed[0].status.get("diagnosis") if failed else None)
    if diagnosis is not None:
        yield from _diagnosis(diagnosis)
    exits = [(task.label, task.status.get("containerExitCode")) for task in tasks_of(job)]
    code = job["jobStatus"].get("appExitCode")
    named = next(((label, number) for label, number in exits if number not in (None, 0)), None)
    if named is not None:
        yield Line(f"  {say('card.exit.task', task=named[0], code=named[1])}")
    elif code is not None:
        yield Line(f"  {say('card.exit', code=code)}")


def _diagnosis(diagnosis: Diagnosis) -> Iterator[Line]:
    yield Line(f"  {say('card.cause', text=diagnosis['message'])}", "bold")
    evidence = diagnosis.get("evidence") or []
    if evidence:
        yield Line(f"  {say('card.evidence')}")
        yield from (Line(f"    | {text.rstrip()}", "dim") for text in evidence[-_EVIDENCE_LINES:])
    if fix := diagnosis.get("fix"):
        yield Line(f"  {say('word.fix', text=fix)}", "green")
