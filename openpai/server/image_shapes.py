"""The JSON of images. Sizes are bytes, times ms since 1970-01-01 UTC; what is not known is None."""

from typing import Literal

from pydantic import BaseModel

from openpai.server.shapes import ProblemReply, Told, VerdictReply


class RateLimitReply(BaseModel):
    """How many pulls the registry still allows, and in how many seconds it counts anew."""

    limit: int | None
    remaining: int | None
    windowSeconds: int | None


class ImageCheck(BaseModel):
    """What is known of an image by its name. `ok`: a job with it would be taken."""

    image: str
    ok: bool
    verdicts: list[VerdictReply]
    digest: str | None = None
    downloadBytes: int | None = None
    layers: int | None = None
    platforms: list[str] = []
    onThisMachine: bool = False
    credentialSource: str | None = None
    rateLimit: RateLimitReply | None = None
    machines: list["MachineFit"] = []


class MachineFit(BaseModel):
    """Whether a task with GPUs in this image runs on a machine, and if not, why."""

    machine: str
    runs: bool
    reason: Told | None


class ComponentReply(BaseModel):
    name: str
    version: str


class ImageItem(BaseModel):
    """An image of the catalogue. `line`: "document" (OpenPAI's own list), "current" or "own" (the admin's).

    `runs`: whether a job can use it here, with `reasons` where it cannot, or only with some ado.
    """

    image: str
    line: Literal["document", "current", "own"]
    framework: str
    frameworkVersion: str
    components: list[ComponentReply]
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
    reasons: list[Told]


class LocalImageReply(BaseModel):
    """An image that is on the machine and not in the catalogue."""

    id: str
    names: list[str]
    digests: list[str]
    sizeBytes: int
    createdTime: int


class GpuReply(BaseModel):
    model: str
    uuid: str
    computeCapability: str
    memoryMB: int


class MachineReply(BaseModel):
    """A machine as images see it. `described`: its GPUs are an admin's description, and not there."""

    name: str
    architecture: str
    driver: str | None
    gpus: list[GpuReply]
    described: bool


class ImageList(BaseModel):
    """`problems`: mistakes of the admin's own file of images, whose last good form counts."""

    catalogue: list[ImageItem]
    others: list[LocalImageReply]
    machines: list[MachineReply]
    problems: list[ProblemReply]
