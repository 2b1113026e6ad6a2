"""What a job asks of the scheduler."""

from collections.abc import Mapping

from openpai.protocol.task_role import TaskRole
from openpai.scheduler.resources import Resources
from openpai.scheduler.schedule import Gang


def task_resources(role: TaskRole) -> Resources:
    """What one task of the role holds; amounts that the protocol allows below zero count as zero."""
    asked = role.resource_per_instance
    return Resources(max(asked.cpu, 0), max(asked.memory_mb, 0), max(asked.gpu, 0))


def gang_of(name: str, roles: Mapping[str, TaskRole]) -> Gang:
    """A job as the scheduler sees it; its tasks are named `<role>-<index>`."""
    return Gang(
        name,
        {
            f"{role_name}-{index}": task_resources(role)
            for role_name, role in roles.items()
            for index in range(role.instances)
        },
    )
