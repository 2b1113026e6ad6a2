"""What the engine says of itself and its machine, asked once for all who want to know within a few seconds."""

import asyncio
from collections.abc import Mapping
from typing import Any

from openpai.backends.docker.engine import Engine, EngineError
from openpai.backends.docker.gpus.access import Way
from openpai.backends.docker.gpus.finder import Gpus
from openpai.backends.docker.image_facts import architecture, registry_settings
from openpai.backends.docker.problems import no_contact
from openpai.errors import TemporaryFailure
from openpai.images.cuda.machine import NO_WAY_INTO_CONTAINERS, Machine
from openpai.images.registry.registries import RegistrySettings

_RECENT_S = 10.0


class EngineInfo:
    """The `/info` of one engine, and the `gpus` of its machine."""

    def __init__(self, engine: Engine, gpus: Gpus) -> None:
        self._engine = engine
        self._gpus = gpus
        self._recent: tuple[float, Mapping[str, Any]] | None = None

    @property
    def is_of_this_machine(self) -> bool:
        """Whether the engine's files and devices are this machine's own."""
        return self._engine.address.host.startswith("unix://")

    async def now(self) -> Mapping[str, Any]:
        """As it is now."""
        try:
            info: Mapping[str, Any] = await self._engine.call("GET", "/info")
        except EngineError as error:
            raise no_contact(self._engine.address.host, error.words) from error
        self._recent = asyncio.get_running_loop().time(), info
        return info

    async def recent(self) -> Mapping[str, Any]:
        """As it was a few seconds ago at most, while there is contact."""
        old = self._recent is None or asyncio.get_running_loop().time() - self._recent[0] > _RECENT_S
        if self._recent is None or old or self._engine.contact_since is None:
            return await self.now()
        return self._recent[1]

    async def registries(self) -> RegistrySettings:
        """How the engine reaches registries."""
        return registry_settings(await self.recent())

    async def machine(self) -> Machine:
        """The engine's machine."""
        info = await self.recent()
        found = await self._gpus.find(info)
        return Machine(
            info["Name"], architecture(info), found.driver, found.gpus, found.described, found.levels
        )

    async def check_gpus(self, uuids: tuple[str, ...]) -> None:
        """Raise `TemporaryFailure` for a GPU that has become bad, or that somebody else uses, since it was given to a
        task: the image may have taken long. Whether the engine can give it to a container, the engine says itself."""
        for gpu in (await self.machine()).gpus if uuids else ():
            if gpu.uuid in uuids and gpu.bad and gpu.bad.code not in NO_WAY_INTO_CONTAINERS:
                raise TemporaryFailure(gpu.bad)

    async def gpu_way(self, gpus: tuple[str, ...]) -> Way:
        """How a container gets the GPUs of these UUIDs."""
        return await self._gpus.way(gpus, await self.recent() if gpus else {})
