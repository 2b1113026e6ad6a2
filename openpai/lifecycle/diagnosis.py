"""From the end of a container to one diagnosis: the cause, never its consequence.

What is certain comes first: the kernel's word, the engine's, a signal from outside. Then what the task wrote, then
what its exit code means. The user's exit code stays what it was; the diagnosis stands beside it.
"""

import signal
from dataclasses import dataclass

from openpai.errors import Params
from openpai.lifecycle.exits import Exit
from openpai.lifecycle.output import Output
from openpai.lifecycle.records import Diagnosis

_ENGINE_STOP_WINDOW_MS = 30_000
"""An engine that goes down ends its containers within this time before it is up again (its own limit is 15 s)."""

_ENDED_FROM_OUTSIDE = frozenset({137, 143, 255})

_FROM_OUTSIDE = {
    "SIGKILL": "Killed",
    "SIGINT": "Terminated",
    "SIGQUIT": "Terminated",
    "SIGTERM": "Terminated",
}
"""Signals of which what the task wrote before tells nothing."""

_OWN_SIGNALS = {
    "SIGILL": "IllegalInstruction",
    "SIGABRT": "Aborted",
    "SIGBUS": "BusError",
    "SIGFPE": "ArithmeticFault",
    "SIGSEGV": "SegmentationFault",
    "SIGPIPE": "BrokenPipe",
    "SIGXCPU": "CpuTimeSpent",
    "SIGXFSZ": "FileTooLarge",
    "SIGSYS": "SystemCallForbidden",
}

_OF_MEMORY = frozenset({"OutOfMemory", "MemoryRefused"})
_OF_SHARED_MEMORY = frozenset({"BusError", "SharedMemoryFull"})


@dataclass(frozen=True, slots=True)
class Room:
    """The memory that a task has, and its /dev/shm, MiB."""

    memory_mb: int
    shm_mb: int


def diagnose(exit_: Exit, engine_started_at: int, output: Output, room: Room) -> Diagnosis:
    """Why a container ended.

    `engine_started_at` (ms): a container that a signal ended while the engine itself went down or came up is
    no fault of the user's.
    """
    if exit_.code == 0 and not exit_.error:
        return Diagnosis("Succeeded")
    code, params = _cause(exit_, engine_started_at, output)
    if code in _OF_MEMORY:
        params = {**params, "memory_mb": room.memory_mb}
    if code in _OF_SHARED_MEMORY:
        params = {**params, "shm_mb": room.shm_mb}
    return Diagnosis(code, params, output.evidence)


def _cause(exit_: Exit, engine_started_at: int, output: Output) -> tuple[str, Params]:
    own: Params = {"exit_code": exit_.code}
    name = _signal_name(exit_.code - 128)
    if exit_.oom_killed:
        return "OutOfMemory", own
    if exit_.code in _ENDED_FROM_OUTSIDE and _during_restart(exit_, engine_started_at):
        return "EngineRestarted", own
    if exit_.error:
        return "ContainerRefused", {"detail": exit_.error}
    if name in _FROM_OUTSIDE:
        return _FROM_OUTSIDE[name], own if name == "SIGKILL" else {**own, "signal": name}
    if output.found and not (output.found.consequence and name in _OWN_SIGNALS):
        return output.found.code, {**output.found.params, **own}
    return _by_code(exit_.code, name)


def _during_restart(exit_: Exit, engine_started_at: int) -> bool:
    return abs(exit_.finished_at - engine_started_at) <= _ENGINE_STOP_WINDOW_MS


def _by_code(code: int, signal_name: str) -> tuple[str, Params]:
    own: Params = {"exit_code": code}
    if code == 126:
        return "CommandNotExecutable", own
    if code == 127:
        return "CommandNotFound", own
    if signal_name in _OWN_SIGNALS:
        return _OWN_SIGNALS[signal_name], own
    if signal_name:
        return "Signalled", {**own, "signal": signal_name}
    return "ExitCode", own


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""
