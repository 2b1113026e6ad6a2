"""Which images are removed to make room, and why each other one stays. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from openpai.images.catalogue.admin_file import Cleaning
from openpai.images.disk.room import ImageDisk
from openpai.images.facts import LocalImage
from openpai.images.reference import ImageReference

_HOUR_MS = 3_600_000

IN_USE = "KeptInUse"
OF_JOB = "KeptOfJob"
PINNED = "KeptPinned"
PREPULLED = "KeptPrepulled"
MADE_HERE = "KeptMadeHere"
NOT_OURS = "KeptNotOurs"
RECENT = "KeptRecent"
ENOUGH_ROOM = "KeptEnoughRoom"

ABOVE_MARK = "RemovedAboveMark"
FOR_PULL = "RemovedForPull"
"""Codes of the messages: why an image stays, and why one goes."""


@dataclass(frozen=True, slots=True)
class Removal:
    """An image to remove. `used_at`: when a task of ours last had it, or it was pulled (ms)."""

    image: LocalImage
    used_at: int
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An image that stays, and why (one of the codes above)."""

    image: LocalImage
    reason: str


@dataclass(frozen=True, slots=True)
class CleaningPlan:
    """What is removed, in this order, and what stays. `freed_bytes` at most: images may share layers."""

    disk: ImageDisk
    removals: tuple[Removal, ...]
    kept: tuple[Kept, ...]

    @property
    def freed_bytes(self) -> int:
        return sum(removal.image.size_bytes for removal in self.removals)

    @property
    def disk_after(self) -> ImageDisk:
        """The disk as it would be at best."""
        free = min(self.disk.free_bytes + self.freed_bytes, self.disk.total_bytes)
        return ImageDisk(self.disk.total_bytes, free)


@dataclass(frozen=True, slots=True)
class Uses:
    """What is known of the use of images, by id: when each was last used by a task of ours or pulled by us (others
    are not ours to remove), and why some must stay (`OF_JOB`, `IN_USE`, `PINNED`, `PREPULLED`)."""

    used_at: Mapping[str, int]
    needed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Goal:
    """What cleaning is for: so many bytes are to be free, for this reason (`ABOVE_MARK` or `FOR_PULL`)."""

    free_bytes: int
    reason: str


def by_marks(disk: ImageDisk, policy: Cleaning) -> Goal:
    """Nothing below the high water mark; above it, down to the low one."""
    above = disk.used_percent > policy.high_percent
    return Goal(round(disk.total_bytes * (1 - policy.low_percent / 100)) if above else 0, ABOVE_MARK)


def plan(
    images: Sequence[LocalImage], uses: Uses, disk: ImageDisk, policy: Cleaning, now: int, goal: Goal
) -> CleaningPlan:
    """What to remove now to reach the goal: the least recently used first, and no more than is needed."""
    removals: list[Removal] = []
    kept: list[Kept] = []
    free = disk.free_bytes
    for image in sorted(images, key=lambda image: (uses.used_at.get(image.id, 0), image.id)):
        why = stays(image, uses, policy, now) or ("" if free < goal.free_bytes else ENOUGH_ROOM)
        if why:
            kept.append(Kept(image, why))
        else:
            removals.append(Removal(image, uses.used_at[image.id], goal.reason))
            free += image.size_bytes
    return CleaningPlan(disk, tuple(removals), tuple(kept))


def freeable(images: Sequence[LocalImage], uses: Uses, policy: Cleaning, now: int) -> int:
    """The bytes of all images that may be removed."""
    return sum(image.size_bytes for image in images if not stays(image, uses, policy, now))


def named(images: Iterable[LocalImage], names: Iterable[ImageReference]) -> frozenset[str]:
    """The ids of those images that one of the names means: a digest whatever the repository, else a tag."""
    wanted = list(names)
    digests = {name.digest for name in wanted if name.digest}
    tags = {str(name) for name in wanted if not name.digest}
    return frozenset(
        image.id
        for image in images
        if not tags.isdisjoint(image.names)
        or not digests.isdisjoint(digest.partition("@")[2] for digest in image.digests)
    )


def stays(image: LocalImage, uses: Uses, policy: Cleaning, now: int) -> str:
    """Why an image must stay, whatever room there is; "" for one that may go."""
    if image.id in uses.needed:
        return uses.needed[image.id]
    if image.id not in uses.used_at:
        return NOT_OURS
    if not image.digests:
        return MADE_HERE  # no registry could give it back
    if now - uses.used_at[image.id] < policy.min_age_hours * _HOUR_MS:
        return RECENT
    return ""
