"""How tasks end, and how they are told to. Pure."""

from dataclasses import replace

from openpai.controller.situation import Situation
from openpai.errors import Params
from openpai.lifecycle.exits import Exit
from openpai.lifecycle.records import Diagnosis, Event, JobRun, Outcome, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState, step_job, step_task
from openpai.protocol.job import Job

STOPPED_BY_A_PERSON = Diagnosis("StopRequested")
_DECIDED = Diagnosis("AttemptCompleted")


def stop_cause(stop_requested: bool) -> Diagnosis:
    """Why a task was told to end, where nothing else is noted with it."""
    return STOPPED_BY_A_PERSON if stop_requested else _DECIDED


def end_task(
    task: TaskAttempt,
    state: TaskState,
    cause: Diagnosis,
    at: int,
    happened: list[Event],
    *,
    launched_at: int | None = None,
    exit_: Exit | None = None,
) -> TaskAttempt:
    """The task attempt as it ended; `launched_at` and `exit_` where it ran."""
    failed = state is TaskState.FAILED
    told: Params = {**cause.params, "cause": cause.code, "role": task.role, "index": task.index}
    happened.append(Event(at, _ENDED[state], told, task.uid, failed))
    return replace(
        task,
        state=step_task(task.uid, task.state, state),
        diagnosis=cause,
        completed_at=at,
        launched_at=task.launched_at if launched_at is None else launched_at,
        exit=exit_,
    )


_ENDED = {
    TaskState.SUCCEEDED: "TaskSucceeded",
    TaskState.FAILED: "TaskFailed",
    TaskState.STOPPED: "TaskStopped",
}


def end_as_told(
    task: TaskAttempt,
    why: Diagnosis,
    at: int,
    happened: list[Event],
    *,
    launched_at: int | None = None,
    exit_: Exit | None = None,
) -> TaskAttempt:
    """The task attempt, which was told to end, as it ended: with the cause that was noted then, else with `why`. One
    that had to give way has not done what it was to do: it failed, by no fault of its own."""
    noted = task.diagnosis
    state = TaskState.STOPPED if noted is None else TaskState.FAILED
    return end_task(task, state, noted or why, at, happened, launched_at=launched_at, exit_=exit_)


def end_early(
    run: JobRun, job: Job, outcome: Outcome, why: Diagnosis, situation: Situation, happened: list[Event]
) -> JobRun:
    """The job whose attempt is decided: all of its tasks that go on are told to end. The same one when all were."""
    kill_at = situation.now + situation.policy.grace_ms(job)
    tasks = tuple(tell_to_end(task, situation, kill_at, why, happened) for task in run.tasks)
    attempt = replace(run.attempt, outcome=outcome)
    if tasks == run.tasks and attempt == run.attempt and run.state == JobState.STOPPING:
        return run
    return replace(
        run, tasks=tasks, attempt=attempt, state=step_job(run.full_name, run.state, JobState.STOPPING)
    )


def tell_to_end(
    task: TaskAttempt,
    situation: Situation,
    kill_at: int,
    why: Diagnosis,
    happened: list[Event],
    *,
    noted: bool = False,
) -> TaskAttempt:
    """The task attempt, told to end; one that nothing is seen of has ended. `noted`: the cause is kept with it."""
    seen = task.uid in situation.observation.tasks or task.uid in situation.starting
    match task.state:
        case TaskState.QUEUED:
            return end_task(task, TaskState.STOPPED, why, situation.now, happened)
        case TaskState.PREPARING if not seen:
            task = replace(task, diagnosis=why if noted else None)
            return end_as_told(task, why, situation.now, happened)
        case TaskState.PREPARING | TaskState.RUNNING:
            grace_s = (kill_at - situation.now) / 1000
            who: Params = {"role": task.role, "index": task.index, "grace_s": grace_s}
            happened.append(Event(situation.now, "TaskStopping", who, task.uid))
            state = step_task(task.uid, task.state, TaskState.STOPPING)
            kept = why if noted else task.diagnosis
            return replace(task, state=state, stopping_at=situation.now, kill_at=kill_at, diagnosis=kept)
        case TaskState.STOPPING if task.kill_at is None:  # an older version told it to
            return replace(task, stopping_at=situation.now, kill_at=kill_at)
        case _:
            return task
