"""The shapes of the server's replies, field for field as docs/en/rest-api.md has them.

TypedDicts, because a reply is shown, filtered and printed as JSON far more often than it is computed with; a
field that a newer server adds is passed on, not lost. Times are milliseconds since 1970-01-01 UTC.
"""

from typing import Any, Literal, NotRequired, TypedDict

Json = dict[str, Any]
"""A JSON object whose shape the caller knows; `Any` because that is what JSON gives."""


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
    code: NotRequired[str]
    path: NotRequired[str | None]
    message: str
    fix: NotRequired[str | None]


class Holder(TypedDict):
    """A job with so many cells; `reserved`: it does not have them yet."""

    job: str
    priority: int
    cells: int
    reserved: bool


class Room(TypedDict):
    """A part of the cluster that a job may use, in leaf cells of one SKU."""

    chain: str
    sku: str
    cells: int
    free: int
    elsewhere: int
    bad: int
    largestFree: int
    needed: int
    largestNeeded: int
    used: dict[str, int]
    holders: list[Holder]
    why: Reason


class StartChange(TypedDict):
    """A change with which a job would start now; `victims` would have to end for it."""

    code: str
    message: str
    victims: list[str]


class QueuePlace(TypedDict):
    """A job's place among those that wait in its virtual cluster, from 1."""

    virtualCluster: str
    place: int
    waiting: int
    ahead: list[str]


class Explanation(TypedDict):
    """Why a job waits; `reason` is None where it would start now."""

    reason: Reason | None
    queue: QueuePlace
    rooms: list[Room]
    changes: list[StartChange]


class PastReason(TypedDict):
    """Something that was so since a moment (ms)."""

    since: int
    reason: Reason


class JobExplanation(TypedDict):
    """Why a job waits now (None of one that does not), what it waited for, and what became of it."""

    username: str
    jobName: str
    state: str
    now: Explanation | None
    history: list[PastReason]
    events: list[PastReason]


class Placed(TypedDict):
    role: str
    index: int
    node: str
    cells: NotRequired[list[int]]


class DryRun(TypedDict):
    """What a submission would do; `placement` is None when it would wait, for the reasons in `waits`."""

    status: int
    name: str
    warnings: list[Problem]
    verdicts: list[Verdict]
    placement: list[Placed] | None
    waits: list[Reason]
    explanation: NotRequired[Explanation | None]


class JobItem(TypedDict):
    """One line of the list of jobs. `reason`: why it waits or failed."""

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
    reason: str | None


class Jobs(TypedDict):
    totalCount: int
    data: list[JobItem]


class Pull(TypedDict):
    """How far the image of a task has come. Bytes are of the compressed layers; None or 0 while not known.

    The speed is over the last seconds.
    """

    role: str
    index: int
    image: str
    doneBytes: int | None
    totalBytes: int | None
    layersDone: int
    layersTotal: int
    bytesPerSecond: int
    remainingSeconds: int | None


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
    containerGpus: NotRequired[int | None]
    gpuUuids: NotRequired[list[str]]
    fakeGpus: NotRequired[bool]
    containerExitCode: NotRequired[int | None]
    retries: NotRequired[int]
    createdTime: NotRequired[int | None]
    launchedTime: NotRequired[int | None]
    completedTime: NotRequired[int | None]
    diagnosis: NotRequired[Diagnosis | None]
    placedTime: NotRequired[int | None]
    waitedMs: NotRequired[int | None]
    pulledMs: NotRequired[int | None]
    startedMs: NotRequired[int | None]
    ranMs: NotRequired[int | None]
    stoppingTime: NotRequired[int | None]
    killTime: NotRequired[int | None]
    pull: NotRequired[Pull | None]


class RoleName(TypedDict):
    name: str


class TaskRole(TypedDict):
    taskRoleStatus: RoleName
    taskStatuses: list[TaskStatus]


class FirstFailure(TypedDict):
    """The first task attempt that failed since a person had the job run."""

    attemptId: int
    taskRoleName: str
    taskIndex: int
    taskAttemptId: int
    completedTime: int | None
    containerExitCode: int | None
    diagnosis: Diagnosis | None


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
    stoppingTime: NotRequired[int | None]
    killTime: NotRequired[int | None]
    firstFailure: NotRequired[FirstFailure | None]


