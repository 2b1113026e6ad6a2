"""The exit-spec table: for each diagnosis code, whose fault it is and whether it is retried."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from openpai.lifecycle.records import JobAttempt


class Behavior(StrEnum):
    """What a retry policy may make of it."""

    SUCCESS = "success"
    STOP = "stop"
    TRANSIENT = "transient"
    PREEMPTED = "preempted"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"


GAVE_WAY = ("Preempted", "NodeDrained")
"""The causes of tasks that were ended for others' sake: no failures of theirs."""

UNRECOGNISED = 255
"""OpenPAI's number for the failure of a command that no entry of its table knows."""


_ORIGINS = (
    (range(-1399, -1199), "PAI_DOCKER", "LAUNCHING"),
    (range(-1002, -1001), "PAI_FC", "ALLOCATING"),
    (range(-1199, -999), "PAI_DOCKER", "LAUNCHING"),
    (range(-999, 0), "PAI_FC", "UNKNOWN"),
    (range(1), "USER_CONTAINER", "COMPLETING"),
    (range(1, 200), "USER_CONTAINER", "RUNNING"),
    (range(254, 255), "PAI_DOCKER", "LAUNCHING"),
    (range(200, 257), "PAI_RUNTIME", "RUNNING"),
)
"""OpenPAI's numbers are shared out by who issues them: issuer and stage. What Kubernetes told it, an engine tells here;
what there is not enough of, the controller finds out."""


@dataclass(frozen=True, slots=True)
class ExitSpec:
    """One entry: OpenPAI's number for it, who is at fault, how it is retried; and in OpenPAI's words who told of it,
    who brought it about, and how far the task was."""

    name: str
    code: int
    fault: str
    behavior: Behavior
    issuer: str = "UNKNOWN"
    causer: str = "UNKNOWN"
    stage: str = "UNKNOWN"

    @property
    def numbered(self) -> bool:
        """Whether OpenPAI has a number for just this."""
        return self.code != UNRECOGNISED


@cache
def exit_specs() -> Mapping[str, ExitSpec]:
    """The table, by diagnosis code."""
    table = tomllib.loads(files("openpai.lifecycle").joinpath("exit_specs.toml").read_text("utf-8"))
    return {name: _spec(name, entry) for name, entry in table.items()}


def _spec(name: str, entry: Mapping[str, Any]) -> ExitSpec:
    code, fault, behavior = entry["code"], entry["fault"], Behavior(entry["behavior"])
    issuer, stage = next((who, where) for numbers, who, where in _ORIGINS if code in numbers)
    issuer, stage = entry.get("issuer", issuer), entry.get("stage", stage)
    causer = entry.get("causer") or _causer(fault, behavior, issuer, stage)
    return ExitSpec(name, code, fault, behavior, issuer, causer, stage)


def _causer(fault: str, behavior: Behavior, issuer: str, stage: str) -> str:
    match fault:
        case "none":
            return "USER_STOP" if behavior is Behavior.STOP else "USER_CONTAINER"
        case "user":
            return "USER_SUBMISSION" if stage == "LAUNCHING" else "USER_CONTAINER"
        case "platform":
            return issuer
        case _:
            return "UNKNOWN"


def exit_spec(code: str) -> ExitSpec:
    """The entry of a diagnosis code; one that the table lacks counts as unknown."""
    return exit_specs().get(code) or ExitSpec(code, UNRECOGNISED, "unknown", Behavior.UNKNOWN)


def exit_code(attempt: JobAttempt) -> int | None:
    """The exit code of a job attempt: the user's own where there is one, else the exit spec's."""
    if attempt.outcome is None:
        return None
    cause = attempt.outcome.diagnosis
    own = cause.params.get("exit_code")
    return int(own) if own is not None else exit_spec(cause.code).code
