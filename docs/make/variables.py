"""The environment of a task, by example: what task `worker[1]` of a small job of two roles sees."""

from collections.abc import Mapping

from docs.make.pages import table
from openpai.runtime.environment import environment
from openpai.runtime.frameworks import framework_variables
from openpai.runtime.view import JobView, RoleView, TaskView
from openpai.scheduler.resources import Resources

_HEAD = {"en": ("variable", "in the example"), "zh": ("变量", "示例中的值")}

_ROLES = (
    RoleView("ps", 1, Resources(2, 4096, 0), min_failed=1, min_succeeded=1, ports={"grpc": 1}),
    RoleView("worker", 2, Resources(4, 8192, 0), min_failed=1, min_succeeded=2, shm_mb=1024),
)
_ADDRESSES = {("ps", 0): "10.210.16.2", ("worker", 0): "10.210.16.3", ("worker", 1): "10.210.16.4"}
_EXAMPLE = JobView("alice", "mnist", "default", 0, _ROLES, _ADDRESSES)


_WORKERS = JobView("alice", "mnist", "default", 0, _ROLES[1:], _ADDRESSES)
_SEEN_BY = TaskView("", "worker", 1, 0)


def variables(language: str) -> str:
    return _table(environment(_EXAMPLE, _SEEN_BY).exported, language)


def frameworks(language: str) -> str:
    """What frameworks look for: in a job that has the role `worker` only."""
    return _table(framework_variables(_WORKERS, _SEEN_BY), language)


def _table(seen: Mapping[str, str], language: str) -> str:
    return table(
        _HEAD[language], [(f"`{name}`", f"`{value}`" if value else "") for name, value in seen.items()]
    )
