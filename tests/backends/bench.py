"""What one conformance suite needs of each backend: make it, tell a container what to do, and look behind it."""

import base64
import json
import secrets
import subprocess
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from openpai.backends.contract import Backend, Observation, Phase, PullProgress
from openpai.backends.docker.backend import DockerBackend
from openpai.backends.simulated import SimulatedBackend, SimulatedEngine
from openpai.runtime.container import ContainerPlan, NetworkPlan
from openpai.scheduler.resources import Node, Resources
from tests.backends import images
from tests.backends.proxy import EngineProxy
from tests.registry import Registry, running_registry


@dataclass(frozen=True, slots=True)
class Does:
    """What a container does: writes, waits (None: until it is stopped), ends."""

    out: bytes = b""
    err: bytes = b""
    seconds: float | None = 0
    code: int = 0
    ignores_term: bool = False
    child_runs_out_of_memory: bool = False


RUNS = Does(seconds=None)


def new_instance() -> str:
    return secrets.token_hex(16)


def network(name: str = "job", *, isolated: bool = False) -> NetworkPlan:
    """A network on a subnet that hardly anyone else has."""
    number = secrets.randbelow(2**16)
    prefix = f"10.{200 + number % 40}.{number >> 8}"
    return NetworkPlan(name, f"{prefix}.0/28", f"{prefix}.5", isolated, ("worker-0",))


def plan(task: str, script: str, image: str = images.SHELL) -> ContainerPlan:
    """A small container that runs a shell script."""
    return ContainerPlan(
        task=task,
        image=image,
        credential=None,
        labels={"openpai.job": "job-of-a-test"},
        environment={"PAI_TASK": task},
        files={"bootstrap.sh": script},
        resources=Resources(cpu=1, memory_mb=64, gpu=0),
        shm_mb=16,
        pids=64,
        hostname="host-of-a-test",
        network=network(f"net-{task}"),
    )


def silent(progress: PullProgress) -> None:
    """Nobody wants to know."""


async def until_ended(backend: Backend, task: str) -> Observation:
    """What is observed once the task has ended."""
    async for _ in backend.changes():
        seen = await backend.observe()
        if seen.tasks[task].phase is Phase.EXITED:
            return seen
    raise AssertionError("changes ended")


async def read_log(backend: Backend, task: str, offset: int = 0) -> bytes:
    """All that the task wrote, once it has ended."""
    return b"".join([chunk.data async for chunk in backend.logs(task, offset)])


class Bench(ABC):
    """One kind of backend under test."""

    def __init__(self) -> None:
        self.instance = new_instance()
        self.stack = AsyncExitStack()

    def backend(self, instance: str | None = None) -> Backend:
        """A new backend object, as a server makes it when it starts; closed at the test's end."""
        backend = self._make(instance or self.instance)
        self.stack.push_async_callback(backend.close)
        self.stack.push_async_callback(self._clean, backend)
        return backend

    @abstractmethod
    def plan(self, task: str, does: Does = Does()) -> ContainerPlan:
        """A container that does this."""

    @abstractmethod
    def offered(self) -> str:
        """The name, by tag, of an image that a registry has and the backend does not."""

    @abstractmethod
    def digest(self, name: str) -> str:
        """Of an image that was offered."""

    @abstractmethod
    def made_here(self, *names: str) -> str:
        """An image of these names that is on the backend and in no registry; its id."""

    @abstractmethod
    def close_registry(self) -> None:
        """What was offered cannot be had any more."""

    @abstractmethod
    def pulls_made(self) -> int:
        """How many pulls the engine was asked for."""

    @abstractmethod
    async def cut(self) -> None:
        """Contact with the engine is lost for the backends made so far."""

    @abstractmethod
    async def mend(self) -> None:
        """It is back."""

    @abstractmethod
    async def create_only(self, plan: ContainerPlan) -> None:
        """What a server leaves that is killed between create and start."""

    @abstractmethod
    async def leftovers(self) -> list[str]:
        """All that is left of this instance, looked at from outside."""

    @abstractmethod
    def _make(self, instance: str) -> Backend: ...

    async def _clean(self, backend: Backend) -> None:
        await self.mend()
        seen = await backend.observe()
        for task in seen.tasks:
            await backend.remove(task)
        for name in seen.networks:
            await backend.remove_network(name)


@asynccontextmanager
async def in_use(bench: Bench) -> AsyncIterator[None]:
    """The bench for one test, which must leave nothing behind."""
    try:
        await bench.mend()
        async with bench.stack:
            yield
        assert await bench.leftovers() == []
    finally:
        await bench.cut()


