"""What a check found. A value; the checks make it, replies and messages tell it."""

from dataclasses import dataclass, field
from typing import Literal

from openpai.errors import Params, Problem
from openpai.protocol.findings import Finding, Path


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: a code of the messages with its parameters; `path` is the field that it is about."""

    check: str
    verdict: Literal["pass", "warn", "fail"]
    code: str
    params: Params = field(default_factory=dict)
    path: Path = ()

    @property
    def finding(self) -> Finding:
        """The verdict as a problem of the job file."""
        return Finding(self.code, self.path, self.params)

    @staticmethod
    def of(check: str, verdict: Literal["pass", "warn", "fail"], problem: Problem, path: Path) -> "Verdict":
        """A problem as a verdict."""
        return Verdict(check, verdict, problem.code, problem.params, path)
