"""How a container ended, as a backend saw it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exit:
    """The end of a container.

    `code` is the exit status as the engine gives it (128 + signal number for a signal); `oom_killed` tells
    that the kernel killed a process of the container for memory, the main one or a child; `error` is the
    engine's own word when the container could not be run, else "".
    """

    code: int
    finished_at: int
    oom_killed: bool = False
    error: str = ""