class JobImage(TypedDict):
    """An image of a job, and what it is held to; both None where its tag counts at each start."""

    image: str
    digest: str | None
    id: str | None


class JobDetail(TypedDict):
    """A job; `taskRoles` is keyed by the normalised name, the role's own name is in `taskRoleStatus`."""

    debugId: NotRequired[str]
    name: str
    tags: list[str]
    jobStatus: JobStatus
    taskRoles: dict[str, TaskRole]
    images: NotRequired[list[JobImage]]


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


class Done(TypedDict):
    """What was asked for is done."""

    message: str


class StoredCredential(TypedDict):
    """A log-in for a registry. `owner`: the name of the user or group, "" where it is everyone's. `counts`: for the
    caller; an admin sees those of groups that he is not in."""

    scope: Literal["user", "group", "default"]
    owner: str
    registry: str
    username: str
    updatedTime: int
    counts: bool


class Group(TypedDict):
    groupname: str
    description: str
    externalName: str
    extension: Json


class Member(TypedDict):
    """A user in a group. `clusterAdmin`: of the whole server."""

    username: str
    clusterAdmin: bool


class Storage(TypedDict):
    """A storage. `share` false: each user mounts a folder of the user's name in it. `groups`: who may mount it,
    for an admin who asked for all; empty for everybody. `problem`: why it cannot be mounted now."""

    name: str
    share: bool
    volumeName: str
    default: bool
    readOnly: bool
    mountPath: str
    description: str
    problem: Reason | None
    groups: list[str] | None


class SignInLink(TypedDict):
    """`path` counts from the root of the server; it signs a browser in, once."""

    path: str
    expiresTime: int


class Storages(TypedDict):
    """`problems`: mistakes of the admin's file of storages, for an admin."""

    storages: list[Storage]
    problems: list[Problem]


class SkuUse(TypedDict):
    """Cells of a SKU. In a virtual cluster `total` is what is promised, and opportunistic cells are no part of it.
    `described`: its GPUs are not real."""

    total: int
    used: int
    opportunistic: int
    bad: int
    free: int
    described: bool


class Amount(TypedDict):
    """CPU cores, memory in MiB, GPUs."""

    cpu: int
    memory: int
    gpu: int


class VirtualCluster(TypedDict):
    """A virtual cluster. `groups`: who may use it, None for everybody; `usable`: whether the caller may."""

    capacity: float
    usedCapacity: float
    resourcesUsed: Amount
    resourcesGuaranteed: Amount
    resourcesTotal: Amount
    skus: dict[str, SkuUse]
    pinnedCells: list[str]
    groups: list[str] | None
    usable: bool


class Cell(TypedDict):
    """A cell and all in it. `job` has a leaf; `physicalAddress` is what a promised cell stands for now."""

    cellType: str
    cellAddress: str
    isNodeLevel: bool
    cellState: Literal["Free", "Used", "Reserving", "Reserved"]
    cellHealthiness: Literal["Healthy", "Bad"]
    cellPriority: int
    vc: str | None
    job: str | None
    pinnedCellId: str | None
    physicalAddress: str | None
    cellChildren: list["Cell"]


class Process(TypedDict):
    pid: int
    name: str


class NodeGpu(TypedDict):
    """A GPU. `problem`: why no job may get it; `processes` hold it and belong to no job."""

    index: int
    model: str
    uuid: str
    memoryMB: int
    job: str | None
    problem: Reason | None
    processes: list[Process]


class JobHere(TypedDict):
    """A job that has cells of a node: SKU → indices."""

    name: str
    virtualCluster: str
    opportunistic: bool
    cells: dict[str, list[int]]


class Mark(TypedDict):
    """Who keeps a node free, and since when."""

    username: str
    time: int


class Node(TypedDict):
    """A machine, its cells, its GPUs and the jobs there. `described`: its GPUs are not real."""

    name: str
    state: Literal["ready", "cordoned", "draining", "emptying", "drained", "gone", "unlisted"]
    mark: Mark | None
    architecture: str | None
    driver: str | None
    described: bool
    cpu: int | None
    memoryMB: int | None
    skus: dict[str, SkuUse]
    gpus: list[NodeGpu]
    jobs: list[JobHere]


