"""OpenPAI's JSON of everything but jobs (`job_shapes`), in its own names, and beside them what OpenPAI lacks.

Times are ms since 1970-01-01 UTC, None while unknown. What the platform cannot know is None, never absent.
"""

from typing import Literal

from pydantic import BaseModel


class Told(BaseModel):
    """A stable code, its text in the reader's language, and the remedy, where there is one."""

    code: str
    message: str
    fix: str | None


class ProblemReply(Told):
    """One thing that is wrong. `line` and `column` count from 1 in the job file; `path` names the field."""

    line: int | None = None
    column: int | None = None
    path: str | None = None


class ErrorReply(BaseModel):
    """Any error. `code` is OpenPAI's."""

    code: str
    message: str
    problems: list[ProblemReply]


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class Info(BaseModel):
    name: str = "PAI RESTful API"
    version: str
    launcherType: str = "docker"
    authnMethod: str = "basic"


class Accepted(BaseModel):
    """The wish is kept; it is fulfilled a little later."""

    status: int
    message: str


class Submitted(Accepted):
    """`name` is `<user>~<job>`."""

    name: str
    warnings: list[ProblemReply]


class VerdictReply(BaseModel):
    """What a check found; `path` is the field of the job file that it is about."""

    check: str
    verdict: Literal["pass", "warn", "fail"]
    code: str
    path: str | None
    message: str
    fix: str | None


class EventReply(BaseModel):
    """Something that happened. Times are ISO 8601."""

    uid: str
    frameworkName: str
    podUid: str | None
    taskroleName: str | None
    taskName: str | None
    taskIndex: int | None
    type: Literal["Normal", "Warning"]
    reason: str
    message: str
    firstTimestamp: str
    lastTimestamp: str
    count: int = 1
    sourceComponent: str = "openpai"
    sourceHost: str | None


class EventPage(BaseModel):
    totalCount: int
    data: list[EventReply]


class LogLocation(BaseModel):
    """Where a log is read: `uri` counts from the root of the server, and needs the token like any call."""

    name: str
    uri: str


class LogLocations(BaseModel):
    locations: list[LogLocation]


class LogMatches(BaseModel):
    """Of a log of `size` bytes: how many lines that begin in each block of 64 KiB, from `start` on, match. `next`: from
    where to go on. `lines`: which, as the number of line breaks between `start` and the line; where it was asked."""

    size: int
    start: int
    next: int | None
    counts: list[int]
    lines: list[int] | None
