"""What an image of a job is held to from its submission on, so that every task and retry runs the same. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from openpai.images.reference import ImageReference


@dataclass(frozen=True, slots=True)
class Lock:
    """`digest` in the image's registry, or `image_id` of an image that was made on the machine; never both."""

    digest: str = ""
    image_id: str = ""

    @staticmethod
    def of(plain: Mapping[str, str]) -> "Lock":
        """From the form that the store keeps."""
        return Lock(plain.get("digest", ""), plain.get("id", ""))

    @property
    def plain(self) -> dict[str, str]:
        """The form that the store keeps."""
        return {"id": self.image_id} if self.image_id else {"digest": self.digest}


def locked(reference: ImageReference, lock: Lock) -> ImageReference:
    """The reference held to its digest; the tag stays, for people."""
    return replace(reference, digest=lock.digest) if lock.digest else reference
