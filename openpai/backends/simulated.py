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
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
from openpai.errors import NoContact, PaiError, Problem, TemporaryFailure
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

    `contact` False: nobody reaches it, containers go on. `failures`: what `start` raises, by image.
    `pull_seconds`: how long an image takes that is not in `images` yet; None: all are there.
    """

    def __init__(self, *nodes: Node, pull_seconds: float | None = None) -> None:
        self.nodes = nodes
        self.contact = True
        self.failures: dict[str, PaiError] = {}
        self.pull_seconds = pull_seconds
        self.images: set[str] = set()
        self.pulls_made = 0
        self.containers: dict[tuple[str, str], SimulatedContainer] = {}
        self.networks: dict[tuple[str, str], NetworkPlan] = {}
        self.started_at = now_ms()
        self._pulling: dict[str, asyncio.Lock] = {}
        self.news = asyncio.Event()  # set, and replaced, when something changes

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

    async def pull(self, image: str, report: ReportPull) -> None:
        """Have the image; who comes while it is pulled waits for that pull."""
        async with self._pulling.setdefault(image, asyncio.Lock()):
            if self.pull_seconds is None or image in self.images:
                return
            report(PullProgress(image, 0, 1000, 0, 1))
            await asyncio.sleep(self.pull_seconds)
            self.check_contact()
            report(PullProgress(image, 1000, 1000, 1, 1))
            self.images.add(image)
            self.pulls_made += 1


class SimulatedBackend:
    """`contract.Backend` on a `SimulatedEngine`, for one instance of a server."""

    def __init__(self, instance: str, engine: SimulatedEngine) -> None:
        self._instance = instance
        self._engine = engine

    async def nodes(self) -> Sequence[Node]:
        self._engine.check_contact()
        return self._engine.nodes

    async def start(self, plan: ContainerPlan, report: ReportPull) -> None:
        self._engine.check_contact()
        container = self._find(plan.task)
        if container is None:
            await self._engine.pull(plan.image, report)
            self._engine.check_contact()
            if failure := self._engine.failures.get(plan.image):
                raise failure
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
