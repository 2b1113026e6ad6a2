"""Looks after the images on the disk, beside the loop: notes their use, pulls ahead, cleans, and makes room.

What it decides is in `images.cleaning` and `images.disk`; here are the looking and the acting.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import structlog

from openpai.backends.contract import ImageEngine
from openpai.clock import now_ms
from openpai.controller.asked_pulls import AskedPulls, ImagePull, Inspect
from openpai.errors import NoContact, PaiError, TemporaryFailure
from openpai.images.catalogue.admin_file import AdminImages, Cleaning
from openpai.images.disk import cleaning
from openpai.images.disk import room as disk
from openpai.images.disk.cleaning import CleaningPlan, Goal, Removal, Uses, by_marks, named
from openpai.images.disk.room import ImageDisk, Room
from openpai.images.facts import LocalImage, RemoteImage
from openpai.images.reference import ImageReference, parse_reference
from openpai.store.image_uses import ImageUses, Removed

log = structlog.get_logger()

_ROUND_S = 30.0
_STILL_TO_COME_MS = 3_600_000  # how long an image that a task wants may be on its way

Needed = Callable[[], Collection[str] | None]
"""What the live jobs need: images by name, or by id; None while nobody knows yet."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was removed, and the disk before and after: layers that other images share stay."""

    before: ImageDisk
    after: ImageDisk
    removed: tuple[Removed, ...]


