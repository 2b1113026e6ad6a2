"""What the controller can do to a backend, as data. Every act is idempotent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StartTask:
    """Make the container of this task attempt run."""

    job_id: str
    task: str


@dataclass(frozen=True, slots=True)
class StopTask:
    """SIGTERM, and SIGKILL after the grace period (seconds)."""

    task: str
    grace_s: float


@dataclass(frozen=True, slots=True)
class RemoveTask:
    """Remove a container that nobody needs any more."""

    task: str


@dataclass(frozen=True, slots=True)
class RemoveNetwork:
    """Remove a network that no live job attempt has."""

    name: str


Act = StartTask | StopTask | RemoveTask | RemoveNetwork
