"""What an image of a job is held to from its submission on, so that every task and retry runs the same. Pure."""

from dataclasses import dataclass, replace

from openpai.images.reference import ImageReference


@dataclass(frozen=True, slots=True)
class Lock:
    """`digest` in the image's registry, or `image_id` of an image that was made on the machine; never both."""

    digest: str = ""
    image_id: str = ""

    def __bool__(self) -> bool:
        """Whether it holds to anything."""
        return bool(self.digest or self.image_id)


def locked(reference: ImageReference, lock: Lock) -> ImageReference:
    """The reference held to its digest; the tag stays, for people."""
    return replace(reference, digest=lock.digest) if lock.digest else reference
