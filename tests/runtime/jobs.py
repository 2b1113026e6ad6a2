"""Jobs for the tests of this room."""

from collections.abc import Mapping

from openpai.runtime.view import JobView, RoleView, TaskView
from openpai.scheduler.resources import Resources

CPU_ONLY = Resources(4, 8192, 0)
ONE_GPU = Resources(2, 4096, 1)


def role(
    name: str, instances: int = 1, *, ports: Mapping[str, int] | None = None, resources: Resources = CPU_ONLY
) -> RoleView:
    return RoleView(name, instances, resources, min_failed=1, min_succeeded=instances, ports=ports or {})


def job(*roles: RoleView, attempt: int = 0, gang: bool = True) -> JobView:
    """A job of these roles whose tasks have the addresses 10.0.0.2, 10.0.0.3, … in order."""
    tasks = [(r.name, index) for r in roles for index in range(r.instances)]
    addresses = {task: f"10.0.{n // 256}.{n % 256}" for n, task in enumerate(tasks, start=2)}
    return JobView("alice", "mnist", "default", attempt, roles, addresses, gang)


def task(role_name: str, index: int = 0, attempt: int = 0) -> TaskView:
    return TaskView(f"t-{role_name}-{index}-{attempt}", role_name, index, attempt)
