"""Sessions of browsers, and the one-time links that open one. Only digests of their secrets are kept."""

from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa

from openpai.store.database import Database
from openpai.store.tables import sessions, sign_in_links
from openpai.store.tokens import Identity


@dataclass(frozen=True, slots=True)
class Session:
    """Who uses the browser, and until when."""

    identity: Identity
    expires_at: int


class SessionStore:
    """The queries on sessions and links. What has expired is as good as gone, and removed at the next opening."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, secret: str, session: Session, now: int) -> None:
        """Let the secret stand for this session."""
        await self._database.write(_add, sessions, _digest(secret), session, now)

    async def find(self, secret: str, now: int) -> Session | None:
        """The session of this secret; None if there is none, or none any more."""
        return await self._database.read(_find, _digest(secret), now)

    async def close(self, secret: str) -> None:
        """End the session; of no effect where it has ended."""
        await self._database.write(_remove, _digest(secret))

    async def add_link(self, code: str, session: Session, now: int) -> None:
        """Let the code open one session, once, of the same user, while `session` lasts."""
        await self._database.write(_add, sign_in_links, _digest(code), session, now)

    async def use_link(self, code: str, now: int) -> Identity | None:
        """Whose link it is, and it is used up; None if it was used before, has expired or never was."""
        return await self._database.write(_use, _digest(code), now)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _add(connection: sa.Connection, table: sa.Table, digest: str, session: Session, now: int) -> None:
    connection.execute(table.delete().where(table.c.expires_at <= now))
    connection.execute(
        table.insert().values(
            digest=digest,
            username=session.identity.username,
            admin=session.identity.admin,
            expires_at=session.expires_at,
        )
    )


def _find(connection: sa.Connection, digest: str, now: int) -> Session | None:
    wanted = sa.select(sessions).where(sessions.c.digest == digest, sessions.c.expires_at > now)
    row = connection.execute(wanted).first()
    return None if row is None else Session(Identity(row.username, row.admin, False), row.expires_at)


def _remove(connection: sa.Connection, digest: str) -> None:
    connection.execute(sessions.delete().where(sessions.c.digest == digest))


def _use(connection: sa.Connection, digest: str, now: int) -> Identity | None:
    used = sign_in_links.delete().where(sign_in_links.c.digest == digest).returning(*sign_in_links.c)
    row = connection.execute(used).first()
    return None if row is None or row.expires_at <= now else Identity(row.username, row.admin, False)
