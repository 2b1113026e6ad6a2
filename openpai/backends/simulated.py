"""A backend without an engine: containers are timers, and do as the plan's environment says.

It ships: a whole server can be tried, and its controller tested, by the thousand tasks on machines that are not
there. A `SimulatedEngine` is what outlives a server; each server makes a `SimulatedBackend` on it.

    PAI_SIMULATED_SECONDS       how long the task runs; 0 if absent, "forever" until it is stopped
    PAI_SIMULATED_EXIT          its exit code; 0 if absent
    PAI_SIMULATED_OUTPUT        what it writes to stdout when it starts
    PAI_SIMULATED_ERROR_OUTPUT  what it writes to stderr after that
    PAI_SIMULATED_OOM           "1": a process of it is killed for memory
    PAI_SIMULATED_IGNORES_TERM  "1": ends only when it is killed
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from openpai.backends.contract import (
    LogChunk,
    Observation,
    ObservedTask,
    Phase,
    PullProgress,
    ReportPull,
    Stream,
)
from openpai.clock import now_ms
from openpai.errors import NoContact, PaiError, Problem, Refused, TemporaryFailure
from openpai.images.credentials.credential import Credential
from openpai.images.cuda.fake import FakeGpus
from openpai.images.cuda.machine import Machine
from openpai.images.disk.room import ImageDisk
from openpai.images.facts import ImageConfig, LocalImage
from openpai.images.reference import ImageReference, parse_reference
from openpai.images.registry.registries import RegistrySettings
from openpai.lifecycle.exits import Exit
from openpai.runtime.container import ContainerPlan, NetworkPlan
from openpai.scheduler.resources import Node

TERMINATED, KILLED = 143, 137


@dataclass(slots=True, eq=False)
class SimulatedContainer:
    """One container. A test may call `write` and `end` on it."""

    instance: str
    plan: ContainerPlan
    seen: ObservedTask
    changed: Callable[[], None]
    output: list[LogChunk] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def environment(self) -> Mapping[str, str]:
        return self.plan.environment

    def run(self) -> None:
        """Start it: it writes what it was told to, and ends when its time is over."""
        self.seen = replace(self.seen, phase=Phase.RUNNING, started_at=now_ms())
        self.write(Stream.STDOUT, self._told("PAI_SIMULATED_OUTPUT"))
        self.write(Stream.STDERR, self._told("PAI_SIMULATED_ERROR_OUTPUT"))
        seconds = self.environment.get("PAI_SIMULATED_SECONDS", "0")
        if seconds != "forever":
            code = int(self.environment.get("PAI_SIMULATED_EXIT", "0"))
            oom_killed = self.environment.get("PAI_SIMULATED_OOM") == "1"
            loop = asyncio.get_running_loop()
            self.timer = loop.call_later(float(seconds), self.end, code, oom_killed)
        self._tell()

    def write(self, stream: Stream, data: bytes) -> None:
        """Output, as if its process had written it."""
        if data:
            self.output.append(LogChunk(stream, data))
            self._tell()

    def end(self, code: int, oom_killed: bool = False) -> None:
        """End it; one that has ended keeps its exit."""
        if self.timer is not None:
            self.timer.cancel()
        if self.seen.phase is Phase.RUNNING:
            ended = Exit(code, now_ms(), oom_killed)
            self.seen = replace(self.seen, phase=Phase.EXITED, exit=ended)
            self._tell()

    def _told(self, name: str) -> bytes:
        """A variable's bytes; what is no UTF-8 is in it as surrogates, as in `os.environ`."""
        return self.environment.get(name, "").encode("utf-8", "surrogateescape")

    def _tell(self) -> None:
        self.wake()
        self.changed()

    def wake(self) -> None:
        """Let who reads its log or waits for its end look again."""
        self.news.set()
        self.news = asyncio.Event()


