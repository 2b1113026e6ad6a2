"""How a job attempt begins."""

from collections.abc import Callable, Mapping

from openpai.lifecycle.records import TaskAttempt
from openpai.lifecycle.states import TaskState
from openpai.protocol.task_role import TaskRole

NewId = Callable[[], str]


def first_tasks(roles: Mapping[str, TaskRole], now: int, new_id: NewId) -> tuple[TaskAttempt, ...]:
    """The tasks of a job attempt that begins at `now` (ms): all wait for cells."""
    return tuple(
        TaskAttempt(new_id(), name, index, 0, TaskState.QUEUED, now)
        for name, role in roles.items()
        for index in range(role.instances)
    )
