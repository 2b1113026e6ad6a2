"""The JSON of pulls and of room on the disk. Sizes are bytes, times ms since 1970-01-01 UTC."""

from typing import Literal

from pydantic import BaseModel

from openpai.server.shapes import Accepted, Told


class ImagePullReply(BaseModel):
    """A pull. `by`: an admin's hand, the list of images to pull ahead, or jobs that wait for it.

    Bytes are of the compressed layers, 0 while not known. `reason`: why it failed, or is tried again at `againTime`.
    """

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
    reason: Told | None
    againTime: int | None


class PullAccepted(Accepted):
    """`image` is its name as the list of pulls has it."""

    image: str


class ImagePulls(BaseModel):
    data: list[ImagePullReply]


class RemovedImage(BaseModel):
    """An image that was removed, or would be. `sizeBytes` is its own: what other images share of it stays."""

    image: str
    names: list[str]
    sizeBytes: int
    usedTime: int
    removedTime: int | None
    reason: Told


class RemovedImages(BaseModel):
    """`data`: the latest first."""

    totalCount: int
    data: list[RemovedImage]


class JobName(BaseModel):
    username: str
    name: str


class KeptImage(BaseModel):
    image: str
    names: list[str]
    sizeBytes: int
    reason: Told


class DiskReply(BaseModel):
    totalBytes: int
    freeBytes: int
    usedPercent: float


class HeldImageReply(BaseModel):
    """An image on the disk. `stays`: why cleaning leaves it; None where it may go when room is needed, or while that
    is not known. `jobs`: the live jobs that need it. `usedTime`: None where no task of this server had it."""

    image: str
    names: list[str]
    sizeBytes: int
    createdTime: int
    usedTime: int | None
    stays: Told | None
    jobs: list[JobName]


class HeldImages(BaseModel):
    """What is on the disk; `disk` is None where it cannot be seen. Cleaning begins above `highPercent`, and ends at
    `lowPercent`."""

    disk: DiskReply | None
    highPercent: float
    lowPercent: float
    data: list[HeldImageReply]


class CleaningReply(BaseModel):
    """What cleaning did, or would do (`dryRun`): `after` is then what it would be at best. `kept` is told by a dry
    run only. `before` and `after` are None where the disk cannot be seen, and nothing is removed."""

    dryRun: bool
    highPercent: float
    lowPercent: float
    before: DiskReply | None
    after: DiskReply | None
    removed: list[RemovedImage]
    kept: list[KeptImage]
