"""The reply to "why is my job waiting?", and to what would become of one that is not submitted yet."""

from pydantic import BaseModel

from openpai.server.shapes import ProblemReply, Told, VerdictReply


class HolderReply(BaseModel):
    """A job with so many cells; `reserved`: it does not have them yet."""

    job: str
    priority: int
    cells: int
    reserved: bool


class RoomReply(BaseModel):
    """A part of the cluster that the job may use, in leaf cells of one SKU (a GPU with its share, a core).

    `elsewhere`: free on machines that its image does not run on. `largestFree`, `largestNeeded`: on one machine.
    `used`: by priority. `why` it does not start here.
    """

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
    holders: list[HolderReply]
    why: Told


class ChangeReply(Told):
    """A change with which the job would start now; `victims` are the jobs that would have to end for it."""

    victims: list[str]


class QueueReply(BaseModel):
    """The job's place among those that wait in its virtual cluster, from 1; `ahead` are those before it."""

    virtualCluster: str
    place: int
    waiting: int
    ahead: list[str]


class ExplanationReply(BaseModel):
    """Why a job waits; `reason` is None where it would start now."""

    reason: Told | None
    queue: QueueReply
    rooms: list[RoomReply]
    changes: list[ChangeReply]


class PastReason(BaseModel):
    """What the job waited for, since a moment (ms)."""

    since: int
    reason: Told


class JobExplanation(BaseModel):
    """Why a job waits now; None of one that does not. `history`: what it waited for, the oldest first; `events`: what
    became of it: where it was placed, whom it gave way to."""

    username: str
    jobName: str
    state: str
    now: ExplanationReply | None
    history: list[PastReason]
    events: list[PastReason]


class Placed(BaseModel):
    """Where a task would run; `cells` are the addresses of its leaf cells on the node: indices of GPUs, or of cores."""

    role: str
    index: int
    node: str
    cells: list[int]


class DryRun(BaseModel):
    """What a submission would do; `placement` is None when it would wait, and `explanation` then tells why. Both are
    there where others would have to end first."""

    status: int
    name: str
    warnings: list[ProblemReply]
    verdicts: list[VerdictReply]
    placement: list[Placed] | None
    waits: list[Told]
    explanation: ExplanationReply | None
