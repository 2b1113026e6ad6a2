"""Loads images that the engine itself cannot pull: we fetch them (`images.fetch`), and hand them over."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from openpai.backends.docker.engine import Engine, EngineError, event_of, segment
from openpai.backends.docker.fetched import fetched_name
from openpai.backends.docker.image_facts import architecture, in_containerd
from openpai.backends.docker.info import EngineInfo
from openpai.backends.docker.problems import load_failed
from openpai.clock import now_ms
from openpai.images.credentials.credential import Credential
from openpai.images.disk.room import shared_layers
from openpai.images.reference import ImageReference
from openpai.images.registry.fetch import Fetched, Fetcher
from openpai.images.registry.manifest import Layer

Feed = Callable[[Mapping[str, Any]], None]
"""Takes in how far it is, in the engine's own words for a pull."""

LayersHere = Callable[[], Awaitable[Sequence[Sequence[str]]]]
"""The layers of each image that the engine has (`ImageConfig.diff_ids`)."""


class Loader:
    """Loads into one engine."""

    def __init__(self, engine: Engine, info: EngineInfo, layers_here: LayersHere) -> None:
        self._engine = engine
        self._info = info
        self._layers_here = layers_here
        self._fetcher = Fetcher(info.registries, now_ms)

    async def close(self) -> None:
        """Let go of all connections to registries."""
        await self._fetcher.close()

    async def load(self, image: ImageReference, credential: Credential, feed: Feed) -> bool:
        """Have the image loaded, unless it is here; False where its registry lets engines pull, so nothing was done.

        Raises `Refused` and `TemporaryFailure` as `Fetcher.find`, and as `problems.load_failed` says.
        """
        info = await self._info.recent()
        found = await self._fetcher.find(image, credential, architecture(info))
        if found is None:
            return False
        name = fetched_name(replace(image, digest=found.image.digest))
        if name is None:
            return False
        try:
            if not await self._is_here(name):
                # containerd wants all layers, and knows itself which it has.
                here = [] if in_containerd(info) else await self._layers_here()
                await self._hand_over(found, name, shared_layers(found.image, here), feed)
            if image.tag and not image.digest:
                to = {"repo": str(replace(image, tag=None)), "tag": image.tag}
                await self._engine.call("POST", f"/images/{segment(name)}/tag", params=to)
        except EngineError as error:
            raise load_failed(str(image), image.registry, credential.username, error.words) from error
        return True

    async def _is_here(self, name: str) -> bool:
        try:
            await self._engine.call("GET", f"/images/{segment(name)}/json")
        except EngineError as error:
            if error.status != 404:
                raise
            return False
        return True

    async def _hand_over(self, found: Fetched, name: str, skip: int, feed: Feed) -> None:
        def heard(layer: Layer, size: int) -> None:
            detail = {"current": size, "total": layer.size}
            feed({"id": layer.digest, "status": "Downloading", "progressDetail": detail})

        for layer in found.layers[:skip]:
            feed({"id": layer.digest, "status": "Already exists"})
        for layer in found.layers[skip:]:
            heard(layer, 0)
        async with (
            aclosing(found.archive(name, skip, heard)) as archive,
            self._engine.stream("POST", "/images/load", params={"quiet": "1"}, body=archive) as response,
        ):
            async for line in response.content:
                event_of(line)
        for layer in found.layers:
            feed({"id": layer.digest, "status": "Pull complete"})
