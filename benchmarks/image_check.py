"""A look at an image in a registry with a log-in, on this machine: what a submission waits for."""

import asyncio
import itertools
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from benchmarks.server import Server
from openpai.clock import now_ms
from openpai.images.credentials.credential import Credential
from openpai.images.reference import ImageReference, parse_reference
from openpai.images.registry.look import Looker
from openpai.images.registry.registries import RegistrySettings
from tests.registry import running_registry

ALONE = 100
AT_ONCE = 8
ROUNDS = 30
_ADA = Credential("ada", "correct horse")


async def image_check(_server: Server) -> dict[str, float]:
    """Looks one after another, then `AT_ONCE` at once in `ROUNDS` rounds. Each is at an image that was never seen
    before; then all are looked at again, which finds out only whether their names still mean the same.

    The first look, which loads CAs and opens connections, is measured apart.
    """
    with (
        TemporaryDirectory() as folder,
        running_registry(Path(folder), _ADA.username, _ADA.password) as registry,
    ):
        images = [
            parse_reference(f"{registry.address}/team/tool-{number}:v1")
            for number in range(1 + ALONE + AT_ONCE * ROUNDS)
        ]
        for image in images:
            registry.push(image.repository, "v1", {"bin/tool": image.repository.encode()})
        looker = Looker(_settings, now_ms)
        first = await _look(looker, images[0])
        alone = [await _look(looker, image) for image in images[1 : ALONE + 1]]
        together = await _together(looker, images[ALONE + 1 :])
        again = [await _look(looker, image) for image in images[1 : ALONE + 1]]
        await looker.close()
    return {
        "the first, ms": first,
        "one after another, p50, ms": median(alone),
        "one after another, p99, ms": quantiles(alone, n=100)[98],
        f"{AT_ONCE} at once, p50, ms": median(together),
        f"{AT_ONCE} at once, p99, ms": quantiles(together, n=100)[98],
        "again, one after another, p50, ms": median(again),
    }


async def _together(looker: Looker, images: Iterable[ImageReference]) -> list[float]:
    taken: list[float] = []
    left = iter(images)
    while batch := list(itertools.islice(left, AT_ONCE)):
        taken += await asyncio.gather(*(_look(looker, image) for image in batch))
    return taken


async def _look(looker: Looker, image: ImageReference) -> float:
    started = time.perf_counter()
    found = await looker.look(image, _ADA, "amd64", fresh=True)
    assert found.image is not None, found.problem
    return 1000 * (time.perf_counter() - started)


async def _settings() -> RegistrySettings:
    return RegistrySettings()
