"""One step of one job: what was observed and what was asked become its new state. Pure."""

from dataclasses import replace

from openpai.controller.ending import STOPPED_BY_A_PERSON, end_early, stop_cause
from openpai.controller.observed import see_task
from openpai.controller.situation import Policy, Situation
from openpai.errors import Params
from openpai.lifecycle.attempts import NewId, first_tasks, next_task_attempt
from openpai.lifecycle.completion import decide
from openpai.lifecycle.exit_specs import GAVE_WAY
from openpai.lifecycle.records import Diagnosis, Event, JobAttempt, JobRun, Outcome, TaskAttempt
from openpai.lifecycle.retry import Budget, Of, Retry, decide_retry
from openpai.lifecycle.states import JobState, TaskState, is_final, step_job
from openpai.protocol.job import Job

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
    return conclude(run, job, situation, happened), happened


def conclude(run: JobRun, job: Job, situation: Situation, happened: list[Event]) -> JobRun:
    """What follows for the job from the states of its tasks: whether its attempt is decided, and whether it is over."""
    run = _see_outcome(run, job, situation, happened)
    if run.attempt.outcome and all(is_final(task.state) for task in run.tasks):
        run = _end_attempt(run, job, situation, run.attempt.outcome, happened)
    return run


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
        task.accountable_retries,
        job.task_roles[task.role].task_retry_count,
        task.platform_retries,
        policy.platform_retries,
        task.preemptions,
        policy.preemption_retries,
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
        see_task(task, job.task_roles[task.role], situation, run.stop_requested, happened)
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


def _see_outcome(run: JobRun, job: Job, situation: Situation, happened: list[Event]) -> JobRun:
    """Whether the attempt is decided, by its tasks or by a person; then its other tasks are told to end."""
    outcome = run.attempt.outcome or _decided(run, job, situation)
    gives_way = outcome is not None and outcome.diagnosis.code in GAVE_WAY
    if (outcome is None or gives_way) and run.stop_requested:
        outcome = Outcome(JobState.STOPPED, STOPPED_BY_A_PERSON)
        happened.append(Event(situation.now, "JobStopping"))
    if outcome is None:
        return run
    return end_early(run, job, outcome, stop_cause(run.stop_requested), situation, happened)


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


def _end_attempt(
    run: JobRun, job: Job, situation: Situation, outcome: Outcome, happened: list[Event]
) -> JobRun:
    """All tasks have ended: the job ends with its attempt, or another attempt follows."""
    ended_at = max(task.completed_at or situation.now for task in run.tasks)
    run = replace(run, attempt=replace(run.attempt, completed_at=ended_at))
    policy = situation.policy
    budget = Budget(
        run.user_retries,
        job.job_retry_count,
        run.platform_retries,
        # tasks that are run again alone have used these up before their job ends of it: budgets do not multiply
        policy.platform_retries if job.gang else 0,
        run.preemptions,
        policy.preemption_retries if job.gang else 0,
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
        # others may have its subnet while this one waits to begin anew
        attempt=replace(run.attempt, network=None),
        state=step_job(run.full_name, run.state, JobState.RETRYING),
        retry_at=situation.now + retry.delay_ms,
        user_retries=run.user_retries + (retry.of is Of.USER),
        platform_retries=run.platform_retries + (retry.of is Of.PLATFORM),
        preemptions=run.preemptions + (retry.of is Of.PREEMPTION),
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


def _who(task: TaskAttempt) -> dict[str, str | int]:
    return {"role": task.role, "index": task.index}


def _cause(cause: Diagnosis) -> Params:
    return {**cause.params, "cause": cause.code}
