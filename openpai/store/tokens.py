"""Access tokens: which are valid, and whose they are. Only their digests are kept."""

from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa

from openpai.store.database import Database
from openpai.store.tables import tokens


@dataclass(frozen=True, slots=True)
class Identity:
    """Who makes a request."""

    username: str
    admin: bool
    application: bool


class TokenStore:
    """The queries on tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token: str, identity: Identity, now: int) -> None:
        """Make a token valid."""
        await self._database.write(_add, _digest(token), identity, now)

    async def identify(self, token: str) -> Identity | None:
        """Whose token it is; None if it is not (or no longer) valid."""
        return await self._database.read(_identify, _digest(token))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _add(connection: sa.Connection, digest: str, identity: Identity, now: int) -> None:
    connection.execute(
        tokens.insert().values(
            digest=digest,
            username=identity.username,
            admin=identity.admin,
            application=identity.application,
            created_at=now,
        )
    )


def _identify(connection: sa.Connection, digest: str) -> Identity | None:
    row = connection.execute(sa.select(tokens).where(tokens.c.digest == digest)).first()
    return None if row is None else Identity(row.username, row.admin, row.application)
