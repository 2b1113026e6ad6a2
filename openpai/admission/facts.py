"""What the checks must know of the world, gathered before they run."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Protocol

from openpai.errors import NoContact, PaiError, Problem
from openpai.images.catalogue.entries import CatalogueImage, find_image, standard_images
from openpai.images.credentials.credential import Credential
from openpai.images.cuda.machine import Machine
from openpai.images.disk.room import Room
from openpai.images.facts import RemoteImage
from openpai.images.inspector import Inspected
from openpai.images.lock import Lock
from openpai.images.reference import ImageReference, parse_reference
from openpai.protocol.job import Job
from openpai.protocol.prerequisites import DockerImage
from openpai.protocol.template import render_auth
from openpai.runtime.outlook import Outlook
from openpai.storages.provision import StorageFacts, no_storages

NOT_A_CLONE: Mapping[str, Lock] = {}


class Inspect(Protocol):
    """`images.inspector.Inspector.inspect`."""

    async def __call__(
        self,
        username: str,
        reference: ImageReference,
        given: Credential | None = None,
        *,
        lock: Lock | None = None,
        fresh: bool = False,
    ) -> Inspected: ...


FindRoom = Callable[[RemoteImage], Awaitable[Room | None]]
"""Whether an image has room on the disk; None where that cannot be seen."""


FindStorages = Callable[[str, Job], Awaitable[StorageFacts]]
"""`storages.provision.Provision.facts`."""


class FindUsable(Protocol):
    """`cluster.access.Access.usable`."""

    async def __call__(self, username: str, *, admin: bool) -> Sequence[str] | None: ...


async def any_virtual_cluster(username: str, *, admin: bool) -> None:
    """Everybody may use all."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the facts come from. `outlook`, `machines` and `room` may raise `NoContact`. `stop_grace_max_s`: the most
    that a job gets from SIGTERM to SIGKILL."""

    outlook: Callable[[], Awaitable[Outlook]]
    machines: Callable[[], Awaitable[Sequence[Machine]]]
    inspect: Inspect
    room: FindRoom
    catalogue: Callable[[], Sequence[CatalogueImage]] = standard_images
    storages: FindStorages = no_storages
    stop_grace_max_s: float = inf
    usable: FindUsable = any_virtual_cluster


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """An image of the job: what is known of it, its entry in the catalogue, and the room for it where it is not here.
    `now`: what is known of what its tag names today, where a clone is held to what it named for another job."""

    inspected: Inspected
    entry: CatalogueImage | None = None
    room: Room | None = None
    now: Inspected | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What can be foretold of the cluster; None where it cannot be seen, and then why.

    `name_taken`: the user has a job of that name. Only a dry run looks: `submit` relies on the unique index.
    `images`: by the name of the prerequisite; an image whose name cannot be one is not among them. `usable`: the
    virtual clusters that the user may use; None: all.
    """

    outlook: Outlook | None
    cluster_unknown: Problem | None = None
    name_taken: bool = False
    machines: Sequence[Machine] = ()
    images: Mapping[str, ImageFacts] = field(default_factory=dict)
    storages: StorageFacts = field(default_factory=StorageFacts)
    stop_grace_max_s: float = inf
    usable: Sequence[str] | None = None


async def gather(
    job: Job,
    username: str,
    sources: Sources,
    inherited: Mapping[str, Lock] = NOT_A_CLONE,
    *,
    admin: bool = False,
) -> Facts:
    """All facts, asked for side by side; one that cannot be had is unknown, which is no error.

    `inherited`: what the images of the job that this one is a clone of were held to, by their names in the file.
    `admin`: the user is one.
    """
    cluster, images, storages, usable = await asyncio.gather(
        _cluster(username, sources),
        _images(job, username, sources, inherited),
        sources.storages(username, job),
        sources.usable(username, admin=admin),
    )
    grace = sources.stop_grace_max_s
    return replace(cluster, images=images, storages=storages, stop_grace_max_s=grace, usable=usable)


async def _cluster(username: str, sources: Sources) -> Facts:
    try:
        outlook, machines = await asyncio.gather(sources.outlook(), sources.machines())
    except NoContact as error:
        return Facts(None, error.first)
    return Facts(outlook.of(username), machines=machines)


async def _images(
    job: Job, username: str, sources: Sources, inherited: Mapping[str, Lock]
) -> dict[str, ImageFacts]:
    used = {image.name: image for image in map(job.role_image, job.task_roles)}
    found = await asyncio.gather(
        *(_image(job, username, image, sources, inherited.get(image.uri)) for image in used.values())
    )
    return {name: facts for name, facts in zip(used, found, strict=True) if facts is not None}


async def _image(
    job: Job, username: str, image: DockerImage, sources: Sources, lock: Lock | None
) -> ImageFacts | None:
    try:
        reference = parse_reference(image.uri)
    except PaiError:
        return None
    auth = render_auth(job, image)
    given = Credential(*auth) if auth else None
    if lock is None or reference.digest:
        inspected, now = await sources.inspect(username, reference, given), None
    else:
        inspected, now = await asyncio.gather(
            sources.inspect(username, reference, given, lock=lock),
            sources.inspect(username, reference, given),
        )
    return ImageFacts(
        inspected, find_image(reference, sources.catalogue()), await room_for(inspected, sources.room), now
    )


async def room_for(inspected: Inspected, room: FindRoom) -> Room | None:
    """The room for an image that must be pulled; None where it is here, or nothing is known."""
    if inspected.here or inspected.look is None or inspected.look.image is None:
        return None
    try:
        return await room(inspected.look.image)
    except NoContact:
        return None
