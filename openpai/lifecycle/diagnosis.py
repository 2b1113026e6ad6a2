"""From the end of a container to one diagnosis: the cause, never its consequence.

The user's exit code stays what it was; the diagnosis stands beside it.
"""

import signal

from openpai.lifecycle.exits import Exit
from openpai.lifecycle.records import Diagnosis

EVIDENCE_LINES = 15
"""How many of the last lines of output a diagnosis carries."""

_ENGINE_STOP_WINDOW_MS = 30_000
"""An engine that goes down ends its containers within this time before it is up again (its own limit is 15 s)."""


def diagnose(exit_: Exit, engine_started_at: int, last_output: bytes) -> Diagnosis:
    """Why a container ended.

    `engine_started_at` (ms): a container that a signal ended while the engine itself went down or came up is
    no fault of the user's. `last_output`: the end of its log, for the evidence.
    """
    evidence = last_lines(last_output)
    if exit_.code == 0 and not exit_.error:
        return Diagnosis("Succeeded")
    if exit_.oom_killed:
        return Diagnosis("OutOfMemory", {"exit_code": exit_.code}, evidence)
    if exit_.code in _ENDED_FROM_OUTSIDE and _during_restart(exit_, engine_started_at):
        return Diagnosis("EngineRestarted", {"exit_code": exit_.code}, evidence)
    if exit_.error:
        return Diagnosis("ContainerRefused", {"detail": exit_.error}, evidence)
    return _by_code(exit_.code, evidence)


def last_lines(output: bytes, lines: int = EVIDENCE_LINES) -> tuple[str, ...]:
    """The last lines of an output that are not blank; undecodable bytes become U+FFFD, long lines are cut."""
    text = output.decode("utf-8", "replace").replace("\r", "\n")
    kept = [line.rstrip()[:500] for line in text.split("\n") if line.strip()]
    return tuple(kept[-lines:])


_ENDED_FROM_OUTSIDE = frozenset({137, 143, 255})


def _during_restart(exit_: Exit, engine_started_at: int) -> bool:
    return abs(exit_.finished_at - engine_started_at) <= _ENGINE_STOP_WINDOW_MS


def _by_code(code: int, evidence: tuple[str, ...]) -> Diagnosis:
    if code == 126:
        return Diagnosis("CommandNotExecutable", {"exit_code": code}, evidence)
    if code == 127:
        return Diagnosis("CommandNotFound", {"exit_code": code}, evidence)
    name = _signal_name(code - 128)
    if name == "SIGKILL":
        return Diagnosis("Killed", {"exit_code": code}, evidence)
    if name:
        return Diagnosis("Signalled", {"exit_code": code, "signal": name}, evidence)
    return Diagnosis("ExitCode", {"exit_code": code}, evidence)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""