@dataclass(frozen=True, slots=True)
class HeldImage:
    """An image on the disk. `used_at` (ms): None where no task of ours had it. `stays`: why cleaning leaves it, ""
    where it may go, None while that is not known. `jobs`: the live jobs that need it."""

    image: LocalImage
    used_at: int | None
    stays: str | None
    jobs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What is on the disk; `disk` is None where it cannot be seen."""

    disk: ImageDisk | None
    images: Sequence[HeldImage]


@dataclass(frozen=True, slots=True)
class _Look:
    """What is there at one moment."""

    images: Sequence[LocalImage]
    uses: Uses
    disk: ImageDisk


class ImageKeeper:
    """The keeper of one engine's images. `admin` gives the admin's file as it is now."""

    def __init__(
        self,
        engine: ImageEngine,
        uses: ImageUses,
        admin: Callable[[], AdminImages],
        needed: Needed,
        inspect: Inspect,
    ) -> None:
        self._engine = engine
        self._uses = uses
        self._admin = admin
        self._needed = needed
        self._known_prepull: Sequence[ImageReference] | None = None
        self._used: dict[str, int] = {}  # what is about to be used, and since when (ms)
        self._removing = asyncio.Lock()
        self._awake = asyncio.Event()
        self._asked = AskedPulls(engine, inspect, self.make_room, self._came)

    async def use(self, image: str) -> None:
        """An image, by name or id, is about to be used by a task of a live job. What removes images right now has
        ended when this returns, and what begins then knows of the job. The use is noted, also if the task fails at
        once."""
        async with self._removing:
            self._used[image] = now_ms()

    async def run(self) -> None:
        """Until cancelled. No failure ends it."""
        try:
            while True:
                self._awake.clear()
                await self._guarded_round()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_ROUND_S):
                        await self._awake.wait()
        finally:
            await self._asked.close()

    @property
    def policy(self) -> Cleaning:
        """When images are removed."""
        return self._admin().cleaning

    def pull(self, image: ImageReference) -> None:
        """Pull an image by an admin's hand, in the background: `pulls` tells how it goes."""
        self._asked.ask(image)

    def pulls(self) -> Sequence[ImagePull]:
        """All pulls, whoever wants them: those that were asked for, then those of jobs alone."""
        asked = self._asked.all()
        known = {str(pull.image) for pull in asked if pull.state == "pulling"}
        of_jobs = [progress for progress in self._engine.pulls() if progress.image not in known]
        return [
            *asked,
            *(ImagePull(parse_reference(p.image), "job", "pulling", None, progress=p) for p in of_jobs),
        ]

    async def removals(self, offset: int, limit: int) -> tuple[int, Sequence[Removed]]:
        """How many images were removed so far, and some of them, the latest first."""
        return await self._uses.count_removals(), await self._uses.removals(offset, limit)

    async def held(self, jobs: Mapping[str, Collection[str]]) -> Held:
        """All images on the disk, and who needs them. `jobs`: image, by name or id → the live jobs with it."""
        look = await self._look(frozenset())
        images = look.images if look else await self._engine.images()
        used_at = await self._uses.all()
        users: dict[str, set[str]] = {}
        for name, those in jobs.items():
            for image_id in _meant(images, {name}):
                users.setdefault(image_id, set()).update(those)
        held = [
            HeldImage(
                image,
                used_at.get(image.id),
                cleaning.stays(image, look.uses, self.policy, now_ms()) if look else None,
                tuple(sorted(users.get(image.id, ()))),
            )
            for image in images
        ]
        return Held(await self._engine.image_disk(), held)

    async def plan(self) -> CleaningPlan | None:
        """What cleaning would do now; None where the disk cannot be seen, or it is not known yet what jobs need."""
        look = await self._look(frozenset())
        if look is None:
            return None
        return self._plan(look, None)

    async def clean(self) -> Cleaned | None:
        """Remove what is to be removed now; None as for `plan`."""
        return await self._clean(None, frozenset())

    async def room(self, image: RemoteImage) -> Room | None:
        """Whether an image has room, and would have after cleaning; None where the disk cannot be seen."""
        found, _ = await self._room(image)
        return found

    async def make_room(self, name: str, image: RemoteImage) -> None:
        """See to it that an image has room, by cleaning where it must be. Raises `TemporaryFailure`
        (`ImageDoesNotFit`) where there is none: it may come when other jobs have ended."""
        found, shared = await self._room(image)
        if found is None or found.fits:
            return
        if found.fits_when_cleaned:
            await self._clean(Goal(found.free_for_it, cleaning.FOR_PULL), shared)
            found, _ = await self._room(image)
        if found is not None and not found.fits:
            raise TemporaryFailure(found.problem(name))

    def _came(self, image_id: str) -> None:
        self._used[image_id] = now_ms()
        self._awake.set()

    async def _guarded_round(self) -> None:
        try:
            await self._round()
        except NoContact:
            pass  # the loop tells of it
        except PaiError as error:
            log.error("looking after images failed", code=error.first.code, problem=dict(error.first.params))
        except Exception:
            log.exception("looking after images failed by a fault of this program")

    async def _round(self) -> None:
        images = await self._engine.images()
        await self._note_uses(images)
        self._pull_ahead(images)
        seen = await self._engine.image_disk()
        if seen is not None and seen.used_percent > self.policy.high_percent:
            await self.clean()

    async def _note_uses(self, images: Sequence[LocalImage]) -> None:
        now = now_ms()
        used = dict(self._used)
        await self._uses.note(_meant(images, {*used, *(self._needed() or ())}), now)
        for name, at in used.items():
            over = now - at > _STILL_TO_COME_MS or _meant(images, {name})
            if over and self._used.get(name) == at:
                del self._used[name]
        await self._uses.forget((await self._uses.all()).keys() - {image.id for image in images})

    def _pull_ahead(self, images: Sequence[LocalImage]) -> None:
        wanted = self._admin().prepull
        missing = [image for image in wanted if not named(images, [image])]
        self._asked.ahead(missing, afresh=wanted != self._known_prepull)
        self._known_prepull = wanted

    async def _room(self, image: RemoteImage) -> tuple[Room | None, frozenset[str]]:
        """And the images that it shares layers with: those must stay."""
        seen = await self._engine.image_disk()
        if seen is None:
            return None, frozenset()
        found = disk.room(image, [], seen)
        if found.fits:
            return found, frozenset()
        layers = await self._layers()
        shared = frozenset(key for key, here in layers.items() if disk.shared_layers(image, [here]))
        look = await self._look(shared)
        freeable = 0 if look is None else cleaning.freeable(look.images, look.uses, self.policy, now_ms())
        return disk.room(image, layers.values(), seen, freeable), shared

    async def _layers(self) -> dict[str, tuple[str, ...]]:
        """The layers of each image that is here, by its id."""
        found = [await self._engine.find_image(image.id) for image in await self._engine.images()]
        return {image.id: image.config.diff_ids for image in found if image and image.config}

    async def _look(self, spared: AbstractSet[str]) -> _Look | None:
        seen, needed = await self._engine.image_disk(), self._needed()
        if seen is None or needed is None:
            return None
        images = await self._engine.images()
        admin = self._admin()
        because = {
            cleaning.PREPULLED: named(images, admin.prepull),
            cleaning.PINNED: named(images, admin.pinned),
            cleaning.OF_JOB: _meant(images, needed) | spared,
            cleaning.IN_USE: await self._engine.images_in_use(),
        }
        stays = {image_id: reason for reason, ids in because.items() for image_id in ids}
        return _Look(images, Uses(await self._uses.all(), stays), seen)

    def _plan(self, look: _Look, goal: Goal | None) -> CleaningPlan:
        policy = self.policy
        goal = goal or by_marks(look.disk, policy)
        return cleaning.plan(look.images, look.uses, look.disk, policy, now_ms(), goal)

    async def _clean(self, goal: Goal | None, spared: AbstractSet[str]) -> Cleaned | None:
        """One image at a time, looking again before each: how much a removal frees is seen only then.

        Without a goal, what the marks say at the beginning.
        """
        before: ImageDisk | None = None
        removed: list[Removed] = []
        stays = set(spared)
        while True:
            async with self._removing:
                look = await self._look(stays)
                if look is None:
                    return None
                before = before or look.disk
                goal = goal or by_marks(look.disk, self.policy)
                removals = self._plan(look, goal).removals
                if not removals:
                    return Cleaned(before, look.disk, tuple(removed))
                if gone := await self._remove(removals[0]):
                    removed.append(gone)
                else:
                    stays.add(removals[0].image.id)

    async def _remove(self, removal: Removal) -> Removed | None:
        """None where the engine does not let go of it."""
        image = removal.image
        try:
            await self._engine.remove_image(image.id)
        except TemporaryFailure as error:
            log.warning("image was not removed", image=image.id, problem=dict(error.first.params))
            return None
        names = image.names or image.digests
        removed = Removed(now_ms(), image.id, names, image.size_bytes, removal.used_at, removal.reason)
        await self._uses.add_removal(removed)
        log.info("image was removed", names=names, size_bytes=image.size_bytes, reason=removal.reason)
        return removed


def _meant(images: Sequence[LocalImage], names: Collection[str]) -> frozenset[str]:
    """The ids of images that names or ids mean."""
    ids = frozenset(image.id for image in images)
    references = [parse_reference(name) for name in names if not name.startswith("sha256:")]
    return named(images, references) | (ids & frozenset(names))
