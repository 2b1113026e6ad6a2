"""Groups of users, who share what a group has. A member need not have an account yet."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from openpai.errors import fail
from openpai.store.database import Database
from openpai.store.tables import credentials, group_members, groups, tokens


@dataclass(frozen=True, slots=True)
class Group:
    """A group, and what it is for."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a group; `admin`: of the whole server."""

    username: str
    admin: bool


class GroupStore:
    """The queries on groups. All but `add`, `all` and `of` raise `NoGroup`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, group: Group) -> None:
        """Make a group without members. Raises `ConflictGroup`."""
        await self._database.write(_add, group)

    async def remove(self, name: str) -> None:
        """Remove a group with its members and credentials: a later one of that name begins empty."""
        await self._database.write(_remove, name)

    async def all(self) -> Sequence[Group]:
        """Every group, by name."""
        return await self._database.read(_all)

    async def find(self, name: str) -> Group:
        """One group."""
        return await self._database.read(must_exist, name)

    async def members(self, name: str) -> Sequence[Member]:
        """Who is in a group, by name."""
        return await self._database.read(_members, name)

    async def of(self, username: str) -> frozenset[str]:
        """The groups that a user is in."""
        return await self._database.read(_of, username)

    async def join(self, name: str, username: str) -> None:
        """Put a user into a group. Of no effect on one who is in it."""
        await self._database.write(_join, name, username)

    async def leave(self, name: str, username: str) -> None:
        """Take a user out of a group. Of no effect on one who is not in it."""
        await self._database.write(_leave, name, username)


def must_exist(connection: sa.Connection, name: str) -> Group:
    """The group. Raises `NoGroup`."""
    row = connection.execute(sa.select(groups).where(groups.c.name == name)).first()
    if row is None:
        raise fail("NoGroup", group=name)
    return Group(row.name, row.description)


def _add(connection: sa.Connection, group: Group) -> None:
    row = insert(groups).values(name=group.name, description=group.description).on_conflict_do_nothing()
    if not connection.execute(row).rowcount:
        raise fail("ConflictGroup", group=group.name)


def _remove(connection: sa.Connection, name: str) -> None:
    must_exist(connection, name)
    of_group = (credentials.c.scope == "group") & (credentials.c.owner == name)
    connection.execute(credentials.delete().where(of_group))
    connection.execute(groups.delete().where(groups.c.name == name))


def _all(connection: sa.Connection) -> Sequence[Group]:
    rows = connection.execute(sa.select(groups).order_by(groups.c.name))
    return [Group(row.name, row.description) for row in rows]


def _members(connection: sa.Connection, name: str) -> Sequence[Member]:
    must_exist(connection, name)
    username = group_members.c.username
    admin = sa.exists().where(tokens.c.username == username, tokens.c.admin)
    wanted = sa.select(username, admin.label("admin")).where(group_members.c.group_name == name)
    return [Member(row.username, row.admin) for row in connection.execute(wanted.order_by(username))]


def _of(connection: sa.Connection, username: str) -> frozenset[str]:
    wanted = sa.select(group_members.c.group_name).where(group_members.c.username == username)
    return frozenset(connection.execute(wanted).scalars())


def _join(connection: sa.Connection, name: str, username: str) -> None:
    must_exist(connection, name)
    row = insert(group_members).values(group_name=name, username=username)
    connection.execute(row.on_conflict_do_nothing())


def _leave(connection: sa.Connection, name: str, username: str) -> None:
    must_exist(connection, name)
    member = (group_members.c.group_name == name) & (group_members.c.username == username)
    connection.execute(group_members.delete().where(member))
