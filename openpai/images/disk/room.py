"""Whether an image has room on the disk. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openpai.errors import Params, Problem
from openpai.images.facts import RemoteImage

UNPACKED = 2.0
"""How large layers are unpacked, in bytes per byte of their download: about twice for images with CUDA and a
framework (10 GB → 20 GB), which are those that fill disks. The download itself lies beside it until all is unpacked."""

_RESERVE_BYTES = 1 << 30
_RESERVE_SHARE = 0.05
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class ImageDisk:
    """The file system that images lie on."""

    total_bytes: int
    free_bytes: int

    @property
    def used_percent(self) -> float:
        return 100 * (1 - self.free_bytes / self.total_bytes) if self.total_bytes else 100.0

    @property
    def reserve_bytes(self) -> int:
        """What no pull may take: containers and logs write too."""
        return min(_RESERVE_BYTES, round(self.total_bytes * _RESERVE_SHARE))


@dataclass(frozen=True, slots=True)
class Room:
    """What an image needs, and what there is for it.

    `download_bytes`: of the layers that no image here has. `free_bytes` without the reserve that
    is for others to write. `freeable_bytes`: what
    cleaning would give at most: images that share layers give less than their sizes.
    """

    needs_bytes: int
    download_bytes: int
    free_bytes: int
    reserve_bytes: int
    freeable_bytes: int = 0

    @property
    def fits(self) -> bool:
        return self.needs_bytes <= self.free_bytes

    @property
    def fits_when_cleaned(self) -> bool:
        return self.needs_bytes <= self.free_bytes + self.freeable_bytes

    @property
    def free_for_it(self) -> int:
        """How much of the disk must be free for it."""
        return self.needs_bytes + self.reserve_bytes

    def problem(self, image: str) -> Problem:
        """The numbers, for who is refused."""
        params: Params = {
            "image": image,
            "needs_mb": -(-self.needs_bytes // _MB),
            "download_mb": -(-self.download_bytes // _MB),
            "free_mb": self.free_bytes // _MB,
            "freeable_mb": self.freeable_bytes // _MB,
        }
        return Problem("ImageDoesNotFit", params)


def room(image: RemoteImage, here: Iterable[Sequence[str]], disk: ImageDisk, freeable_bytes: int = 0) -> Room:
    """Whether there is room for an image. `here`: the layers (`ImageConfig.diff_ids`) of each image on the disk."""
    download = sum(image.layer_bytes[shared_layers(image, here) :])
    return Room(
        needs_bytes=round(download * (1 + UNPACKED)),
        download_bytes=download,
        free_bytes=max(0, disk.free_bytes - disk.reserve_bytes),
        reserve_bytes=disk.reserve_bytes,
        freeable_bytes=freeable_bytes,
    )


def shared_layers(image: RemoteImage, here: Iterable[Sequence[str]]) -> int:
    """How many of the image's layers, from the lowest on, an image on the disk has under the same ones.

    A layer is shared only together with all below it: that is how an engine knows it.
    """
    layers = image.config.diff_ids
    if len(layers) != len(image.layer_bytes):
        return 0  # the registry does not tell which is which
    return max((_common(layers, other) for other in here), default=0)


def _common(layers: Sequence[str], others: Sequence[str]) -> int:
    pairs = zip(layers, others, strict=False)
    return next((number for number, (a, b) in enumerate(pairs) if a != b), min(len(layers), len(others)))