class SimulatedBench(Bench):
    """The simulated backend; its engine is the test's own."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = SimulatedEngine(Node("node-a", Resources(8, 32768, 4)))

    def plan(self, task: str, does: Does = Does()) -> ContainerPlan:
        environment = {
            "PAI_SIMULATED_OUTPUT": does.out.decode("utf-8", "surrogateescape"),
            "PAI_SIMULATED_ERROR_OUTPUT": does.err.decode("utf-8", "surrogateescape"),
            "PAI_SIMULATED_SECONDS": "forever" if does.seconds is None else str(does.seconds),
            "PAI_SIMULATED_EXIT": str(does.code),
            "PAI_SIMULATED_IGNORES_TERM": str(int(does.ignores_term)),
            "PAI_SIMULATED_OOM": str(int(does.child_runs_out_of_memory)),
        }
        return replace(plan(task, ""), environment=environment)

    def offered(self) -> str:
        return f"localhost:5000/team/{secrets.token_hex(4)}:v1"

    def digest(self, name: str) -> str:
        return f"sha256:{sha256(name.encode()).hexdigest()}"

    def made_here(self, *names: str) -> str:
        made = self.engine.add_image(names[0])
        self.engine.images[made.id] = replace(made, names=names)
        return made.id

    def close_registry(self) -> None:
        self.engine.registries_answer = False

    def pulls_made(self) -> int:
        return self.engine.pulls_made

    async def cut(self) -> None:
        self.engine.lose_contact()

    async def mend(self) -> None:
        self.engine.contact = True

    async def create_only(self, plan: ContainerPlan) -> None:
        self.engine.create(self.instance, plan)

    async def leftovers(self) -> list[str]:
        return [task for _, task in self.engine.containers] + [name for _, name in self.engine.networks]

    def _make(self, instance: str) -> Backend:
        return SimulatedBackend(instance, self.engine)


class DockerBench(Bench):
    """A Docker Engine, reached through a proxy that can be cut."""

    def __init__(self, folder: Path, socket: Path) -> None:
        super().__init__()
        self.runtime_dir = folder / "runtime"
        self.proxy = EngineProxy(socket)
        self._folder = folder
        self._registry: Registry | None = None
        self._digests: dict[str, str] = {}
        self._registries = ExitStack()
        self._images: set[str] = set()
        self.stack.callback(self._forget_images)  # first of all, so that it is done after all containers
        images.ensure(images.SHELL)

    def plan(self, task: str, does: Does = Does()) -> ContainerPlan:
        return plan(task, "\n".join(_script(does)))

    def offered(self) -> str:
        if self._registry is None:
            self._registry = self._registries.enter_context(running_registry(self._folder))
        repository = f"team/{secrets.token_hex(4)}"
        files = {"bin/sh": images.BUSYBOX.read_bytes(), "own": secrets.token_bytes(2**20)}
        name = f"{self._registry.address}/{repository}:v1"
        self._digests[name] = self._registry.push(repository, "v1", files)
        return name

    def digest(self, name: str) -> str:
        return self._digests[name]

    def made_here(self, *names: str) -> str:
        changes = f"LABEL own={secrets.token_hex(8)}"
        made = subprocess.run(
            ["docker", "import", "--change", changes, "-", names[0]],
            input=images.busybox_tar(), check=True, capture_output=True,
        ).stdout.decode().strip()  # fmt: skip
        self._images.add(made)
        for name in names[1:]:
            docker("tag", made, name)
        return made

    def close_registry(self) -> None:
        self._registries.close()

    def pulls_made(self) -> int:
        return len([line for line in self.proxy.requests if "/images/create" in line])

    def _forget_images(self) -> None:
        self._registries.close()
        for name in self._digests:
            repository = name.rpartition(":")[0]
            self._images |= set(docker("images", "-q", "--no-trunc", repository).split())
        for image in self._images:
            subprocess.run(["docker", "rmi", "-f", image], capture_output=True, check=False)

    async def cut(self) -> None:
        await self.proxy.cut()

    async def mend(self) -> None:
        if not self.proxy.is_open:
            await self.proxy.open()

    async def create_only(self, plan: ContainerPlan) -> None:
        backend = DockerBackend(self.instance, self.runtime_dir, self.proxy.docker_host)
        await backend.start(plan, silent)
        name = f"pai-{self.instance[:8]}-{plan.task}"
        body = json.loads(docker("inspect", name))[0]
        await backend.remove(plan.task)
        await backend.close()
        # The same container again, but never started, and with its files gone as after a reboot.
        labels = [
            word for key, value in body["Config"]["Labels"].items() for word in ("-l", f"{key}={value}")
        ]
        mount = f"type=bind,src={self.runtime_dir / plan.task},dst=/usr/local/pai,readonly"
        (self.runtime_dir / plan.task).mkdir(parents=True)
        docker(
            "create", "--name", name, *labels, "--mount", mount, "--init", "--entrypoint", "/bin/sh",
            plan.image, "/usr/local/pai/bootstrap.sh",
        )  # fmt: skip
        (self.runtime_dir / plan.task).rmdir()

    async def leftovers(self) -> list[str]:
        ours = f"label=openpai.instance={self.instance}"
        left = docker("ps", "-aq", "--filter", ours).split()
        left += docker("network", "ls", "-q", "--filter", ours).split()
        return left + [str(path) for path in self.runtime_dir.glob("*")]

    def _make(self, instance: str) -> Backend:
        return DockerBackend(instance, self.runtime_dir, self.proxy.docker_host)


def docker(*words: str) -> str:
    """What the docker command prints; the look from outside."""
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=True).stdout


def _script(does: Does) -> list[str]:
    lines = ["trap '' TERM"] if does.ignores_term else []
    lines += [_write(does.out), _write(does.err) + " >&2"]
    if does.child_runs_out_of_memory:
        lines.append("tail -c 900m /dev/zero >/dev/null")
    if does.seconds is None:
        lines.append("while :; do sleep 1000; done")
    else:
        lines.append(f"usleep {round(does.seconds * 1e6)}")
    return [*lines, f"exit {does.code}"]


def _write(data: bytes) -> str:
    return f"echo {base64.b64encode(data).decode()} | base64 -d"
