"""What is seen to before a task is started: that its image may be pulled, with which log-in, and that it has room;
and that its storages are there, and still the user's to mount.

Done anew for each attempt, so that a password that went bad since the submission is told as such, by the registry's
own word, and a login that it refuses is not tried again and again by the engine.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from openpai.backends.contract import ImageEngine
from openpai.errors import Refused
from openpai.images.facts import RemoteImage
from openpai.images.inspector import Inspector
from openpai.images.reference import parse_reference
from openpai.protocol.job import Job
from openpai.runtime.container import ContainerPlan
from openpai.storages.storage import Mount


class Keeper(Protocol):
    """What is asked of `ImageKeeper`."""

    async def use(self, image: str) -> None:
        """An image, by name or id, is about to be used: from then on it is not removed."""

    async def make_room(self, name: str, image: RemoteImage) -> None:
        """See to it that there is room; raises `TemporaryFailure` with the numbers where there is none."""


class Prepare(Protocol):
    """`Preparer.prepare`."""

    async def __call__(self, username: str, job: Job, plan: ContainerPlan) -> ContainerPlan: ...


FindMounts = Callable[[str, Job], Awaitable[tuple[Mount, ...]]]
"""`storages.provision.Provision.mounts`."""


class Preparer:
    """Makes plans complete that the backend is given."""

    def __init__(self, engine: ImageEngine, inspector: Inspector, keeper: Keeper, mounts: FindMounts) -> None:
        self._engine = engine
        self._inspector = inspector
        self._keeper = keeper
        self._mounts = mounts

    async def prepare(self, username: str, job: Job, plan: ContainerPlan) -> ContainerPlan:
        """The plan with what it mounts, and with the credential that its image is pulled with.

        Raises `Refused` and `TemporaryFailure` for a storage or an image that cannot be had.
        """
        mounts = await self._mounts(username, job)  # first: a pull takes long, and would be for nothing
        return await self._with_image(username, replace(plan, mounts=mounts))

    async def _with_image(self, username: str, plan: ContainerPlan) -> ContainerPlan:
        """The plan with the credential that its image is pulled with; nothing is asked for an image that is here.

        Raises `Refused` with what the registry says no with, `TemporaryFailure` where the image has no room. A
        registry that cannot be asked is no reason against trying: the engine may have another way to it.
        """
        await self._keeper.use(plan.image_id or plan.image)
        if plan.image_id:
            return plan
        if not plan.refresh and await self._engine.find_image(plan.image) is not None:
            return replace(plan, credential=None)
        reference = parse_reference(plan.image)
        found = await self._inspector.inspect(username, reference, plan.credential)
        look = found.look
        if look is None:  # made on this machine: there is nothing to pull
            return replace(plan, credential=None, refresh=False)
        if look.problem is not None and look.certain:
            raise Refused(look.problem)
        if look.image is not None and not found.here:
            await self._keeper.make_room(str(reference), look.image)
        return replace(plan, credential=found.credential)
