"""Opens the database and runs transactions.

A transaction is a plain function of a connection; it runs as a whole on a thread of its own, so that the event
loop never waits for the disk. SQLite takes one writer at a time, so there is one writing thread, and readers
beside it (WAL).
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import DatabaseError

from openpai.errors import PaiError, fail

P = ParamSpec("P")
T = TypeVar("T")

_READERS = 4


class Database:
    """A SQLite database in a file, migrated to the newest schema when opened. Raises `StoreUnavailable`, `NoSpace`."""

    def __init__(self, file: Path) -> None:
        url = sa.URL.create("sqlite", database=str(file))
        self._engine = sa.create_engine(url, pool_size=_READERS + 1)
        sa.event.listen(self._engine, "connect", _configure)
        sa.event.listen(self._engine, "begin", _begin)
        try:
            _migrate(self._engine.execution_options(writes=True))
        except BaseException:
            self._engine.dispose()
            raise
        self._writer = ThreadPoolExecutor(1, "store-writer")
        self._readers = ThreadPoolExecutor(_READERS, "store-reader")

    def write(
        self, work: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[T]:
        """Run `work` in a transaction that is on the disk when this returns, or not at all.

        Raises `NoSpace` when the disk is full, `StoreUnavailable` when the database cannot be used.
        """
        engine = self._engine.execution_options(writes=True)
        return self._run(self._writer, engine, work, *args, **kwargs)

    def read(
        self, work: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[T]:
        """Run `work`, which only reads, beside writers: it sees one moment throughout. Raises as `write`."""
        return self._run(self._readers, self._engine, work, *args, **kwargs)

    async def _run(
        self,
        threads: ThreadPoolExecutor,
        engine: sa.Engine,
        work: Callable[..., T],
        *args: Any,
        **kwargs: Any,
    ) -> T:
        def transaction() -> T:
            with engine.begin() as connection:
                return work(connection, *args, **kwargs)

        try:
            return await asyncio.get_running_loop().run_in_executor(threads, transaction)
        except sa.exc.IntegrityError:
            raise
        except DatabaseError as error:
            raise _translate(error) from error

    def close(self) -> None:
        """Wait for running transactions, then let go of the file."""
        self._writer.shutdown()
        self._readers.shutdown()
        self._engine.dispose()


def _configure(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin only before the first change: `_begin` does
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(engine: sa.Engine) -> None:
    config = Config()
    config.set_main_option("script_location", "openpai.store:migrations")
    config.set_main_option("path_separator", "os")
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise _translate(error) from error
    except CommandError as error:  # the database is of a newer version than this program
        raise fail("StoreUnavailable", detail=str(error)) from error


def _translate(error: DatabaseError) -> PaiError:
    words = str(error.orig)
    full = "disk is full" in words or "disk I/O error" in words
    return fail("NoSpace" if full else "StoreUnavailable", detail=words)
