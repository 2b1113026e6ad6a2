"""Tasks that end for others' sake: for a more urgent job, for whom their cells are promised to, for an emptied node.

Pure. It is no failure of theirs: they are told why, given time, and run again at the cost of a budget of its own.
"""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from openpai.controller.advance import conclude
from openpai.controller.ending import end_early, tell_to_end
from openpai.controller.situation import Situation
from openpai.lifecycle.records import Diagnosis, Event, JobRun, Outcome, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState
from openpai.protocol.job import Job

_GOES_ON = frozenset({TaskState.PREPARING, TaskState.RUNNING})


def give_way(
    run: JobRun,
    job: Job,
    uids: AbstractSet[str],
    cause: Diagnosis,
    situation: Situation,
    happened: list[Event],
) -> JobRun:
    """The job after these of its tasks were told to end; where its tasks run together, after all of them were."""
    if run.attempt.outcome or not any(_must_end(task, uids) for task in run.tasks):
        return run
    told = {"attempt": run.attempt.index, **cause.params, "cause": cause.code}
    happened.append(Event(situation.now, "JobGivesWay", told, warning=True))
    kill_at = situation.now + situation.policy.grace_ms(job)
    tasks = tuple(
        tell_to_end(task, situation, kill_at, cause, happened, noted=True)
        if task.state in _GOES_ON and (job.gang or task.uid in uids)
        else task
        for task in run.tasks
    )
    run = replace(run, tasks=tasks)
    if job.gang:
        run = end_early(run, job, Outcome(JobState.FAILED, cause), cause, situation, happened)
    return conclude(run, job, situation, happened)


def _must_end(task: TaskAttempt, uids: AbstractSet[str]) -> bool:
    return task.uid in uids and task.state in _GOES_ON
