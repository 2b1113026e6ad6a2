"""The catalogue held against what there is: which images are on the machine, and which a job can use here."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from openpai.errors import Problem
from openpai.images.catalogue.admin_file import AdminFile
from openpai.images.catalogue.entries import CatalogueImage
from openpai.images.catalogue.standing import Standing, standing
from openpai.images.cuda.machine import Machine
from openpai.images.facts import LocalImage
from openpai.images.reference import ImageReference


@dataclass(frozen=True, slots=True)
class StockItem:
    """An image of the catalogue, what the machine has of it, and how it stands."""

    entry: CatalogueImage
    local: LocalImage | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Stock:
    """`others`: images on the machine that the catalogue does not name. `problems`: of the admin's own file."""

    items: Sequence[StockItem]
    others: Sequence[LocalImage]
    machines: Sequence[Machine]
    problems: Sequence[Problem]


class Shelf:
    """Takes stock. The callables ask the engine and may raise `NoContact`; `reach` says why an image's registry
    cannot be asked, None where it can."""

    def __init__(
        self,
        admin: AdminFile,
        images: Callable[[], Awaitable[Sequence[LocalImage]]],
        find: Callable[[str], Awaitable[LocalImage | None]],
        machines: Callable[[], Awaitable[Sequence[Machine]]],
        reach: Callable[[ImageReference], Awaitable[Problem | None]],
    ) -> None:
        self._admin = admin
        self._images = images
        self._find = find
        self._machines = machines
        self._reach = reach

    async def stock(self) -> Stock:
        """As it is now; each registry is asked once whether it answers, not for each image."""
        catalogue = self._admin.current().catalogue()
        here, machines = await asyncio.gather(self._images(), self._machines())
        found = await asyncio.gather(*(self._local(entry, here) for entry in catalogue))
        missing = [entry.reference for entry, local in zip(catalogue, found, strict=True) if not local]
        asked = {reference.registry: reference for reference in reversed(missing)}  # one for each registry
        reached = dict(zip(asked, await asyncio.gather(*map(self._reach, asked.values())), strict=True))
        items = [
            StockItem(entry, local, standing(entry, local, machines, reached.get(entry.reference.registry)))
            for entry, local in zip(catalogue, found, strict=True)
        ]
        known = {local.id for local in found if local}
        others = [image for image in here if image.id not in known]
        return Stock(items, others, machines, self._admin.problems)

    async def _local(self, entry: CatalogueImage, here: Sequence[LocalImage]) -> LocalImage | None:
        """With its configuration, which a list does not tell."""
        name = str(entry.reference)
        return await self._find(name) if any(name in image.names for image in here) else None
