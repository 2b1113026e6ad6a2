"""What can be found out of an image that somebody names: here, and in its registry with the right credential.

Asked by admission, by a check of a name alone, and before a start; all see the same.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from openpai.errors import NoContact
from openpai.images.credentials.credential import Credential
from openpai.images.credentials.keyring import Keyring
from openpai.images.facts import ImageConfig, LocalImage, Look
from openpai.images.lock import Lock, locked
from openpai.images.reference import ImageReference, parse_reference
from openpai.images.registry.look import Looker
from openpai.images.registry.verdicts import login_is_elsewhere

FindLocal = Callable[[str], Awaitable[LocalImage | None]]


@dataclass(frozen=True, slots=True)
class Inspected:
    """An image by its name.

    `local`: what the engine has under it. `look`: what its registry says; None for an image that was made on this
    machine, which no registry is asked for: where `local` is None too, it was removed. `here`: what would be used
    is on this machine already. `lock`: what it had to be, where that was said.
    """

    reference: ImageReference
    local: LocalImage | None
    look: Look | None
    here: bool
    credential: Credential | None = field(default=None, repr=False)
    lock: Lock | None = None

    @property
    def config(self) -> ImageConfig | None:
        """What the image that would be used says of itself, as far as that is known."""
        if self.look and self.look.image:
            return self.look.image.config
        return self.local.config if self.local else None


class Inspector:
    """Finds out about images, on one engine and over the network."""

    def __init__(
        self,
        find_local: FindLocal,
        keyring: Keyring,
        looker: Looker,
        architecture: Callable[[], Awaitable[str]],
    ) -> None:
        self._find_local = find_local
        self._keyring = keyring
        self._looker = looker
        self._architecture = architecture

    async def inspect(
        self,
        username: str,
        reference: ImageReference,
        given: Credential | None = None,
        *,
        lock: Lock | None = None,
        fresh: bool = False,
    ) -> Inspected:
        """What is known of the image now. `username`: whose stored credentials count beside the one `given`.

        `lock`: not what the name means now, but what it meant for an earlier job. `fresh`: what was found a moment
        ago does not count. Takes about 5 s at most; what cannot be found out is a problem of the look, no error.
        """
        if lock is not None and lock.image_id:
            local = await self._local(lock.image_id)
            return Inspected(reference, local, None, here=local is not None, lock=lock)
        reference = locked(reference, lock) if lock is not None else reference
        local = await self._local(str(reference))
        if local is not None and made_here(local, reference):
            return Inspected(reference, local, None, here=True)
        found = await self._keyring.find(username, reference, given)
        look = await self._looker.look(reference, found.credential, await self._architecture(), fresh=fresh)
        elsewhere = login_is_elsewhere(reference, given)
        look = replace(look, warnings=(*((elsewhere,) if elsewhere else ()), *found.warnings, *look.warnings))
        here = await self._is_here(reference, local, look)
        return Inspected(reference, local, look, here, found.credential)

    async def _local(self, name: str) -> LocalImage | None:
        try:
            return await self._find_local(name)
        except NoContact:
            return None

    async def _is_here(self, reference: ImageReference, local: LocalImage | None, look: Look) -> bool:
        if look.image is None:
            return local is not None
        exact = replace(reference, tag=None, digest=look.image.digest)
        return (local is not None and str(exact) in local.digests) or await self._local(
            str(exact)
        ) is not None


def lock_of(inspected: Inspected) -> Lock | None:
    """What to hold a job to; None where nobody could say, so that the first pull finds it out."""
    reference, local, look = inspected.reference, inspected.local, inspected.look
    if look is None:
        return Lock(image_id=local.id) if local else None
    if reference.digest:
        return Lock(digest=reference.digest)
    if look.image is not None:
        return Lock(digest=look.image.digest)
    return _pulled_before(local, reference) if local else None


def _pulled_before(local: LocalImage, reference: ImageReference) -> Lock:
    """The registry cannot be asked: the digest under which the image came from it."""
    own = str(replace(reference, tag=None, digest=None))
    digest = next((d.partition("@")[2] for d in local.digests if d.partition("@")[0] == own), "")
    return Lock(digest=digest) if digest else Lock(image_id=local.id)


def made_here(local: LocalImage, reference: ImageReference) -> bool:
    """Whether the image came to this machine in another way than from the registry that it is named after."""
    origins = (parse_reference(digest) for digest in local.digests)
    repository = (reference.registry, reference.repository)
    return all((origin.registry, origin.repository) != repository for origin in origins)
