"""The shapes of the server's replies, field for field as docs/en/rest-api.md has them.

TypedDicts, because a reply is shown, filtered and printed as JSON far more often than it is computed with; a
field that a newer server adds is passed on, not lost. Times are milliseconds since 1970-01-01 UTC.
"""

from typing import Any, Literal, NotRequired, TypedDict


class Problem(TypedDict):
    """One thing that is wrong, with its remedy. `line` and `column` count from 1 in the job file."""

    code: str
    message: str
    fix: NotRequired[str | None]
    line: NotRequired[int | None]
    column: NotRequired[int | None]
    path: NotRequired[str | None]


class Reason(TypedDict):
    """Why a job waits."""

    code: str
    message: str
    fix: NotRequired[str | None]


class Diagnosis(Reason):
    """What ended a task or a job, and the lines that show it."""

    evidence: NotRequired[list[str]]


class Info(TypedDict):
    name: str
    version: str
    launcherType: str
    authnMethod: str


class Submitted(TypedDict):
    """`name` is `<user>~<job>`."""

    status: int
    message: str
    name: str
    warnings: list[Problem]


class Verdict(TypedDict):
    check: str
    verdict: Literal["pass", "warn", "fail"]
    message: str
    fix: NotRequired[str | None]


class Placed(TypedDict):
    role: str
    index: int
    node: str


class DryRun(TypedDict):
    """What a submission would do; `placement` is None when it would wait, for the reasons in `waits`."""

    status: int
    name: str
    warnings: list[Problem]
    verdicts: list[Verdict]
    placement: list[Placed] | None
    waits: list[Reason]


class JobItem(TypedDict):
    """One line of the list of jobs."""

    debugId: str
    name: str
    username: str
    state: str
    subState: str
    executionType: str
    tags: list[str]
    retries: int
    retryDetails: dict[str, int]
    retryDelayTime: int | None
    submissionTime: int | None
    createdTime: int | None
    launchedTime: int | None
    completedTime: int | None
    appExitCode: int | None
    virtualCluster: str
    totalGpuNumber: int
    totalTaskNumber: int
    totalTaskRoleNumber: int
    jobPriority: str | None


class Jobs(TypedDict):
    totalCount: int
    data: list[JobItem]


class Pull(TypedDict):
    """How far the image of a task has come. Bytes are of the compressed layers; None or 0 while not known."""

    role: str
    index: int
    image: str
    doneBytes: int | None
    totalBytes: int | None
    layersDone: int
    layersTotal: int


class TaskStatus(TypedDict):
    """One task and its latest attempt; what is not known yet is None or absent."""

    taskIndex: int
    taskState: str
    taskUid: NotRequired[str | None]
    attemptId: NotRequired[int | None]
    attemptState: NotRequired[str | None]
    containerId: NotRequired[str | None]
    containerIp: NotRequired[str | None]
    containerNodeName: NotRequired[str | None]
    containerPorts: NotRequired[dict[str, str]]
    containerExitCode: NotRequired[int | None]
    retries: NotRequired[int]
    createdTime: NotRequired[int | None]
    launchedTime: NotRequired[int | None]
    completedTime: NotRequired[int | None]
    diagnosis: NotRequired[Diagnosis | None]
    pull: NotRequired[Pull | None]


class RoleName(TypedDict):
    name: str


class TaskRole(TypedDict):
    taskRoleStatus: RoleName
    taskStatuses: list[TaskStatus]


class JobStatus(TypedDict):
    username: str
    state: str
    subState: str
    executionType: str
    retries: int
    virtualCluster: str
    submissionTime: int | None
    createdTime: int | None
    launchedTime: int | None
    completedTime: int | None
    attemptId: NotRequired[int | None]
    appExitCode: NotRequired[int | None]
    waits: NotRequired[list[Reason]]
    diagnosis: NotRequired[Diagnosis | None]


class JobDetail(TypedDict):
    """A job; `taskRoles` is keyed by the normalised name, the role's own name is in `taskRoleStatus`."""

    debugId: NotRequired[str]
    name: str
    tags: list[str]
    jobStatus: JobStatus
    taskRoles: dict[str, TaskRole]


class JobEvent(TypedDict):
    """Something that happened to a task; the times are ISO 8601."""

    type: str
    reason: str
    message: str
    firstTimestamp: str
    lastTimestamp: str
    count: int
    taskroleName: NotRequired[str | None]
    taskIndex: NotRequired[int | None]


class JobEvents(TypedDict):
    totalCount: int
    data: list[JobEvent]


class Accepted(TypedDict):
    status: int
    message: str


Json = dict[str, Any]
"""A JSON object whose shape the caller knows; `Any` because that is what JSON gives."""
