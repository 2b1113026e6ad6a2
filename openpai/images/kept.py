"""What a job keeps of an image that it was admitted with: what it is held to, and what machines it needs. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openpai.images.catalogue.entries import CatalogueImage
from openpai.images.cuda.needs import Needs, needs_of
from openpai.images.facts import ImageConfig
from openpai.images.lock import Lock

_ABOUT_CUDA = (
    "NVIDIA_REQUIRE_",
    "NVIDIA_DISABLE_REQUIRE",
    "CUDA_VERSION",
    "NV_CUDA_COMPAT_",
    "_CUDA_COMPAT_",
)
_LABELS = "com.nvidia."


@dataclass(frozen=True, slots=True)
class KeptImage:
    """`environment` and `labels`: what the image says of CUDA, in its own words, so that a newer version of this
    program may understand more of them. `cuda` and `min_driver`: what the catalogue said."""

    lock: Lock
    environment: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    cuda: str | None = None
    min_driver: str | None = None

    @staticmethod
    def of(plain: Mapping[str, Any]) -> "KeptImage":
        """From the form that the store keeps."""
        return KeptImage(
            Lock(plain.get("digest", ""), plain.get("id", "")),
            plain.get("environment", {}),
            plain.get("labels", {}),
            plain.get("cuda"),
            plain.get("min_driver"),
        )

    @property
    def plain(self) -> dict[str, Any]:
        """The form that the store keeps."""
        fields = {
            "digest": self.lock.digest,
            "id": self.lock.image_id,
            "environment": dict(self.environment),
            "labels": dict(self.labels),
            "cuda": self.cuda,
            "min_driver": self.min_driver,
        }
        return {name: value for name, value in fields.items() if value}

    @property
    def needs(self) -> Needs | None:
        """What it needs of a machine with GPUs."""
        config = ImageConfig("", environment=self.environment, labels=self.labels)
        return needs_of(config, self.cuda, self.min_driver)


def keep(lock: Lock, config: ImageConfig | None, entry: CatalogueImage | None) -> KeptImage:
    """What to keep of an image; `entry`: the catalogue's of its name, which knows better what it needs."""
    environment = config.environment if config else {}
    labels = config.labels if config else {}
    return KeptImage(
        lock,
        {name: text for name, text in environment.items() if name.startswith(_ABOUT_CUDA)},
        {name: text for name, text in labels.items() if name.startswith(_LABELS)},
        entry.cuda if entry else None,
        entry.min_driver if entry else None,
    )