class PromisedCells(TypedDict):
    """What a virtual cluster has: SKU → cells."""

    cells: dict[str, int]
    pinnedCells: list[str]
    groups: list[str] | None


class VirtualClusterChange(TypedDict):
    name: str
    before: PromisedCells | None
    after: PromisedCells | None


class SkuChange(TypedDict):
    name: str
    before: Amount | None
    after: Amount | None


class Difference(TypedDict):
    """What is different between two clusters."""

    addedMachines: list[str]
    removedMachines: list[str]
    changedMachines: list[str]
    skus: list[SkuChange]
    virtualClusters: list[VirtualClusterChange]
    otherCells: list[str]


class Effect(TypedDict):
    """What becomes of jobs, by their names."""

    displaced: list[str]
    downgraded: list[str]
    unreserved: list[str]
    starts: list[str]
    never: list[str]


class ClusterTrial(TypedDict):
    """What a cluster file would mean, or means now that it was applied."""

    message: str
    applied: bool
    difference: Difference
    effect: Effect
    warnings: list[Problem]


class ClusterFile(TypedDict):
    """The cluster file: its text, None where there is none, and what is wrong with it."""

    path: str
    config: str | None
    problems: list[Problem]
    warnings: list[Problem]


class RateLimit(TypedDict):
    limit: int | None
    remaining: int | None
    windowSeconds: int | None


class MachineFit(TypedDict):
    """Whether a task with GPUs in an image runs on a machine, and if not, why."""

    machine: str
    runs: bool
    reason: Reason | None


class ImageCheck(TypedDict):
    """What is known of an image by its name. `ok`: a job with it would be taken."""

    image: str
    ok: bool
    verdicts: list[Verdict]
    digest: str | None
    downloadBytes: int | None
    layers: int | None
    platforms: list[str]
    onThisMachine: bool
    credentialSource: str | None
    rateLimit: RateLimit | None
    machines: list[MachineFit]


class Component(TypedDict):
    name: str
    version: str


class CatalogueImage(TypedDict):
    """An image of the catalogue. `runs`: whether a job can use it here; `reasons`: why not, or with what ado."""

    image: str
    line: Literal["document", "current", "own"]
    framework: str
    frameworkVersion: str
    components: list[Component]
    python: str | None
    kind: Literal["cpu", "gpu"]
    cuda: str | None
    minDriver: str | None
    recipe: str | None
    notes: list[str]
    onThisMachine: bool
    id: str | None
    digest: str | None
    sizeBytes: int | None
    runs: bool
    reasons: list[Reason]


class LocalImage(TypedDict):
    id: str
    names: list[str]
    digests: list[str]
    sizeBytes: int
    createdTime: int


class Images(TypedDict):
    catalogue: list[CatalogueImage]
    others: list[LocalImage]
    machines: list[Json]
    problems: list[Problem]


class ImagePull(TypedDict):
    """A pull that runs or waits, that failed (`reason`), or came within the last hour."""

    image: str
    by: Literal["admin", "prepull", "job"]
    state: Literal["pulling", "waiting", "done", "failed"]
    since: int | None
    doneBytes: int
    totalBytes: int
    layersDone: int
    layersTotal: int
    bytesPerSecond: int
    remainingSeconds: int | None
    reason: Reason | None
    againTime: int | None


class PullAccepted(Accepted):
    """`image` is its name as `image_pulls` has it."""

    image: str


class RemovedImage(TypedDict):
    """An image that was removed, or by a dry run would be (`removedTime` None)."""

    image: str
    names: list[str]
    sizeBytes: int
    usedTime: int
    removedTime: int | None
    reason: Reason


class RemovedImages(TypedDict):
    totalCount: int
    data: list[RemovedImage]


class KeptImage(TypedDict):
    image: str
    names: list[str]
    sizeBytes: int
    reason: Reason


class Disk(TypedDict):
    totalBytes: int
    freeBytes: int
    usedPercent: float


class Cleaning(TypedDict):
    """What cleaning did, or would do; `before` and `after` are None where the server cannot see the disk."""

    dryRun: bool
    highPercent: float
    lowPercent: float
    before: Disk | None
    after: Disk | None
    removed: list[RemovedImage]
    kept: list[KeptImage]
