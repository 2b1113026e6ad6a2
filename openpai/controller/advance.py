"""One step of one job: what was observed and what was asked become its new state. Pure."""

from dataclasses import replace

from openpai.backends.contract import ObservedTask, Phase
from openpai.controller.situation import Policy, Situation
from openpai.errors import Params
from openpai.lifecycle.attempts import NewId, first_tasks, next_task_attempt
from openpai.lifecycle.completion import decide
from openpai.lifecycle.diagnosis import Room, diagnose
from openpai.lifecycle.output import NOTHING
from openpai.lifecycle.records import Diagnosis, Event, JobAttempt, JobRun, Outcome, Pulled, TaskAttempt
from openpai.lifecycle.retry import Budget, Retry, decide_retry
from openpai.lifecycle.states import JobState, TaskState, is_final, step_job, step_task
from openpai.protocol.job import Job

_STOP = Diagnosis("StopRequested")
_ACTIVE = frozenset({TaskState.PREPARING, TaskState.RUNNING, TaskState.STOPPING})


def advance(run: JobRun, job: Job, situation: Situation, new_id: NewId) -> tuple[JobRun, list[Event]]:
    """The job after this moment, and what happened to it. The same job when nothing did."""
    happened: list[Event] = []
    if run.state == JobState.RETRYING:
        if situation.now < (run.retry_at or 0) and not run.stop_requested:
            return run, happened
        run = _next_attempt(run, job, situation.now, new_id)
    run = _begin_task_retries(run, job, situation, new_id, happened)
    run = _see_tasks(run, job, situation, happened)
    run = _see_outcome(run, job, situation, happened)
    if run.attempt.outcome and all(is_final(task.state) for task in run.tasks):
        run = _end_attempt(run, job, situation, run.attempt.outcome, happened)
    return run, happened


def task_retries(run: JobRun, job: Job, policy: Policy) -> dict[str, Retry]:
    """The task attempts, by uid, that ended and are followed by another of the same task: only where the job's tasks
    are no gang, and while its attempt is open. That begins with the next step: first their end is kept."""
    if job.gang or run.stop_requested or run.attempt.outcome:
        return {}
    retries = {
        task.uid: _task_retry(task, task.diagnosis, job, policy)
        for task in run.tasks
        if task.diagnosis and is_final(task.state)
    }
    return {uid: retry for uid, retry in retries.items() if retry}


def _task_retry(task: TaskAttempt, cause: Diagnosis, job: Job, policy: Policy) -> Retry | None:
    budget = Budget(
        task.attempt - task.platform_retries,
        job.task_roles[task.role].task_retry_count,
        task.platform_retries,
        policy.platform_retries,
    )
    begun = task.created_at if task.due_at is None else task.due_at
    return decide_retry(cause, budget, took_ms=(task.completed_at or begun) - begun)


