"""The verbs of the contract, on one Docker Engine. `main` makes it; the controller calls it."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from openpai.backends.contract import LogChunk, Observation, Phase, PullProgress, ReportPull
from openpai.backends.docker import image_facts, translate
from openpai.backends.docker.connection import address
from openpai.backends.docker.engine import CALL_TIMEOUT_S, Engine, EngineError, segment
from openpai.backends.docker.files import TaskFiles
from openpai.backends.docker.follow import follow
from openpai.backends.docker.gpus.finder import FixedGpus, Gpus, MachineGpus
from openpai.backends.docker.gpus.hints import with_gpu_hints
from openpai.backends.docker.images import Images
from openpai.backends.docker.info import EngineInfo
from openpai.backends.docker.networks import Networks
from openpai.backends.docker.problems import engine_failed
from openpai.backends.docker.start import Starter, remove_container
from openpai.backends.docker.watch import Watcher
from openpai.errors import PaiError
from openpai.images.credentials.credential import Credential
from openpai.images.cuda.fake import FakeGpus
from openpai.images.cuda.machine import Machine
from openpai.images.disk.room import ImageDisk
from openpai.images.facts import LocalImage
from openpai.images.registry.registries import RegistrySettings
from openpai.runtime.container import ContainerPlan
from openpai.scheduler.resources import Node

_TIDY_WITHIN_S = 1.0


class DockerBackend:
    """`contract.Backend` on a Docker Engine.

    `instance` is the hex id of this server's data: containers and networks of others on the same engine are
    never seen or touched. `runtime_dir` is a folder of ours on a tmpfs, which the engine sees under the same
    path: it must run on this machine.
    `docker_host` is as in `DOCKER_HOST`, which counts where it is None. `fake_gpus`: GPUs that the machine is to
    show instead of its own.
    """

    def __init__(
        self,
        instance: str,
        runtime_dir: Path,
        docker_host: str | None = None,
        fake_gpus: FakeGpus | None = None,
    ) -> None:
        self._instance = instance
        self._engine = Engine(address(docker_host))
        self._files = TaskFiles(runtime_dir)
        self._networks = Networks(self._engine, instance)
        self._watcher = Watcher(self._engine, instance, self._networks)
        self._info = EngineInfo(self._engine, self._gpus(fake_gpus))
        self._images = Images(self._engine, self._info)
        self._starter = Starter(self._engine, instance, self._images, self._files, self._networks, self._info)

    async def nodes(self) -> Sequence[Node]:
        """The engine's machine, by its host name."""
        info = await self._info.now()
        return (translate.node_of(info, len((await self._info.machine()).gpus)),)

    async def start(self, plan: ContainerPlan, report: ReportPull) -> None:
        await self._starter.start(plan, report)

    async def stop(self, task: str, grace_s: float) -> None:
        """One that was never started is removed, so that it never will be. Cancelling the call does not
        call off the stop: the engine goes on with it."""
        name = self._name(task)
        try:
            inspect = await self._engine.call("GET", f"/containers/{segment(name)}/json")
            match translate.phase_of(inspect["State"]["Status"]):
                case Phase.CREATED:
                    await self.remove(task)
                case Phase.RUNNING:
                    await self._stop(inspect["Id"], math.ceil(grace_s))
                case Phase.EXITED:
                    pass
        except EngineError as error:
            if error.status != 404:
                raise engine_failed(f"stop {name}", error.words) from error

    async def remove(self, task: str) -> None:
        await remove_container(self._engine, self._name(task))
        self._files.remove(task)

    async def remove_network(self, name: str) -> None:
        await self._networks.remove(name)

    async def observe(self) -> Observation:
        """Files whose container is gone go with it: they may hold secrets."""
        idle, begun = self._files.names() - self._starter.under_way, self._starter.begun
        seen = await self._watcher.observe()
        if self._starter.begun == begun:  # else one of them may have found its container meanwhile
            self._files.discard(idle - seen.tasks.keys())
        return seen

    def logs(self, task: str, offset: int) -> AsyncIterator[LogChunk]:
        return follow(self._engine, self._name(task), offset)

    def changes(self) -> AsyncIterator[None]:
        return with_gpu_hints(self._watcher.changes(), self._info.machine)

    async def registries(self) -> RegistrySettings:
        return await self._info.registries()

    async def machines(self) -> Sequence[Machine]:
        return (await self._info.machine(),)

    async def images(self) -> Sequence[LocalImage]:
        return await self._images.all()

    async def find_image(self, reference: str) -> LocalImage | None:
        return await self._images.find(reference)

    async def images_in_use(self) -> frozenset[str]:
        return await self._images.in_use()

    async def pull(self, reference: str, credential: Credential | None, report: ReportPull) -> LocalImage:
        return await self._images.pull(translate.reference(reference), credential, report)

    def pulls(self) -> Sequence[PullProgress]:
        return self._images.pulls.progress()

    async def remove_image(self, image_id: str) -> None:
        await self._images.remove(image_id)

    async def image_disk(self) -> ImageDisk | None:
        """That of the engine's own folder, where the engine is on this machine."""
        folder = image_facts.image_folder(await self._info.recent())
        return image_facts.disk_of(folder) if self._info.is_of_this_machine and folder.exists() else None

    async def close(self) -> None:
        await self._images.close()
        # In use, no contact or no answer: the next server of this data has it then.
        with contextlib.suppress(PaiError, TimeoutError):
            async with asyncio.timeout(_TIDY_WITHIN_S):
                await self._networks.remove_shared()
        await self._engine.close()

    def _gpus(self, fake: FakeGpus | None) -> Gpus:
        """Those of an engine on another machine cannot be seen."""
        here = self._engine.address.host.startswith("unix://")
        return FixedGpus(fake) if fake or not here else MachineGpus(self._watcher.containers)

    def _name(self, task: str) -> str:
        return translate.container_name(self._instance, task)

    async def _stop(self, key: str, grace_s: int) -> None:
        """The engine answers when the container has ended."""
        path = f"/containers/{key}/stop"
        await self._engine.call("POST", path, params={"t": str(grace_s)}, timeout_s=CALL_TIMEOUT_S + grace_s)
