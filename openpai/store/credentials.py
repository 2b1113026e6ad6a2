"""Log-ins for registries: a user's own, a group's, and the default for everyone.

Passwords are encrypted, and only `stored` gives them out. A registry has one log-in per owner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy.dialects.sqlite import insert

from openpai.errors import fail
from openpai.images.credentials.credential import Credential, registry_host
from openpai.store.database import Database
from openpai.store.groups import must_exist
from openpai.store.tables import credentials, group_members
from openpai.store.vault import Vault

log = structlog.get_logger()

Scope = Literal["user", "group", "default"]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a log-in is: a user's or a group's, by name, or everyone's ("default", without a name)."""

    scope: Scope
    name: str = ""


DEFAULT = Owner("default")


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """What may be shown of a stored log-in. `updated_at` is ms since the epoch. `counts`: for who is shown it; an
    administrator sees those of groups that he is not in."""

    owner: Owner
    registry: str
    username: str
    updated_at: int
    counts: bool = True


class CredentialStore:
    """The queries on credentials. Registries may be written in any way that `registry_host` reads."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def set(self, owner: Owner, registry: str, username: str, password: str, now: int) -> None:
        """Keep a log-in, in place of the one before. Raises `NoGroup`."""
        row = {
            "scope": owner.scope,
            "owner": owner.name,
            "registry": _key(registry),
            "username": username,
            "secret": self._vault.encrypt({"password": password}),
            "updated_at": now,
        }
        await self._database.write(_set, owner, row)

    async def remove(self, owner: Owner, registry: str) -> None:
        """Forget a log-in. Raises `NoCredential`."""
        await self._database.write(_remove, owner, _key(registry))

    async def shown_to(self, username: str, *, all_groups: bool = False) -> Sequence[StoredCredential]:
        """The log-ins that count for a user, without passwords; with `all_groups` also those of other groups."""
        return await self._database.read(_shown_to, username, all_groups)

    async def stored(self, username: str, registry: str) -> Sequence[Credential]:
        """The log-ins that count for a user at a registry: his own, his groups' by name, the default."""
        rows = await self._database.read(_of_registry, username, _key(registry))
        return [found for row in rows if (found := self._open(row)) is not None]

    def _open(self, row: sa.Row[tuple[object, ...]]) -> Credential | None:
        try:
            password = self._vault.decrypt(row.secret)["password"]
        except InvalidToken:
            log.error(
                "a credential cannot be decrypted: is secret.key the file that it was?",
                scope=row.scope,
                owner=row.owner,
                registry=row.registry,
            )
            return None
        return Credential(row.username, password, row.registry, row.scope, row.owner)


def _key(registry: str) -> str:
    """The port of https may be named or not."""
    return registry_host(registry).removesuffix(":443")


def _is(owner: Owner) -> sa.ColumnElement[bool]:
    return (credentials.c.scope == owner.scope) & (credentials.c.owner == owner.name)


def _counts_for(username: str) -> sa.ColumnElement[bool]:
    groups = sa.select(group_members.c.group_name).where(group_members.c.username == username)
    in_groups = (credentials.c.scope == "group") & credentials.c.owner.in_(groups)
    return sa.or_(_is(Owner("user", username)), in_groups, _is(DEFAULT))


_BEST_FIRST = (
    sa.case({"user": 0, "group": 1}, value=credentials.c.scope, else_=2),
    credentials.c.owner,
    credentials.c.registry,
)


def _set(connection: sa.Connection, owner: Owner, row: dict[str, object]) -> None:
    if owner.scope == "group":
        must_exist(connection, owner.name)
    key = [column.name for column in credentials.primary_key]
    changed = {name: value for name, value in row.items() if name not in key}
    statement = insert(credentials).values(**row)
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))


def _remove(connection: sa.Connection, owner: Owner, registry: str) -> None:
    row = sa.delete(credentials).where(_is(owner), credentials.c.registry == registry)
    if not connection.execute(row).rowcount:
        raise fail("NoCredential", registry=registry)


def _shown_to(connection: sa.Connection, username: str, all_groups: bool) -> Sequence[StoredCredential]:
    counts = _counts_for(username)
    shown = sa.or_(counts, credentials.c.scope == "group") if all_groups else counts
    columns = sa.select(credentials, counts.label("counts"))
    return [
        StoredCredential(
            Owner(row.scope, row.owner), row.registry, row.username, row.updated_at, bool(row.counts)
        )
        for row in connection.execute(columns.where(shown).order_by(*_BEST_FIRST))
    ]


def _of_registry(
    connection: sa.Connection, username: str, registry: str
) -> Sequence[sa.Row[tuple[object, ...]]]:
    wanted = sa.select(credentials).where(_counts_for(username), credentials.c.registry == registry)
    return connection.execute(wanted.order_by(*_BEST_FIRST)).all()
