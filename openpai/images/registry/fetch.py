"""Has an image come by our own hands, where an engine's pull cannot: its registry asks for the log-in at the image
only, and not at the door (`/v2/`), where Docker Engine takes its cue from.

It comes as one stream in the form that `docker save` writes, and lies nowhere in between.
"""

import asyncio
import hashlib
import json
import tarfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from openpai.errors import PaiError, Refused, TemporaryFailure
from openpai.images.credentials.credential import Credential
from openpai.images.facts import RemoteImage
from openpai.images.reference import DOCKER_HUB, ImageReference
from openpai.images.registry.client import Registries, Trail, Way
from openpai.images.registry.endpoints import Endpoint
from openpai.images.registry.exchange import Exchange, Request, follow
from openpai.images.registry.inquiry import Inquiry, Parts, Seen
from openpai.images.registry.login import Login, LoginPlaceUnsafe, LoginRefused
from openpai.images.registry.manifest import Layer
from openpai.images.registry.registries import RegistrySettings
from openpai.images.registry.verdicts import (
    UNCERTAIN,
    Subject,
    Unreached,
    login_is_elsewhere,
    refused_for_now,
)

FOUND_WITHIN_S = 30.0  # log-in, manifest and configuration

Heard = Callable[[Layer, int], None]
"""So many bytes of a layer have come."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An image that can be had. `archive(tag, skip, heard)`: all of it but its lowest `skip` layers, which the
    engine has, as an archive to load under the name `tag`. Its end comes only after each part was seen to have its
    digest. Raises `TemporaryFailure` or `Refused` as `Fetcher.find`, and `ImagePullFailed` for a wrong digest."""

    image: RemoteImage
    layers: Sequence[Layer]
    archive: Callable[[str, int, Heard], AsyncGenerator[bytes, None]]


class Fetcher:
    """Fetches images on the way that `settings` tell."""

    def __init__(
        self, settings: Callable[[], Awaitable[RegistrySettings]], now_ms: Callable[[], int]
    ) -> None:
        self._settings = settings
        self._now_ms = now_ms
        self._registries = Registries()

    async def close(self) -> None:
        """Let go of all connections."""
        await self._registries.close()

    async def find(
        self, reference: ImageReference, credential: Credential, architecture: str
    ) -> Fetched | None:
        """The image, for an engine of `architecture`; None where its registry does not ask late: then nothing was
        sent to it that it did not ask for. Raises `TemporaryFailure` or `Refused` with what a look would find, and what
        `settings` raises."""
        if reference.registry == DOCKER_HUB or login_is_elsewhere(reference, credential):
            return None
        subject, settings, trail = Subject(reference, credential), await self._settings(), Trail()
        try:
            async with asyncio.timeout(FOUND_WITHIN_S):
                return await self._find(subject, architecture, settings, trail)
        except Unreached as unreached:
            raise _told(subject.unreached(unreached)) from unreached
        except TimeoutError as error:
            seconds = f"{FOUND_WITHIN_S:g}"
            silent = subject.error("RegistrySilent", waited_for=trail.waiting_for, seconds=seconds)
            raise TemporaryFailure(silent.first) from error
        except PaiError as error:
            raise _told(error) from error

    async def _find(
        self, subject: Subject, architecture: str, settings: RegistrySettings, trail: Trail
    ) -> Fetched | None:
        places = await self._registries.places(subject.reference.registry, settings, trail)
        inquiry = Inquiry(subject, architecture, self._now_ms())
        for endpoint in places:
            way = Way(endpoint, settings, trail)
            try:
                seen = await self._registries.carry_out(_if_late(inquiry, endpoint), way)
            except Unreached:
                if endpoint is places[-1]:
                    raise
            else:
                return self._fetched(subject, seen.image, seen.parts, way) if seen and seen.parts else None
        return None

    def _fetched(self, subject: Subject, image: RemoteImage, parts: Parts, way: Way) -> Fetched:
        async def archive(tag: str, skip: int, heard: Heard) -> AsyncGenerator[bytes, None]:
            for number, layer in enumerate(parts.layers[skip:], skip):
                yield _header(str(number), layer.size)
                async with aclosing(self._layer(subject, layer, way, heard)) as pieces:
                    async for piece in pieces:
                        yield piece
                if padding := bytes(-layer.size % tarfile.BLOCKSIZE):
                    yield padding
            names = [str(number) for number in range(len(parts.layers))]
            manifest = [{"Config": "config.json", "RepoTags": [tag], "Layers": names}]
            yield _file("config.json", parts.config)
            yield _file("manifest.json", json.dumps(manifest).encode())
            yield bytes(2 * tarfile.BLOCKSIZE)

        return Fetched(image, parts.layers, archive)

    async def _layer(
        self, subject: Subject, layer: Layer, way: Way, heard: Heard
    ) -> AsyncGenerator[bytes, None]:
        """The layer as it comes, if it is what it should be; else the error at its end, or as soon as it is longer."""
        found, size = hashlib.new(layer.digest.partition(":")[0]), 0
        try:
            async with aclosing(self._registries.download(_ask(subject, layer, way), way)) as pieces:
                async for piece in pieces:
                    size += len(piece)
                    if size > layer.size:
                        break
                    found.update(piece)
                    heard(layer, size)
                    yield piece
        except Unreached as unreached:
            raise _told(subject.unreached(unreached)) from unreached
        except PaiError as error:
            raise _told(error) from error
        if size != layer.size or layer.digest != f"{found.name}:{found.hexdigest()}":
            got = f"{found.name}:{found.hexdigest()}, {size} bytes"
            wrong = subject.error("ImagePullFailed", detail=f"{got} != {layer.digest}, {layer.size} bytes")
            raise Refused(wrong.first)


def _if_late(inquiry: Inquiry, endpoint: Endpoint) -> Exchange[Seen | None]:
    """What there is, if the door is open and the image is not. A password is not shown at a door that is closed: it
    was refused there before, and some registries count."""
    door = yield from follow(Request(f"{endpoint.base}/v2/"), plain_allowed=endpoint.insecure)
    if not door.ok:
        return None
    seen = yield from inquiry.at(endpoint)
    return seen if seen.asks_late else None


def _ask(subject: Subject, layer: Layer, way: Way) -> Exchange[None]:
    """Ask for a layer, with a log-in of its own: a token that was got for the layer before may have expired."""
    reference, endpoint = subject.reference, way.endpoint
    login = Login(endpoint.base, reference.repository, subject.credential, endpoint.insecure)
    url = f"{endpoint.base}/v2/{reference.repository}/blobs/{layer.digest}"
    try:
        answer = yield from login.ask(Request(url, streamed=True))
    except LoginRefused as refused:
        answer = refused.response
    except LoginPlaceUnsafe as unsafe:
        raise subject.error("RegistryLoginUnsafe", realm=unsafe.realm[:200]) from unsafe
    raise refused_for_now(answer, subject) or subject.error("RegistryFailed", answer)


def _told(error: PaiError) -> PaiError:
    """As the engine's own failures are told: by whether it may pass."""
    kind = TemporaryFailure if error.first.code in UNCERTAIN else Refused
    return kind(*error.problems)


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size = size
    return entry.tobuf(tarfile.GNU_FORMAT)  # which has sizes beyond 8 GiB


def _file(name: str, content: bytes) -> bytes:
    return _header(name, len(content)) + content + bytes(-len(content) % tarfile.BLOCKSIZE)
