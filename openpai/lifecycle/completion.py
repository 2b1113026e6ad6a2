"""When a job attempt is decided: OpenPAI's completion policy over the tasks that have ended for good.

Per role, with f = minFailedInstances and s = minSucceededInstances (None: never):

1. f tasks have failed → the attempt fails, with the cause of the f-th to fail;
2. s tasks have succeeded → the attempt succeeds, whatever the other roles do;
3. if several rules hold, the one whose deciding task ended first counts;
4. no rule holds and every task has ended → the attempt succeeds.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from openpai.errors import Params
from openpai.lifecycle.records import Diagnosis, Outcome, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState, is_final
from openpai.protocol.task_role import TaskRole

NONE: AbstractSet[str] = frozenset()
_SUCCESS = Diagnosis("Succeeded")


def decide(
    roles: Mapping[str, TaskRole], tasks: Sequence[TaskAttempt], again: AbstractSet[str] = NONE
) -> Outcome | None:
    """The outcome of the attempt, or None while it is open. `tasks`: the latest attempt of every task.

    `again`: the uids of those that ended and are followed by another attempt: their tasks have not ended.
    """
    if again:
        tasks = [task for task in tasks if task.uid not in again]
    triggered = [
        (ended_at, outcome)
        for name, role in roles.items()
        for ended_at, outcome in _rules(name, role, [t for t in tasks if t.role == name])
    ]
    if triggered:
        return min(triggered, key=lambda pair: pair[0])[1]
    if not again and all(is_final(task.state) for task in tasks):
        return Outcome(JobState.SUCCEEDED, _SUCCESS, "AllTasksEnded", {"total": len(tasks)})
    return None


def _rules(name: str, role: TaskRole, tasks: Sequence[TaskAttempt]) -> Iterable[tuple[int, Outcome]]:
    min_failed = role.completion.min_failed_instances
    failed = _ended(tasks, TaskState.FAILED)
    if min_failed is not None and len(failed) >= min_failed:
        last = failed[min_failed - 1]
        counts: Params = {"count": len(failed), "limit": min_failed, "role": name}
        cause = last.diagnosis or Diagnosis("ContainerLost")
        yield (
            _when(last),
            Outcome(JobState.FAILED, cause, "MinFailedReached", counts, name, last.index),
        )
    min_succeeded = role.completion.min_succeeded_instances
    succeeded = _ended(tasks, TaskState.SUCCEEDED)
    if min_succeeded is not None and len(succeeded) >= min_succeeded:
        last = succeeded[min_succeeded - 1]
        counts = {"count": len(succeeded), "limit": min_succeeded, "role": name}
        yield (
            _when(last),
            Outcome(JobState.SUCCEEDED, _SUCCESS, "MinSucceededReached", counts, name, last.index),
        )


def _ended(tasks: Sequence[TaskAttempt], state: TaskState) -> list[TaskAttempt]:
    return sorted((t for t in tasks if t.state == state), key=_when)


def _when(task: TaskAttempt) -> int:
    return task.completed_at or 0
