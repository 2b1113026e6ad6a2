"""What the controller can do to a backend, as data. Every act is idempotent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StartTask:
    """Make the container of this task attempt run."""

    job_id: str
    task: str


@dataclass(frozen=True, slots=True)
class StopTask:
    """SIGTERM now, and SIGKILL at `kill_at` (ms): who asks again, perhaps after a crash, gives no more time."""

    task: str
    kill_at: int


@dataclass(frozen=True, slots=True)
class RemoveTask:
    """Remove a container that nobody needs any more."""

    task: str


@dataclass(frozen=True, slots=True)
class RemoveNetwork:
    """Remove a network that no live job attempt has."""

    name: str


Act = StartTask | StopTask | RemoveTask | RemoveNetwork