class SimulatedEngine:
    """Machines, the containers on them, and the faults that a test gives them.

    `contact` False: nobody reaches it, containers go on. `failures`: what `start` and `pull` raise, by image.
    `machines`: what the nodes are for images, and their GPUs (`describe`). `images`: what is here, by id;
    `image_bytes`: the size of one that is pulled, and `disk_bytes` of the disk that they lie on. `registries_answer`
    False: nothing new can be pulled. `pull_seconds`: how long one takes that is not here yet; None: no time at all.
    """

    def __init__(self, *nodes: Node, pull_seconds: float | None = None) -> None:
        self.nodes = nodes
        self.contact = True
        self.failures: dict[str, PaiError] = {}
        self.pull_seconds = pull_seconds
        self.machines: Sequence[Machine] = tuple(Machine(node.name, "amd64") for node in nodes)
        self.registries = RegistrySettings()
        self.images: dict[str, LocalImage] = {}
        self.registries_answer = True
        self.image_bytes = 1000
        self.disk_bytes = 1 << 40
        self.pulls_made = 0
        self.containers: dict[tuple[str, str], SimulatedContainer] = {}
        self.networks: dict[tuple[str, str], NetworkPlan] = {}
        self.started_at = now_ms()
        self._pulled = asyncio.Event()  # set, and replaced, when a pull ends
        self.pulling: dict[ImageReference, PullProgress] = {}
        self.news = asyncio.Event()  # set, and replaced, when something changes

    def describe(self, fake: FakeGpus) -> None:
        """From now on each node has these GPUs, which are not there."""
        numbered = enumerate(self.nodes)
        self.machines = tuple(fake.machine(node.name, "amd64", number) for number, node in numbered)
        has = len(fake.gpus)
        self.nodes = tuple(replace(node, capacity=replace(node.capacity, gpu=has)) for node in self.nodes)
        self.tell()

    def check_contact(self) -> None:
        """Raise `NoContact` while the engine is out of reach."""
        if not self.contact:
            raise NoContact(Problem("EngineUnreachable", {"address": "simulated", "detail": "out of reach"}))

    def lose_contact(self) -> None:
        """Be out of reach until `contact` is set again; streams are cut off."""
        self.contact = False
        for container in self.containers.values():
            container.wake()
        self.tell()

    def tell(self) -> None:
        """Wake who asked for changes."""
        self.news.set()
        self.news = asyncio.Event()

    def create(self, instance: str, plan: ContainerPlan) -> SimulatedContainer:
        """A container that was made and not started."""
        self.networks.setdefault((instance, plan.network.name), plan.network)
        seen = ObservedTask(plan.task, Phase.CREATED, self.nodes[0].name)
        container = SimulatedContainer(instance, plan, seen, self.tell)
        self.containers[(instance, plan.task)] = container
        return container

    def check_failure(self, image: str) -> None:
        """Raise what a test wants of this image, whatever digest stands beside its name."""
        name = replace(parse_reference(image), digest=None)
        for failing, failure in self.failures.items():
            if parse_reference(failing) == name:
                raise failure

    def find_image(self, name: str) -> LocalImage | None:
        """By id, digest or tag; a digest counts more than the tag beside it."""
        if name.startswith("sha256:"):
            return self.images.get(name)
        wanted = str(_key(name))
        return next((i for i in self.images.values() if wanted in i.names or wanted in i.digests), None)

    def add_image(self, name: str, *, pulled: bool = False) -> LocalImage:
        """Have an image: `pulled` from the registry of its name, else made here."""
        reference = parse_reference(name)
        digest = reference.digest or f"sha256:{sha256(name.encode()).hexdigest()}"
        origin = str(replace(reference, tag=None, digest=digest))
        image = LocalImage(
            id=f"sha256:{sha256((digest if pulled else f'made here: {name}').encode()).hexdigest()}",
            names=self._names(reference),
            digests=(origin,) if pulled else (),
            size_bytes=self.image_bytes,
            created_at=now_ms(),
            config=ImageConfig(self.machines[0].architecture),
        )
        self.images[image.id] = image
        return image

    def _names(self, reference: ImageReference) -> tuple[str, ...]:
        """The tag moves to what it was pulled by; one that stands beside a digest stays where it is."""
        name = str(replace(reference, digest=None))
        holder = next((image for image in self.images.values() if name in image.names), None)
        if not reference.tag or (holder and reference.digest):
            return ()
        if holder:
            self.images[holder.id] = replace(holder, names=tuple(n for n in holder.names if n != name))
        return (name,)

    def images_in_use(self) -> frozenset[str]:
        """Those that a container has."""
        found = (self.find_image(c.plan.image_id or c.plan.image) for c in self.containers.values())
        return frozenset(image.id for image in found if image is not None)

    async def image_for(self, plan: ContainerPlan, report: ReportPull) -> None:
        """Have the plan's image."""
        if plan.image_id:
            if plan.image_id not in self.images:
                params = {"image": plan.image, "image_id": plan.image_id}
                raise Refused(Problem("LocalImageGone", params))
        elif self.find_image(plan.image) is None:
            await self.pull(plan.image, report)
        elif plan.refresh:
            with contextlib.suppress(TemporaryFailure):  # then what is here will do
                await self.pull(plan.image, report)

    async def pull(self, name: str, report: ReportPull) -> LocalImage:
        """Have the image; who comes while it is pulled waits for that pull."""
        key = _key(name)
        while key in self.pulling:
            await self._pulled.wait()
            if (image := self.find_image(name)) is not None:
                return image
        if parse_reference(name).digest and (image := self.find_image(name)) is not None:
            return image
        self.pulling[key] = PullProgress(name, 0, self.image_bytes, 0, 1)
        try:
            return await self._pull(name, report)
        finally:
            del self.pulling[key]
            self._pulled.set()
            self._pulled = asyncio.Event()

    async def _pull(self, name: str, report: ReportPull) -> LocalImage:
        self.check_failure(name)
        if not self.registries_answer:
            params = {"image": name, "registry": parse_reference(name).registry, "detail": "no answer"}
            raise TemporaryFailure(Problem("RegistryUnreachable", {**params, "username": ""}))
        if self.pull_seconds is not None:
            report(PullProgress(name, 0, self.image_bytes, 0, 1))
            await asyncio.sleep(self.pull_seconds)
            self.check_contact()
            report(PullProgress(name, self.image_bytes, self.image_bytes, 1, 1))
        self.pulls_made += 1
        return self.add_image(name, pulled=True)


