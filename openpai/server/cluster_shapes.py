"""The JSON of virtual clusters, nodes, cells and the cluster file: OpenPAI's and HiveD's shapes, with what is new
beside them."""

from typing import Literal

from pydantic import BaseModel

from openpai.server.shapes import ProblemReply, Told


class Amount(BaseModel):
    """CPU cores, memory in MiB, GPUs. The last two are the first and the third again, under their old names."""

    cpu: int
    memory: int
    gpu: int
    vCores: int
    GPUs: int


class SkuUse(BaseModel):
    """Leaf cells of a SKU. `used`: of guaranteed jobs; `opportunistic`: of jobs that use what is idle and give way;
    `bad`: out of order. In a virtual cluster `total` is what it is promised, and opportunistic cells are no part of
    it. `described`: its GPUs are an admin's description, and not real."""

    total: int
    used: int
    opportunistic: int
    bad: int
    free: int
    described: bool


class VirtualClusterReply(BaseModel):
    """A virtual cluster. Total is what it is promised, guaranteed the part that is not out of order; capacities are
    percent of the cluster's GPUs, of its cores where it has none.

    New: cells by SKU, its pinned cells, the groups that may use it (null: everybody), whether the caller may, and how
    many of its jobs run and wait.
    """

    capacity: float
    maxCapacity: float
    usedCapacity: float
    dedicated: bool = False
    resourcesUsed: Amount
    resourcesGuaranteed: Amount
    resourcesTotal: Amount
    skus: dict[str, SkuUse]
    pinnedCells: list[str]
    groups: list[str] | None
    usable: bool
    runningJobs: int
    waitingJobs: int


class InsideReply(BaseModel):
    """The leaf cells in a cell, each counted once: `used` by guaranteed jobs, `opportunistic` by others, `reserved` for
    a job and not used yet, `bad` and nobody's, or `free`. `jobs`: the first of those that have some, or will."""

    cells: int
    used: int
    opportunistic: int
    reserved: int
    bad: int
    free: int
    jobs: list[str]


class CellReply(BaseModel):
    """A cell and all in it, as HiveD shows it. `cellPriority`: of the most urgent job in it, -2 where there is none, -1
    where all are opportunistic. `leafCellType` only at the top. `vc`: whose promise it serves now.

    New: the `job` that has a leaf, or for which it is reserved; the name under which it is pinned; for a promised cell
    the address of the one that it stands for now; what is `inside`, where not everything was asked for.
    """

    cellType: str
    cellAddress: str
    isNodeLevel: bool
    leafCellType: str | None
    cellState: Literal["Free", "Used", "Reserving", "Reserved"]
    cellHealthiness: Literal["Healthy", "Bad"]
    cellPriority: int
    vc: str | None
    job: str | None
    pinnedCellId: str | None
    physicalAddress: str | None
    inside: InsideReply | None
    cellChildren: list["CellReply"]


class CellList(BaseModel):
    """Cells from the top down. Those of a virtual cluster are what it is promised, pinned ones last, and then each leaf
    that its jobs use while it is idle."""

    cells: list[CellReply]


class NodeGpus(BaseModel):
    """The GPUs of a node, in cells."""

    gpuUsed: int
    gpuAvailable: int
    gpuTotal: int


class SkuType(BaseModel):
    """What one cell of a SKU is; memory in MiB."""

    cpu: int
    memory: int
    gpu: int


class ProcessReply(BaseModel):
    """A process of the machine that belongs to no job."""

    pid: int
    name: str


class GpuReply(BaseModel):
    """A GPU. `job` has it; `problem`: why no job may get it; `processes` hold it from outside."""

    index: int
    model: str
    uuid: str
    memoryMB: int
    job: str | None
    problem: Told | None
    processes: list[ProcessReply]


class JobHere(BaseModel):
    """A job that has cells of a node: SKU → indices. `opportunistic`: it gives way."""

    name: str
    virtualCluster: str
    opportunistic: bool
    cells: dict[str, list[int]]


class MarkReply(BaseModel):
    """Who keeps a node free, and since when."""

    username: str
    time: int


NodeState = Literal["ready", "cordoned", "draining", "emptying", "drained", "gone", "unlisted"]


class NodeReply(BaseModel):
    """A machine. `state`: "cordoned" gets nothing new; "draining" and "emptying" become "drained" when nothing runs
    there any more; "gone" is not there; "unlisted" is there, but not in the cluster file. `described`: its GPUs are an
    admin's description, and not real."""

    name: str
    state: NodeState
    mark: MarkReply | None
    architecture: str | None
    driver: str | None
    described: bool
    cpu: int | None
    memoryMB: int | None
    skus: dict[str, SkuUse]
    gpus: list[GpuReply]
    jobs: list[JobHere]


class NodeList(BaseModel):
    """All machines, those of the cluster file first."""

    nodes: list[NodeReply]


class Promised(BaseModel):
    """What a virtual cluster has: SKU → cells, its pinned cells, who may use it (null: everybody)."""

    cells: dict[str, int]
    pinnedCells: list[str]
    groups: list[str] | None


class VirtualClusterChange(BaseModel):
    """A virtual cluster before and after; null where it is not there."""

    name: str
    before: Promised | None
    after: Promised | None


class SkuChange(BaseModel):
    """A SKU before and after; null where it is not there."""

    name: str
    before: SkuType | None
    after: SkuType | None


class DifferenceReply(BaseModel):
    """What is different. `changedMachines` have other cells than before; `otherCells` are virtual clusters with as many
    cells as before, but of other sizes or on other kinds of machines."""

    addedMachines: list[str]
    removedMachines: list[str]
    changedMachines: list[str]
    skus: list[SkuChange]
    virtualClusters: list[VirtualClusterChange]
    otherCells: list[str]


class EffectReply(BaseModel):
    """Jobs by their names. Nothing that runs is ended. `displaced` run on cells that would not be there any more;
    `downgraded` go on as opportunistic ones; `unreserved` lose what is reserved for them; of those that wait, `starts`
    would start at once and `never` would never start."""

    displaced: list[str]
    downgraded: list[str]
    unreserved: list[str]
    starts: list[str]
    never: list[str]


class TrialReply(BaseModel):
    """What a cluster file would mean, or meant when it was applied."""

    status: int
    message: str
    applied: bool
    difference: DifferenceReply
    effect: EffectReply
    warnings: list[ProblemReply]


class ClusterFileReply(BaseModel):
    """The cluster file. `config` is its text, null where there is none: then all machines that are found are one
    virtual cluster. `problems`: what is wrong with it; while there is something, the last good file counts."""

    path: str
    config: str | None
    problems: list[ProblemReply]
    warnings: list[ProblemReply]
