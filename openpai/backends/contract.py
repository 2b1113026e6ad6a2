"""The contract of a backend: few verbs, all asynchronous, all idempotent.

"Already done" and "already gone" are success. A container is found again by its label and fixed name, never
by memory, so a new process adopts what an old one started. Every verb may raise `errors.NoContact` when the
engine cannot be reached, and `errors.TemporaryFailure` (`EngineFailed`) when it is there and fails at what it
should be able to do. `tests/backends/conformance` holds every backend to this text.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from openpai.images.credentials.credential import Credential
from openpai.images.cuda.machine import Machine
from openpai.images.disk.room import ImageDisk
from openpai.images.facts import LocalImage
from openpai.images.registry.registries import RegistrySettings
from openpai.lifecycle.exits import Exit
from openpai.runtime.container import ContainerPlan
from openpai.scheduler.resources import Node


class Phase(StrEnum):
    """Where a container is; it only moves forward."""

    CREATED = "created"  # made, not started: `start` was cut short and must be called again
    RUNNING = "running"
    ENDING = (
        "ending"  # its processes are gone: it needs no resources; the engine is still putting it in order
    )
    EXITED = "exited"


class Stream(StrEnum):
    """Which stream a process wrote to."""

    STDOUT = "stdout"
    STDERR = "stderr"


@dataclass(frozen=True, slots=True)
class ObservedTask:
    """A container of ours as it is now. Times are ms since the epoch; `exit` is set once EXITED.

    `started_at` may not be known yet while it runs; it is once EXITED, unless the container never ran.
    """

    task: str
    phase: Phase
    node: str
    started_at: int | None = None
    exit: Exit | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """All that this server has on the backend: containers by task id, and its per-job networks by name.

    `engine_started_at` (ms) is when the engine came up, as well as it can be known: a container that an
    engine's own restart ended is told from one that failed by it.
    """

    tasks: Mapping[str, ObservedTask]
    networks: frozenset[str]
    engine_started_at: int


@dataclass(frozen=True, slots=True)
class LogChunk:
    """Bytes that a container wrote to one stream, in the order in which the engine got them."""

    stream: Stream
    data: bytes


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far an image pull is: bytes over all layers known so far (total grows as layers become known).

    `bytes_per_second` over the last seconds, 0 while not known; `remaining_s`: None while not known.
    """

    image: str
    done_bytes: int
    total_bytes: int
    layers_done: int
    layers_total: int
    bytes_per_second: int = 0
    remaining_s: int | None = None


ReportPull = Callable[[PullProgress], None]


class ImageEngine(Protocol):
    """The images of a backend. Raises as `Backend`."""

    async def registries(self) -> RegistrySettings:
        """How the engine reaches registries."""

    async def machines(self) -> Sequence[Machine]:
        """What of each node decides whether an image runs on it, and how its GPUs are. Cheap enough for every look."""

    async def images(self) -> Sequence[LocalImage]:
        """All images that are here, without their configurations."""

    async def find_image(self, reference: str) -> LocalImage | None:
        """The image of that name, digest or id, with its configuration; None where it is not here."""

    async def images_in_use(self) -> frozenset[str]:
        """The ids of images that a container has, whoever made it, running or not."""

    async def pull(self, reference: str, credential: Credential | None, report: ReportPull) -> LocalImage:
        """Have the image here: one with a digest is not pulled again, a tag is asked for anew.

        Any number of callers for one image make one pull, whatever their credentials. Raises as `Backend.start`.
        """

    def pulls(self) -> Sequence[PullProgress]:
        """The pulls that run now, one per image."""

    async def remove_image(self, image_id: str) -> None:
        """Remove an image under all its names; gone is success. Raises `TemporaryFailure` while it is in use."""

    async def image_disk(self) -> ImageDisk | None:
        """None where it cannot be seen from here."""


class Backend(ImageEngine, Protocol):
    """What the controller can ask of an engine."""

    async def nodes(self) -> Sequence[Node]:
        """The machines and what each has for jobs."""

    async def start(self, plan: ContainerPlan, report: ReportPull) -> None:
        """Make the task's container run: pull the image if it is not there, make the network, create, start.

        Returns once the container was started; a container of that name that exists is kept (and started if
        it never was). Any number of tasks that wait for one image make one pull.
        Raises `TemporaryFailure` for what may pass (registry not reachable, a GPU of the plan gone bad), `Refused` for
        what stays (`ImageNotFound`, `ImageAuthFailed`, `ImageHasNoShell`, …); a refused container is left removed.
        """

    async def stop(self, task: str, grace_s: float) -> None:
        """SIGTERM to the task's processes, SIGKILL after `grace_s` seconds; returns when it has ended.

        One that was created and never started is removed. Cancelling the call does not call off the stop.
        """

    async def remove(self, task: str) -> None:
        """Remove the container and all that `start` made for it alone. A running one is killed."""

    async def remove_network(self, name: str) -> None:
        """Remove a per-job network of ours. Raises `TemporaryFailure` while a container is on it."""

    async def observe(self) -> Observation:
        """Everything of this server that exists on the backend now, complete or `NoContact`."""

    def logs(self, task: str, offset: int) -> AsyncIterator[LogChunk]:
        """What the task wrote, both streams merged, from byte `offset` on, live; ends when the task has ended
        and everything was given, or is gone. Nothing is lost or repeated: the same offset gives the same
        bytes, and contact lost half-way is `NoContact`, never an early end. Waits for one not started yet.
        """

    def changes(self) -> AsyncIterator[None]:
        """Yields when something of ours may have changed, or a GPU has become bad or well: a hint to look, never the
        truth. The first comes as soon as contact is made. Ends or raises `NoContact` when contact is lost; the caller
        calls again."""

    async def close(self) -> None:
        """Let go of connections, and of what no container needs; containers go on."""
