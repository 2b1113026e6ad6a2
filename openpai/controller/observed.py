"""What was seen of one task becomes its new state. Pure.

This is done for every task that goes on at every look, so each makes no more than one new record.
"""

from dataclasses import replace

from openpai.backends.contract import ObservedTask, Phase
from openpai.controller.ending import end_as_told, end_task, stop_cause
from openpai.controller.situation import Situation
from openpai.lifecycle.diagnosis import Room, diagnose
from openpai.lifecycle.exits import Exit
from openpai.lifecycle.output import NOTHING
from openpai.lifecycle.records import Diagnosis, Event, Pulled, TaskAttempt
from openpai.lifecycle.states import TaskState, step_task
from openpai.protocol.task_role import TaskRole


def see_task(
    task: TaskAttempt, role: TaskRole, situation: Situation, stop_requested: bool, happened: list[Event]
) -> TaskAttempt:
    """The task attempt, which has not ended, after what is seen of it now; what happened to it is added."""
    seen = situation.observation.tasks.get(task.uid)
    if seen is None:
        return _unseen(task, situation, stop_requested, happened)
    match seen.phase:
        case Phase.CREATED:
            return _not_started(task, situation, happened)
        case Phase.EXITED if task.uid in situation.captured:
            assert seen.exit is not None, f"{task.uid} ended without an exit"
            return _exited(task, seen, seen.exit, role, situation, stop_requested, happened)
        case _:  # it runs; or it has ended, but its log is not whole: that is waited for
            return _runs(task, seen, situation, happened)


def _unseen(
    task: TaskAttempt, situation: Situation, stop_requested: bool, happened: list[Event]
) -> TaskAttempt:
    """There is no container. That means something only if none can be on its way."""
    if task.uid in situation.starting:
        return task
    if task.state is TaskState.STOPPING:
        return end_as_told(task, stop_cause(stop_requested), situation.now, happened)
    if task.state is TaskState.RUNNING:
        return end_task(task, TaskState.FAILED, Diagnosis("ContainerLost"), situation.now, happened)
    return _not_started(task, situation, happened)


def _not_started(task: TaskAttempt, situation: Situation, happened: list[Event]) -> TaskAttempt:
    """It does not run yet: it is started, unless that was tried often enough."""
    if task.state is not TaskState.PREPARING or task.uid in situation.starting:
        return task
    trouble = situation.troubles.get(task.uid)
    if trouble and trouble.over:
        cause = Diagnosis(trouble.problem.code, trouble.problem.params)
        return end_task(task, TaskState.FAILED, cause, situation.now, happened)
    return task


def _runs(task: TaskAttempt, seen: ObservedTask, situation: Situation, happened: list[Event]) -> TaskAttempt:
    """It runs, or it did: should its container vanish now, it is lost, and not run once more."""
    at = _started_at(seen)
    if at is None and seen.phase is Phase.RUNNING and task.launched_at is None:
        at = situation.now  # nearly; the engine tells exactly a little later
    if at is None or at == task.launched_at:
        return task
    if task.launched_at is None:
        return _launched(task, at, situation, happened)
    return replace(task, launched_at=at)


def _launched(task: TaskAttempt, at: int, situation: Situation, happened: list[Event]) -> TaskAttempt:
    pulled = situation.pulled.get(task.uid)
    _tell_launch(task, at, pulled, happened)
    state = TaskState.RUNNING if task.state is TaskState.PREPARING else task.state
    return replace(task, launched_at=at, pulled=pulled, state=step_task(task.uid, task.state, state))


def _tell_launch(task: TaskAttempt, at: int, pulled: Pulled | None, happened: list[Event]) -> None:
    who: dict[str, str | int | float] = {"role": task.role, "index": task.index}
    if pulled:
        took = {"megabytes": round(pulled.size_bytes / 1e6, 1), "seconds": round(pulled.ms / 1000, 1)}
        happened.append(Event(at, "TaskPulled", {**who, **took}, task.uid))
    happened.append(Event(at, "TaskRunning", who, task.uid))


def _started_at(seen: ObservedTask) -> int | None:
    """When it began to run, as far as that can be relied on: an engine may note the start of a short-lived container
    after its end."""
    if seen.started_at is None or seen.phase is Phase.RUNNING:
        return seen.started_at
    return None if seen.exit is None else min(seen.started_at, seen.exit.finished_at)


def _exited(
    task: TaskAttempt,
    seen: ObservedTask,
    exit_: Exit,
    role: TaskRole,
    situation: Situation,
    stop_requested: bool,
    happened: list[Event],
) -> TaskAttempt:
    at = _started_at(seen)
    if at is not None and task.launched_at is None:
        task = _launched(task, at, situation, happened)
    if task.state is TaskState.STOPPING:
        why = stop_cause(stop_requested)
        return end_as_told(task, why, exit_.finished_at, happened, launched_at=at, exit_=exit_)
    room = Room(role.resource_per_instance.memory_mb, role.extra_container_options.shm_mb)
    output = situation.outputs.get(task.uid, NOTHING)
    cause = diagnose(exit_, situation.observation.engine_started_at, output, room)
    state = TaskState.SUCCEEDED if cause.code == "Succeeded" else TaskState.FAILED
    return end_task(task, state, cause, exit_.finished_at, happened, launched_at=at, exit_=exit_)
