"""OpenPAI's JSON of jobs, field by field, in its own names, and beside them what OpenPAI lacks.

Times are ms since 1970-01-01 UTC, None while unknown. What the platform cannot know is None, never absent.
"""

from typing import Literal

from pydantic import BaseModel, Field

from openpai.server.shapes import Told


class RetryDetails(BaseModel):
    user: int
    platform: int
    preemption: int
    resource: int = 0


class JobItem(BaseModel):
    """A row of the job list. `retryDelayTime` is seconds. `reason`: why it waits or failed, in words."""

    debugId: str
    name: str
    username: str
    state: str
    subState: str
    executionType: Literal["START", "STOP"]
    tags: list[str]
    retries: int
    retryDetails: RetryDetails
    retryDelayTime: int | None
    submissionTime: int
    createdTime: int
    launchedTime: int | None
    completedTime: int | None
    appExitCode: int | None
    virtualCluster: str
    totalGpuNumber: int
    totalTaskNumber: int
    totalTaskRoleNumber: int
    jobPriority: str | None
    reason: str | None


class JobPage(BaseModel):
    """One page of the job list, and how many jobs match in all."""

    totalCount: int
    data: list[JobItem]


class JobCounts(BaseModel):
    """How many jobs there are in each state that a job can show."""

    counts: dict[str, int]


class ExitSpecReply(BaseModel):
    """What is known of an exit code, in OpenPAI's words. `repro` is always empty."""

    code: int
    phrase: str
    issuer: str
    causer: str
    type: str
    stage: str
    behavior: str
    reaction: str
    reason: str
    repro: list[str] = Field(default_factory=list)
    solution: list[str]


class ExitMessages(BaseModel):
    container: str | None = None
    runtime: dict[str, str] | None = None
    launcher: str | None = None


class DiagnosisReply(Told):
    """What ended it, and the lines that show it."""

    evidence: list[str]


class HivedReply(BaseModel):
    """The gang that a task belongs to, and whether it goes on with idle cells since its own are others' now."""

    affinityGroupName: str | None
    lazyPreempted: bool
    lazyPreemptionStatus: None = None


class Pull(BaseModel):
    """How far the image of a task has come; its speed is over the last seconds, 0 while not known."""

    role: str
    index: int
    image: str
    doneBytes: int
    totalBytes: int
    layersDone: int
    layersTotal: int
    bytesPerSecond: int
    remainingSeconds: int | None


class TaskAttemptFields(BaseModel):
    """One attempt of a task. `containerExitCode` is the user's own exit code.

    How long it waited for its place, for its image, for its start, and ran: None while that goes on, or where it came
    to none of it. While it is being stopped: since when, and when SIGKILL follows. `containerGpus` has a bit for each
    of its GPUs on its machine, None where it has none; `fakeGpus`: they are described, and not there.
    """

    attemptId: int
    attemptState: str
    currentAttemptCreatedTime: int
    currentAttemptLaunchedTime: int | None
    currentAttemptCompletedTime: int | None
    containerId: str | None
    containerIp: str | None
    containerNodeName: str | None
    containerPorts: dict[str, str]
    containerGpus: int | None
    gpuUuids: list[str]
    fakeGpus: bool
    hived: HivedReply
    containerLog: str | None
    containerExitCode: int | None
    containerExitSpec: ExitSpecReply | None
    containerExitDiagnostics: str | None
    diagnosis: DiagnosisReply | None
    placedTime: int | None
    waitedMs: int | None
    pulledMs: int | None
    startedMs: int | None
    ranMs: int | None
    stoppingTime: int | None
    killTime: int | None


class TaskStatus(TaskAttemptFields):
    """A task and its latest attempt."""

    taskIndex: int
    taskUid: str
    taskState: str
    retries: int
    accountableRetries: int
    createdTime: int
    launchedTime: int | None
    completedTime: int | None
    pull: Pull | None


class TaskHistory(BaseModel):
    """A task and all its attempts, newest first."""

    username: str
    jobName: str
    jobAttemptId: int
    taskRoleName: str
    taskIndex: int
    taskUid: str
    taskState: str
    retries: int
    accountableRetries: int
    createdTime: int
    launchedTime: int | None
    completedTime: int | None
    attempts: list[TaskAttemptFields]


class RoleStatus(BaseModel):
    name: str


class TaskRoleReply(BaseModel):
    taskRoleStatus: RoleStatus
    taskStatuses: list[TaskStatus]


class JobStatus(BaseModel):
    """The job as a whole, then the fields of the attempt that was asked for (`attemptId` and after)."""

    username: str
    state: str
    subState: str
    executionType: Literal["START", "STOP"]
    retries: int
    retryDetails: RetryDetails
    retryDelayTime: int | None
    submissionTime: int
    createdTime: int
    launchedTime: int | None
    completedTime: int | None
    virtualCluster: str
    waits: list[Told]
    attemptId: int
    attemptState: str
    appId: str
    appProgress: int
    appTrackingUrl: str = ""
    appCreatedTime: int
    appLaunchedTime: int | None
    appCompletedTime: int | None
    appExitCode: int | None
    appExitSpec: ExitSpecReply | None
    appExitDiagnostics: str | None
    appExitMessages: ExitMessages | None
    appExitTriggerMessage: str | None
    appExitTriggerTaskRoleName: str | None
    appExitTriggerTaskIndex: int | None
    appExitType: str | None
    diagnosis: DiagnosisReply | None
    stoppingTime: int | None
    killTime: int | None
    firstFailure: "FirstFailure | None"


class FirstFailure(BaseModel):
    """The first task attempt that failed since a person had the job run, however often it was retried after it."""

    attemptId: int
    taskRoleName: str
    taskIndex: int
    taskAttemptId: int
    completedTime: int | None
    containerExitCode: int | None
    diagnosis: DiagnosisReply | None


class JobImage(BaseModel):
    """An image of the job: its name as written, and what it is held to since submission: `digest` in its registry, or
    `id` of an image that was made on the machine; both None where the tag counts at each start."""

    image: str
    digest: str | None
    id: str | None


class JobDetail(BaseModel):
    """A job. `taskRoles` is keyed by the normalised role name; the role's own is in `taskRoleStatus`."""

    debugId: str
    name: str
    tags: list[str]
    jobStatus: JobStatus
    taskRoles: dict[str, TaskRoleReply]
    images: list[JobImage]
