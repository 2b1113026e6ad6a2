"""The exit-spec table: for each diagnosis code, whose fault it is and whether it is retried."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

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


@dataclass(frozen=True, slots=True)
class ExitSpec:
    """One entry: OpenPAI's number for it, who is at fault, how it is retried."""

    name: str
    code: int
    fault: str
    behavior: Behavior

    @property
    def numbered(self) -> bool:
        """Whether OpenPAI has a number for just this."""
        return self.code != UNRECOGNISED


@cache
def exit_specs() -> Mapping[str, ExitSpec]:
    """The table, by diagnosis code."""
    table = tomllib.loads(files("openpai.lifecycle").joinpath("exit_specs.toml").read_text("utf-8"))
    return {
        name: ExitSpec(name, entry["code"], entry["fault"], Behavior(entry["behavior"]))
        for name, entry in table.items()
    }


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