def _key(name: str) -> ImageReference:
    """What makes two names one image: a digest says all, whatever tag stands beside it."""
    reference = parse_reference(name)
    return replace(reference, tag=None) if reference.digest else reference


class SimulatedBackend:
    """`contract.Backend` on a `SimulatedEngine`, for one instance of a server."""

    def __init__(self, instance: str, engine: SimulatedEngine) -> None:
        self._instance = instance
        self._engine = engine

    async def nodes(self) -> Sequence[Node]:
        self._engine.check_contact()
        return self._engine.nodes

    async def registries(self) -> RegistrySettings:
        self._engine.check_contact()
        return self._engine.registries

    async def machines(self) -> Sequence[Machine]:
        self._engine.check_contact()
        return self._engine.machines

    async def images(self) -> Sequence[LocalImage]:
        self._engine.check_contact()
        return [replace(image, config=None) for image in self._engine.images.values()]

    async def find_image(self, reference: str) -> LocalImage | None:
        self._engine.check_contact()
        return self._engine.find_image(reference)

    async def images_in_use(self) -> frozenset[str]:
        self._engine.check_contact()
        return self._engine.images_in_use()

    async def pull(self, reference: str, credential: Credential | None, report: ReportPull) -> LocalImage:
        self._engine.check_contact()
        return await self._engine.pull(reference, report)

    def pulls(self) -> Sequence[PullProgress]:
        return list(self._engine.pulling.values())

    async def remove_image(self, image_id: str) -> None:
        self._engine.check_contact()
        if image_id in self._engine.images_in_use():
            params = {"act": f"remove {image_id}", "detail": "a container has this image"}
            raise TemporaryFailure(Problem("EngineFailed", params))
        self._engine.images.pop(image_id, None)

    async def image_disk(self) -> ImageDisk | None:
        self._engine.check_contact()
        used = sum(image.size_bytes for image in self._engine.images.values())
        return ImageDisk(self._engine.disk_bytes, self._engine.disk_bytes - used)

    async def start(self, plan: ContainerPlan, report: ReportPull) -> None:
        self._engine.check_contact()
        container = self._find(plan.task)
        if container is None:
            await self._engine.image_for(plan, report)
            self._engine.check_contact()
            self._engine.check_failure(plan.image)
            container = self._find(plan.task) or self._engine.create(self._instance, plan)
        if container.seen.phase is Phase.CREATED:
            container.run()

    async def stop(self, task: str, grace_s: float) -> None:
        self._engine.check_contact()
        container = self._find(task)
        if container is None:
            return
        if container.seen.phase is Phase.CREATED:
            await self.remove(task)
        elif container.seen.phase is Phase.RUNNING:
            await self._terminate(container, grace_s)

    async def _terminate(self, container: SimulatedContainer, grace_s: float) -> None:
        """As an engine does it: cancelling the wait does not call off the kill."""
        if container.environment.get("PAI_SIMULATED_IGNORES_TERM") != "1":
            container.end(TERMINATED)
            return
        asyncio.get_running_loop().call_later(grace_s, container.end, KILLED)
        while container.seen.phase is Phase.RUNNING:
            await container.news.wait()
            self._engine.check_contact()

    async def remove(self, task: str) -> None:
        self._engine.check_contact()
        container = self._engine.containers.pop((self._instance, task), None)
        if container is not None:
            container.end(KILLED)
            container.wake()
            self._engine.tell()

    async def remove_network(self, name: str) -> None:
        self._engine.check_contact()
        for container in self._engine.containers.values():
            if container.instance == self._instance and container.plan.network.name == name:
                params = {"act": f"remove network {name}", "detail": f"{container.plan.task} is on it"}
                raise TemporaryFailure(Problem("EngineFailed", params))
        self._engine.networks.pop((self._instance, name), None)

    async def observe(self) -> Observation:
        self._engine.check_contact()
        ours = [c.seen for (instance, _), c in self._engine.containers.items() if instance == self._instance]
        networks = self._engine.networks.items()
        names = frozenset(n for (i, n), plan in networks if i == self._instance and not plan.isolated)
        return Observation({seen.task: seen for seen in ours}, names, self._engine.started_at)

    async def logs(self, task: str, offset: int) -> AsyncIterator[LogChunk]:
        self._engine.check_contact()
        container = self._find(task)
        position = 0
        while container is not None:
            while position < len(container.output):
                chunk = container.output[position]
                position += 1
                if offset < len(chunk.data):
                    yield LogChunk(chunk.stream, chunk.data[offset:])
                offset = max(0, offset - len(chunk.data))
            if container.seen.phase is Phase.EXITED:
                return
            await container.news.wait()
            self._engine.check_contact()
            container = self._find(task)

    async def changes(self) -> AsyncIterator[None]:
        while True:
            self._engine.check_contact()
            news = self._engine.news
            yield None
            await news.wait()

    async def close(self) -> None:
        """Nothing to let go of."""

    def _find(self, task: str) -> SimulatedContainer | None:
        return self._engine.containers.get((self._instance, task))
