"""What a watcher of a job is told, one value per thing that happened."""

import base64
from dataclasses import dataclass

from openpai.client.replies import JobDetail, Pull


@dataclass(frozen=True, slots=True)
class JobChanged:
    """The job as it is now: the first event of every watch, and one after each change."""

    job: JobDetail


@dataclass(frozen=True, slots=True)
class PullProgressed:
    """An image came further."""

    pull: Pull


@dataclass(frozen=True, slots=True)
class JobEnded:
    """The job is final; nothing follows."""

    state: str


@dataclass(frozen=True, slots=True)
class ContactLost:
    """The server does not answer. The watch goes on trying."""

    reason: str


@dataclass(frozen=True, slots=True)
class ContactRestored:
    """The server answers again, after `ContactLost`."""


Event = JobChanged | PullProgressed | JobEnded | ContactLost | ContactRestored


@dataclass(frozen=True, slots=True)
class TaskAttempt:
    """One run of one task: what a log belongs to. `job` is `<user>~<job>`; numbers count from 0."""

    job: str
    job_attempt: int
    role: str
    index: int
    attempt: int


@dataclass(frozen=True, slots=True)
class LogPart:
    """Bytes of a log, and where in it they begin."""

    offset: int
    data: bytes

    @property
    def end(self) -> int:
        return self.offset + len(self.data)

    def as_json(self) -> dict[str, str]:
        """The bytes as the log stream has them: `text` where they are UTF-8, else `base64`."""
        try:
            return {"text": self.data.decode()}
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(self.data).decode()}
