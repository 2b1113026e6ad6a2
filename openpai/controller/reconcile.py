"""Intent × observation × now → what changes, and what is to be done. Pure: the same world, the same decision.

Deciding again with nothing new gives no change and the same acts, so an act that was lost is simply asked for
again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpai.backends.contract import Phase
from openpai.controller.acts import Act, RemoveNetwork, RemoveTask, StartTask, StopTask
from openpai.controller.advance import advance, task_retries
from openpai.controller.placing import place
from openpai.controller.planner import Planner
from openpai.controller.situation import Situation
from openpai.lifecycle.attempts import NewId
from openpai.lifecycle.records import Event, JobRun, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState, is_final
from openpai.protocol.job import Job
from openpai.scheduler.reason import Reason

Change = tuple[JobRun, list[Event]]


@dataclass(frozen=True, slots=True)
class Decision:
    """`changed`: to be kept before any act. `waits`: why each waiting job waits. `again_at`: look again by then
    (ms) even if nothing happens; None: no need."""

    runs: Sequence[JobRun]
    changed: Sequence[Change]
    acts: Sequence[Act]
    waits: Mapping[str, Reason]
    again_at: int | None


def reconcile(
    jobs: Sequence[tuple[JobRun, Job]], situation: Situation, new_id: NewId, planner: Planner
) -> Decision:
    """What to do about all live jobs (oldest first) in this situation. `planner` remembers who has which cells: with
    a new one the decision is the same, and takes longer."""
    stepped: dict[str, Change] = {run.id: advance(run, job, situation, new_id) for run, job in jobs}
    placing = place([(stepped[run.id][0], job) for run, job in jobs], situation, planner)
    for job_id, happened in placing.happened.items():
        stepped[job_id] = placing.runs[job_id][0], [*stepped[job_id][1], *happened]
    waits = placing.waits
    runs = [stepped[run.id][0] for run, _ in jobs]
    changed = [stepped[old.id] for old, _ in jobs if stepped[old.id][0] != old or stepped[old.id][1]]
    return Decision(
        runs=runs,
        changed=changed,
        acts=[*_task_acts(runs, situation), *_leftovers(runs, situation)],
        waits={**waits, **_troubles(runs, situation)},
        again_at=_again_at([(stepped[run.id][0], job) for run, job in jobs], situation),
    )


def _task_acts(runs: Sequence[JobRun], situation: Situation) -> list[Act]:
    acts = [_task_act(run, task, situation) for run in runs for task in run.tasks]
    return [act for act in acts if act is not None]


def _task_act(run: JobRun, task: TaskAttempt, situation: Situation) -> Act | None:
    """What brings this task nearer to where it should be, if anything."""
    seen = situation.observation.tasks.get(task.uid)
    match task.state:
        case TaskState.PREPARING if seen is None or seen.phase == Phase.CREATED:
            trouble = situation.troubles.get(task.uid)
            waits = trouble is not None and (trouble.over or situation.now < trouble.again_at)
            return None if waits else StartTask(run.id, task.uid)
        case TaskState.STOPPING if seen is None or seen.phase not in (Phase.ENDING, Phase.EXITED):
            return StopTask(task.uid, task.kill_at or 0)
        case _ if is_final(task.state) and seen is not None:
            return RemoveTask(task.uid)
        case _:
            return None


def _leftovers(runs: Sequence[JobRun], situation: Situation) -> list[Act]:
    """What is on the backend and belongs to no live job: remains of ended jobs, or of a crash."""
    known = {task.uid for run in [*runs, *situation.unreadable] for task in run.tasks}
    live = [run for run in [*runs, *situation.unreadable] if not is_final(run.state)]
    networks = {run.attempt.network.name for run in live if run.attempt.network}
    tasks = [RemoveTask(uid) for uid in situation.observation.tasks if uid not in known]
    return [*tasks, *(RemoveNetwork(name) for name in sorted(situation.observation.networks - networks))]


def _troubles(runs: Sequence[JobRun], situation: Situation) -> dict[str, Reason]:
    """Why a job that has its places does not start yet."""
    return {
        run.id: Reason(trouble.problem.code, trouble.problem.params)
        for run in runs
        for task in run.tasks
        if task.state == TaskState.PREPARING and (trouble := situation.troubles.get(task.uid))
    }


def _again_at(runs: Sequence[tuple[JobRun, Job]], situation: Situation) -> int | None:
    """A start that is due is not waited for: it is under way, and its end wakes the loop."""
    times = [run.retry_at for run, _ in runs if run.state == JobState.RETRYING and run.retry_at is not None]
    times += [situation.now for run, job in runs if task_retries(run, job, situation.policy)]
    times += [
        task.due_at
        for run, _ in runs
        for task in run.tasks
        if task.state == TaskState.QUEUED and task.due_at is not None and situation.now < task.due_at
    ]
    times += [
        situation.troubles[task.uid].again_at
        for run, _ in runs
        for task in run.tasks
        if task.uid in situation.troubles
        and task.state == TaskState.PREPARING
        and situation.now < situation.troubles[task.uid].again_at
    ]
    return min(times, default=None)
