"""How a container comes to run: image → network → files → create → start. Called by the backend's `start`."""

import asyncio
from collections.abc import Mapping
from typing import Any

from openpai.backends.contract import ReportPull
from openpai.backends.docker import translate
from openpai.backends.docker.engine import Engine, EngineError, segment
from openpai.backends.docker.files import TaskFiles
from openpai.backends.docker.images import Images
from openpai.backends.docker.info import EngineInfo
from openpai.backends.docker.networks import Networks
from openpai.backends.docker.problems import engine_failed, has_no_shell, start_failed, wrong_platform
from openpai.images.facts import LocalImage
from openpai.images.registry.platform import RUNS_ON
from openpai.runtime.container import ContainerPlan

_LOOK_AGAIN_S = (0.1, 0.4, 0)
"""While somebody else looks into a container too, the engine may have just put its files away: look again."""

_CREATED_WITHIN_S = (0.1, 0.2, 0.5, 1, 2, 4, 8)


class Starter:
    """Makes containers of one instance run on one engine."""

    def __init__(
        self,
        engine: Engine,
        instance: str,
        images: Images,
        files: TaskFiles,
        networks: Networks,
        info: EngineInfo,
    ) -> None:
        self._engine = engine
        self._info = info
        self._instance = instance
        self._images = images
        self._files = files
        self._networks = networks
        self._with_shell: set[str] = set()  # ids of images that were looked into
        self._architecture = ""
        self.under_way: set[str] = set()  # tasks whose files may lie there before their container does
        self.begun = 0  # starts so far

    async def start(self, plan: ContainerPlan, report: ReportPull) -> None:
        """See `contract.Backend.start`."""
        self.begun += 1
        self.under_way.add(plan.task)
        try:
            await self._start(plan, report)
        finally:
            self.under_way.discard(plan.task)

    async def _start(self, plan: ContainerPlan, report: ReportPull) -> None:
        name = translate.container_name(self._instance, plan.task)
        there = await self._inspect(name)
        if there is None:
            image, image_name = await self._images.for_plan(plan, report)
            await self._check_platform(plan, image)
            await self._info.check_gpus(plan.gpus)
            await self._networks.ensure(plan.network)
            folder = self._files.write(plan.task, plan.files)
            way = await self._info.gpu_way(plan.gpus)
            body = translate.create_body(plan, self._instance, str(folder), image_name, way)
            await self._create(name, plan, body)
            await self._check_shell(name, plan, image.id)
        elif there["State"]["Status"] == "created":
            await self._networks.ensure(plan.network)
            self._files.write(plan.task, plan.files)  # a reboot emptied the tmpfs
        else:
            return
        await self._run(name, plan)

    async def _inspect(self, name: str) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = await self._engine.call("GET", f"/containers/{segment(name)}/json")
        except EngineError as error:
            if error.status == 404:
                return None
            raise engine_failed(f"look at {name}", error.words) from error
        return found

    async def _check_platform(self, plan: ContainerPlan, image: LocalImage) -> None:
        """An image of another architecture would start, and fail in a way that names no cause."""
        if not self._architecture:
            self._architecture = str((await self._engine.call("GET", "/version"))["Arch"])
        needed = self._architecture
        has = (image.config.architecture if image.config else "") or needed
        if has not in RUNS_ON.get(needed, (needed,)):
            raise wrong_platform(plan.image, has, needed)

    async def _create(self, name: str, plan: ContainerPlan, body: Mapping[str, Any]) -> None:
        try:
            await self._engine.call("POST", "/containers/create", params={"name": name}, body=body)
        except EngineError as error:
            if error.status == 409:  # another process of ours was quicker: its container is the task's
                await self._until_there(name)
                return
            self._files.remove(plan.task)
            raise start_failed(plan.image, error.words) from error

    async def _until_there(self, name: str) -> None:
        """The name is taken from the first moment of a creation on, the container is there at its end."""
        for pause in _CREATED_WITHIN_S:
            if await self._inspect(name) is not None:
                return
            await asyncio.sleep(pause)

    async def _check_shell(self, name: str, plan: ContainerPlan, image_id: str) -> None:
        """Refuse an image without /bin/sh: as tini is the first process, its start itself would not fail."""
        if image_id in self._with_shell:
            return
        for pause in _LOOK_AGAIN_S:
            if await self._has_shell(name, plan.image):
                self._with_shell.add(image_id)
                return
            there = await self._inspect(name)
            if there is None or there["State"]["Status"] != "created":
                return  # another process of ours goes on with it: nothing is known of its image
            await asyncio.sleep(pause)
        await self._discard(name, plan)
        raise has_no_shell(plan.image)

    async def _has_shell(self, name: str, image: str) -> bool:
        try:
            path = f"/containers/{segment(name)}/archive"
            await self._engine.call("HEAD", path, params={"path": "/bin/sh"})
        except EngineError as error:
            if error.status != 404:
                raise engine_failed(f"look into {image}", error.words) from error
            return False
        return True

    async def _run(self, name: str, plan: ContainerPlan) -> None:
        try:
            await self._engine.call("POST", f"/containers/{segment(name)}/start")
        except EngineError as error:
            await self._discard(name, plan)
            raise start_failed(plan.image, error.words) from error

    async def _discard(self, name: str, plan: ContainerPlan) -> None:
        """Leave nothing of a container that never ran."""
        await remove_container(self._engine, name)
        self._files.remove(plan.task)


async def remove_container(engine: Engine, name: str) -> None:
    """Remove a container and its anonymous volumes, running or not; gone, or going, is success."""
    try:
        params = {"force": "1", "v": "1"}
        await engine.call("DELETE", f"/containers/{segment(name)}", params=params)
    except EngineError as error:
        if error.status != 404 and "already in progress" not in error.words:
            raise engine_failed(f"remove {name}", error.words) from error
