"""Has one of the standard images here: looks, pulls where a registry has it, else builds it and what it stands on."""

import asyncio
import subprocess
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from openpai.backends.contract import PullProgress
from openpai.backends.docker.connection import address
from openpai.backends.docker.engine import Engine
from openpai.backends.docker.gpus.finder import FixedGpus
from openpai.backends.docker.images import Images
from openpai.backends.docker.info import EngineInfo
from openpai.builder import classic
from openpai.builder.bootstrap import bootstrap
from openpai.builder.context import archive
from openpai.builder.recipes import LABEL, Recipe, below
from openpai.builder.told import Built, Tell, Told, Wanted
from openpai.builder.wheels import download
from openpai.clock import now_ms
from openpai.errors import PaiError
from openpai.images.facts import LocalImage
from openpai.settings import Settings

_PULL_MUST_MOVE_WITHIN_S = 10.0
"""A pull may take as long as it likes once it moves; without a way to a registry it is given up after this."""


async def have_image(recipe: Recipe, settings: Settings, wanted: Wanted, tell: Tell) -> Built:
    """Have the image of this recipe. Raises PaiError: NoContact, and as the parts of a build say."""
    engine = Engine(address(settings.docker_host))
    try:
        return await _Builder(engine, wanted, tell).have(recipe)
    finally:
        await engine.close()


class _Pulling:
    """How far a pull is, told at each tenth of it."""

    def __init__(self, tell: Tell) -> None:
        self.moves = asyncio.Event()
        self._tell = tell
        self._tenths = 0

    def take(self, progress: PullProgress) -> None:
        if progress.layers_total:
            self.moves.set()
        tenths = 10 * progress.done_bytes // progress.total_bytes if progress.total_bytes else 0
        if tenths > self._tenths:
            self._tenths = tenths
            megabytes = {"done": progress.done_bytes // 1_000_000, "total": progress.total_bytes // 1_000_000}
            self._tell(Told("build.pulling", megabytes))


class _Builder:
    """What one call needs, held together."""

    def __init__(self, engine: Engine, wanted: Wanted, tell: Tell) -> None:
        self._engine = engine
        self._images = Images(engine, EngineInfo(engine, FixedGpus()))
        self._wanted = wanted
        self._log = wanted.log
        self._tell = tell

    async def have(self, wanted: Recipe) -> Built:
        here = await self._images.find(str(wanted.reference))
        if self._wanted.if_missing and here is not None and is_current(here, wanted):
            return Built(str(wanted.reference), "there", here.size_bytes)
        if self._wanted.pull and await self._pull(wanted):
            return await self._made(wanted, "pulled")
        *bases, last = below(wanted)
        for base in bases:
            there = await self._images.find(str(base.reference))
            if there is None or not is_current(there, base):
                await self._build(base)
        await self._build(last)
        return await self._made(wanted, "built")

    async def _made(self, recipe: Recipe, how: str) -> Built:
        image = await self._images.find(str(recipe.reference))
        return Built(str(recipe.reference), how, image.size_bytes if image else 0)

    async def _pull(self, recipe: Recipe) -> bool:
        """Whether a registry had it."""
        self._tell(Told("build.pull", {"image": str(recipe.reference)}))
        progress = _Pulling(self._tell)
        pull = asyncio.create_task(self._images.pulls.pull(recipe.reference, None, progress.take))
        moves = asyncio.create_task(progress.moves.wait())
        either = asyncio.FIRST_COMPLETED
        await asyncio.wait((pull, moves), timeout=_PULL_MUST_MOVE_WITHIN_S, return_when=either)
        if moves.cancel() and not pull.done():  # it has not moved
            pull.cancel()
        await asyncio.wait((pull,))
        if pull.cancelled():
            return False
        error = pull.exception()
        if error is not None and not isinstance(error, PaiError):
            raise error
        return error is None

    async def _build(self, recipe: Recipe) -> None:
        with tempfile.TemporaryDirectory(prefix="pai-build-") as folder:
            more = Path(folder)
            self._tell(Told("build.begin", {"image": str(recipe.reference)}))
            await asyncio.to_thread(self._prepare, recipe, more, await self._architecture())
            query = classic.query(recipe, _labels(recipe), cache=self._wanted.cache)
            content = archive((recipe.folder, more))
            await classic.build(self._engine, recipe, content, query, self._log, self._tell)

    def _prepare(self, recipe: Recipe, into: Path, architecture: str) -> None:
        """What the recipe's folder does not hold."""
        if recipe.from_scratch:
            bootstrap(into / "base.tar", self._log, self._tell)
        if recipe.lock is not None:
            self._tell(Told("build.wheels", {"recipe": recipe.name}))
            download(recipe.lock, into / "wheels", architecture, self._log, self._tell)

    async def _architecture(self) -> str:
        return str((await self._engine.call("GET", "/version"))["Arch"])


def is_current(image: LocalImage, recipe: Recipe) -> bool:
    """Whether an image under the recipe's tag will do: made from this version of it, or by somebody else."""
    version = image.config.labels.get(f"{LABEL}version") if image.config else None
    return version in (None, recipe.labels["version"])


def _labels(recipe: Recipe) -> dict[str, str]:
    """When it was made and from what, beside the labels of its Dockerfile."""
    made = datetime.fromtimestamp(now_ms() // 1000, UTC).isoformat().replace("+00:00", "Z")
    revision = _last_commit(recipe.folder)
    return {"created": made} | ({"revision": revision} if revision else {})


def _last_commit(folder: Path) -> str:
    """The commit that changed the folder last; "" where it is in no checkout."""
    words = ["git", "-C", str(folder), "log", "-1", "--format=%H", "--", "."]
    with suppress(OSError):
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    return ""
