"""A look at an image in a registry with a log-in, on this machine: what a submission waits for. Nothing is cached."""

import asyncio
import time
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from benchmarks.server import Server
from openpai.clock import now_ms
from openpai.images.credential import Credential
from openpai.images.look import Looker
from openpai.images.reference import ImageReference, parse_reference
from openpai.images.registries import RegistrySettings
from tests.registry import running_registry

SEQUENTIAL = 100
AT_ONCE = 8
ROUNDS = 50
_ADA = Credential("ada", "correct horse")


async def image_check(_server: Server) -> dict[str, float]:
    """One look after another, then `AT_ONCE` at once in `ROUNDS` rounds, each at an image of its own.

    The first look, which opens the connections, is measured apart.
    """
    with (
        TemporaryDirectory() as folder,
        running_registry(Path(folder), _ADA.username, _ADA.password) as registry,
    ):
        images = [parse_reference(f"{registry.address}/team/tool-{number}:v1") for number in range(AT_ONCE)]
        for image in images:
            registry.push(image.repository, "v1", {"bin/tool": b"tool"})
        looker = Looker(_settings, now_ms)
        first = await _look(looker, images[0])
        alone = [await _look(looker, images[0]) for _ in range(SEQUENTIAL)]
        together: list[float] = []
        for _ in range(ROUNDS):
            together += await asyncio.gather(*(_look(looker, image) for image in images))
        await looker.close()
    return {
        "the first, ms": first,
        "one after another, p50, ms": median(alone),
        "one after another, p99, ms": quantiles(alone, n=100)[98],
        f"{AT_ONCE} at once, p50, ms": median(together),
        f"{AT_ONCE} at once, p99, ms": quantiles(together, n=100)[98],
    }


async def _look(looker: Looker, image: ImageReference) -> float:
    started = time.perf_counter()
    found = await looker.look(image, _ADA, "amd64", fresh=True)
    assert found.image is not None, found.problem
    return 1000 * (time.perf_counter() - started)


async def _settings() -> RegistrySettings:
    return RegistrySettings()