def _begin_task_retries(
    run: JobRun, job: Job, situation: Situation, new_id: NewId, happened: list[Event]
) -> JobRun:
    retries = task_retries(run, job, situation.policy)
    if not retries:
        return run
    shared = run.attempt.network is None or run.attempt.network.shared
    tasks: list[TaskAttempt] = []
    for task in run.tasks:
        if retry := retries.get(task.uid):
            # in a network of many jobs the address of what has ended may be another's by now
            address = None if shared else task.address
            task = next_task_attempt(task, retry, situation.now, new_id(), address=address)
            params = {**_who(task), "attempt": task.attempt, "delay_s": retry.delay_ms // 1000}
            happened.append(Event(situation.now, "TaskRetrying", params, task.uid, warning=True))
        tasks.append(task)
    return replace(run, tasks=tuple(tasks))


def _see_tasks(run: JobRun, job: Job, situation: Situation, happened: list[Event]) -> JobRun:
    """Take over what the backend shows of each task."""
    tasks = tuple(
        _see_task(task, _room(job, task), situation, run.stop_requested, happened)
        if task.state in _ACTIVE
        else task
        for task in run.tasks
    )
    launched = [task.launched_at for task in tasks if task.launched_at is not None]
    if tasks == run.tasks:
        return run
    run = replace(run, tasks=tasks)
    if launched and run.attempt.launched_at is None:
        first = min(launched)
        run = replace(
            run,
            attempt=replace(run.attempt, launched_at=first),
            launched_at=run.launched_at if run.launched_at is not None else first,
        )
    if launched and run.state == JobState.PREPARING:
        run = replace(run, state=step_job(run.full_name, run.state, JobState.RUNNING))
    return run


def _see_task(
    task: TaskAttempt, room: Room, situation: Situation, stop_requested: bool, happened: list[Event]
) -> TaskAttempt:
    seen = situation.observation.tasks.get(task.uid)
    if seen is None:
        return _unseen(task, situation, stop_requested, happened)
    match seen.phase:
        case Phase.RUNNING:
            return _running(task, seen, situation, happened)
        case Phase.CREATED:
            return _not_started(task, situation, happened)
        case Phase.EXITED if task.uid in situation.captured:
            return _exited(task, seen, room, situation, stop_requested, happened)
        case _:  # ended but its log is not whole: wait for that
            return _ran(task, seen, situation, happened)


def _unseen(
    task: TaskAttempt, situation: Situation, stop_requested: bool, happened: list[Event]
) -> TaskAttempt:
    """There is no container. That means something only if none can be on its way."""
    if task.uid in situation.starting:
        return task
    if task.state == TaskState.STOPPING:
        return _end(task, TaskState.STOPPED, _stop_cause(stop_requested), situation.now, happened)
    if task.state == TaskState.RUNNING:
        return _end(task, TaskState.FAILED, Diagnosis("ContainerLost"), situation.now, happened)
    return _not_started(task, situation, happened)


def _not_started(task: TaskAttempt, situation: Situation, happened: list[Event]) -> TaskAttempt:
    """It does not run yet: it is started, unless that was tried often enough."""
    if task.state != TaskState.PREPARING or task.uid in situation.starting:
        return task
    trouble = situation.troubles.get(task.uid)
    if trouble and trouble.over:
        cause = Diagnosis(trouble.problem.code, trouble.problem.params)
        return _end(task, TaskState.FAILED, cause, situation.now, happened)
    return task


def _running(
    task: TaskAttempt, seen: ObservedTask, situation: Situation, happened: list[Event]
) -> TaskAttempt:
    if task.launched_at is None:
        at = situation.now if seen.started_at is None else seen.started_at
        task = replace(task, launched_at=at, pulled=situation.pulled.get(task.uid))
        if task.pulled:
            happened.append(Event(at, "TaskPulled", {**_who(task), **_pull(task.pulled)}, task.uid))
        happened.append(Event(at, "TaskRunning", _who(task), task.uid))
    elif seen.started_at is not None:
        task = replace(task, launched_at=seen.started_at)  # exact now, at first perhaps only known nearly
    if task.state == TaskState.PREPARING:
        task = replace(task, state=step_task(task.uid, task.state, TaskState.RUNNING))
    return task


def _ran(task: TaskAttempt, seen: ObservedTask, situation: Situation, happened: list[Event]) -> TaskAttempt:
    """It has ended, so it ran: should its container vanish now, it is lost, and not run once more."""
    if seen.started_at is None or seen.exit is None:
        return task
    # An engine may note the start of a short-lived container after its end.
    started_at = min(seen.started_at, seen.exit.finished_at)
    return _running(task, replace(seen, started_at=started_at), situation, happened)


def _exited(
    task: TaskAttempt,
    seen: ObservedTask,
    room: Room,
    situation: Situation,
    stop_requested: bool,
    happened: list[Event],
) -> TaskAttempt:
    assert seen.exit is not None, f"{task.uid} ended without an exit"
    task = replace(_ran(task, seen, situation, happened), exit=seen.exit)
    if task.state == TaskState.STOPPING:
        cause = _stop_cause(stop_requested)
        return _end(task, TaskState.STOPPED, cause, seen.exit.finished_at, happened)
    output = situation.outputs.get(task.uid, NOTHING)
    cause = diagnose(seen.exit, situation.observation.engine_started_at, output, room)
    state = TaskState.SUCCEEDED if cause.code == "Succeeded" else TaskState.FAILED
    return _end(task, state, cause, seen.exit.finished_at, happened)


def _end(
    task: TaskAttempt, state: TaskState, cause: Diagnosis, at: int, happened: list[Event]
) -> TaskAttempt:
    happened.append(
        Event(
            at,
            f"Task{state.capitalize()}",
            {**_cause(cause), **_who(task)},
            task.uid,
            state == TaskState.FAILED,
        )
    )
    return replace(task, state=step_task(task.uid, task.state, state), diagnosis=cause, completed_at=at)


def _see_outcome(run: JobRun, job: Job, situation: Situation, happened: list[Event]) -> JobRun:
    """Whether the attempt is decided, by its tasks or by a person; then its other tasks are told to end."""
    outcome = run.attempt.outcome or _decided(run, job, situation)
    if outcome is None and run.stop_requested:
        outcome = Outcome(JobState.STOPPED, _STOP)
        happened.append(Event(situation.now, "JobStopping"))
    if outcome is None:
        return run
    kill_at = situation.now + situation.policy.grace_ms(job)
    tasks = tuple(_tell_to_end(task, situation, kill_at, run.stop_requested, happened) for task in run.tasks)
    attempt = replace(run.attempt, outcome=outcome)
    if tasks == run.tasks and attempt == run.attempt and run.state == JobState.STOPPING:
        return run
    return replace(
        run, tasks=tasks, attempt=attempt, state=step_job(run.full_name, run.state, JobState.STOPPING)
    )


def _decided(run: JobRun, job: Job, situation: Situation) -> Outcome | None:
    """The outcome by the completion policy, once every task that ended before the deciding one is known:
    a failure that draws others after it is the cause, even if its log was copied last."""
    outcome = decide(job.task_roles, run.tasks, task_retries(run, job, situation.policy).keys())
    if outcome is None:
        return None
    last = next((t for t in run.tasks if (t.role, t.index) == (outcome.role, outcome.index)), None)
    decided_at = last.completed_at if last else None
    for task in run.tasks:
        seen = situation.observation.tasks.get(task.uid)
        if not is_final(task.state) and seen and seen.exit and seen.exit.finished_at <= (decided_at or 0):
            return None
    return outcome


def _tell_to_end(
    task: TaskAttempt, situation: Situation, kill_at: int, stop_requested: bool, happened: list[Event]
) -> TaskAttempt:
    seen = task.uid in situation.observation.tasks or task.uid in situation.starting
    match task.state:
        case TaskState.QUEUED:
            return _end(task, TaskState.STOPPED, _stop_cause(stop_requested), situation.now, happened)
        case TaskState.PREPARING if not seen:
            return _end(task, TaskState.STOPPED, _stop_cause(stop_requested), situation.now, happened)
        case TaskState.PREPARING | TaskState.RUNNING:
            grace_s = (kill_at - situation.now) / 1000
            happened.append(
                Event(situation.now, "TaskStopping", {**_who(task), "grace_s": grace_s}, task.uid)
            )
            state = step_task(task.uid, task.state, TaskState.STOPPING)
            return replace(task, state=state, stopping_at=situation.now, kill_at=kill_at)
        case TaskState.STOPPING if task.kill_at is None:  # an older version told it to
            return replace(task, stopping_at=situation.now, kill_at=kill_at)
        case _:
            return task


def _end_attempt(
    run: JobRun, job: Job, situation: Situation, outcome: Outcome, happened: list[Event]
) -> JobRun:
    """All tasks have ended: the job ends with its attempt, or another attempt follows."""
    ended_at = max(task.completed_at or situation.now for task in run.tasks)
    run = replace(run, attempt=replace(run.attempt, completed_at=ended_at))
    budget = Budget(
        run.user_retries, job.job_retry_count, run.platform_retries, situation.policy.platform_retries
    )
    wanted = outcome.state == JobState.FAILED and not run.stop_requested
    retry = decide_retry(outcome.diagnosis, budget) if wanted else None
    if retry is None:
        happened.append(_ended(outcome, ended_at))
        return replace(run, state=step_job(run.full_name, run.state, outcome.state), completed_at=ended_at)
    params: Params = {
        "attempt": run.attempt.index + 1,
        **_cause(outcome.diagnosis),
        "delay_s": retry.delay_ms // 1000,
    }
    happened.append(Event(situation.now, "JobRetrying", params, warning=True))
    return replace(
        run,
        state=step_job(run.full_name, run.state, JobState.RETRYING),
        retry_at=situation.now + retry.delay_ms,
        user_retries=run.user_retries + retry.by_user,
        platform_retries=run.platform_retries + (not retry.by_user),
    )


def _next_attempt(run: JobRun, job: Job, now: int, new_id: NewId) -> JobRun:
    """The job begins afresh. Only after the attempt before was kept as it ended: else its end would be lost."""
    return replace(
        run,
        state=step_job(run.full_name, run.state, JobState.QUEUED),
        attempt=JobAttempt(run.attempt.index + 1, now),
        tasks=first_tasks(job.task_roles, now, new_id),
        retry_at=None,
    )


def _ended(outcome: Outcome, at: int) -> Event:
    failed = outcome.state == JobState.FAILED
    return Event(at, f"Job{outcome.state.capitalize()}", _cause(outcome.diagnosis), warning=failed)


def _stop_cause(stop_requested: bool) -> Diagnosis:
    return _STOP if stop_requested else Diagnosis("AttemptCompleted")


def _room(job: Job, task: TaskAttempt) -> Room:
    role = job.task_roles[task.role]
    return Room(role.resource_per_instance.memory_mb, role.extra_container_options.shm_mb)


def _who(task: TaskAttempt) -> dict[str, str | int]:
    return {"role": task.role, "index": task.index}


def _pull(pulled: Pulled) -> dict[str, float]:
    return {"megabytes": round(pulled.size_bytes / 1e6, 1), "seconds": round(pulled.ms / 1000, 1)}


def _cause(cause: Diagnosis) -> Params:
    return {**cause.params, "cause": cause.code}
