"""The job as its containers see it: what `environment` and `plan` need, and nothing of stores or engines."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openpai.protocol.task_role import DEFAULT_SHM_MB
from openpai.scheduler.resources import Resources


@dataclass(frozen=True, slots=True)
class RoleView:
    """One task role. `min_failed` and `min_succeeded` are after defaulting; -1 means never.

    `resources` is what one task has; `ports` says how many ports each label asks for, in the job's order.
    """

    name: str
    instances: int
    resources: Resources
    min_failed: int = 1
    min_succeeded: int = -1
    shm_mb: int = DEFAULT_SHM_MB
    ports: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobView:
    """One attempt of a job: who owns it, its roles in the job's order, and the address of every task.

    `attempt` counts from 0; `addresses` is by (role name, index) and complete before anything starts. `gang`: all
    tasks start together, as those of a distributed training do.
    """

    user: str
    name: str
    virtual_cluster: str
    attempt: int
    roles: tuple[RoleView, ...]
    addresses: Mapping[tuple[str, int], str]
    gang: bool = True

    @property
    def full_name(self) -> str:
        """`user~name`, which no other job has."""
        return f"{self.user}~{self.name}"

    @property
    def tasks(self) -> tuple[tuple[str, int], ...]:
        """(role name, index) of every task, in the job's order."""
        return tuple((role.name, index) for role in self.roles for index in range(role.instances))

    def role(self, name: str) -> RoleView:
        """The role of this name; `KeyError` if the job has none."""
        for role in self.roles:
            if role.name == name:
                return role
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class TaskView:
    """One attempt of one task: `id` is unique and names its container; `index` and `attempt` count from 0."""

    id: str
    role: str
    index: int
    attempt: int
