"""When images were last used by our tasks, and which ones were removed to make room."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from openpai.store.database import Database
from openpai.store.tables import image_removals, image_uses


@dataclass(frozen=True, slots=True)
class Removed:
    """An image that was removed. `reason` is a code of the messages; times are ms, `size_bytes` as the engine told:
    layers that other images share stay."""

    at: int
    image_id: str
    names: tuple[str, ...]
    size_bytes: int
    used_at: int
    reason: str


class ImageUses:
    """The queries on both."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, image_ids: Collection[str], now: int) -> None:
        """These are used now."""
        if image_ids:
            await self._database.write(_note, sorted(image_ids), now)

    async def all(self) -> Mapping[str, int]:
        """When each was last used, ms."""
        return await self._database.read(_all)

    async def forget(self, image_ids: Collection[str]) -> None:
        """These are not on the machine any more."""
        if image_ids:
            await self._database.write(_forget, sorted(image_ids))

    async def add_removal(self, removed: Removed) -> None:
        """Keep that an image was removed; its use is forgotten."""
        await self._database.write(_add_removal, removed)

    async def removals(self, offset: int = 0, limit: int = 100) -> Sequence[Removed]:
        """What was removed, the latest first."""
        return await self._database.read(_removals, offset, limit)

    async def count_removals(self) -> int:
        """How many were, in all."""
        return await self._database.read(_count)


def _note(connection: sa.Connection, image_ids: Sequence[str], now: int) -> None:
    statement = insert(image_uses).values([{"image_id": image_id, "used_at": now} for image_id in image_ids])
    latest = sa.func.max(image_uses.c.used_at, statement.excluded.used_at)
    connection.execute(statement.on_conflict_do_update(index_elements=["image_id"], set_={"used_at": latest}))


def _all(connection: sa.Connection) -> Mapping[str, int]:
    return {row.image_id: row.used_at for row in connection.execute(sa.select(image_uses))}


def _forget(connection: sa.Connection, image_ids: Sequence[str]) -> None:
    connection.execute(image_uses.delete().where(image_uses.c.image_id.in_(image_ids)))


def _add_removal(connection: sa.Connection, removed: Removed) -> None:
    connection.execute(
        image_removals.insert().values(
            at=removed.at,
            image_id=removed.image_id,
            names=list(removed.names),
            size_bytes=removed.size_bytes,
            used_at=removed.used_at,
            reason=removed.reason,
        )
    )
    _forget(connection, [removed.image_id])


def _removals(connection: sa.Connection, offset: int, limit: int) -> Sequence[Removed]:
    newest = sa.select(image_removals).order_by(image_removals.c.id.desc()).offset(offset).limit(limit)
    return [
        Removed(row.at, row.image_id, tuple(row.names), row.size_bytes, row.used_at, row.reason)
        for row in connection.execute(newest)
    ]


def _count(connection: sa.Connection) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(image_removals)).scalar_one()
