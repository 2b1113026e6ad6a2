"""How a command ends: exit codes, and the one error that carries one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What they mean is in `pai --help`."""

    DONE = 0
    JOB_FAILED = 1  # the job failed or was stopped; for `doctor`: a check failed
    USAGE = 2  # wrong arguments, a faulty job file, a job that does not exist
    SERVER = 3  # the server cannot be reached, refuses the token, or failed
    INTERRUPTED = 130  # Ctrl-C
    PIPE_CLOSED = 141  # the reader of our output went away


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong, as it is shown: where ("" for nowhere), what, and the remedy ("" for none)."""

    text: str
    fix: str = ""
    place: str = ""
    excerpt: Sequence[str] = ()


class Fault(Exception):
    """A command cannot go on; shown to the person without a traceback."""

    def __init__(self, complaints: Sequence[Complaint], exit_code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__("; ".join(complaint.text for complaint in complaints))
        self.complaints = complaints
        self.exit_code = exit_code
