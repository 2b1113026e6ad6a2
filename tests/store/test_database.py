"""The database: migrated when opened, durable, one writer and readers beside it, and what a full disk does."""

import asyncio
import logging
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from openpai.errors import PaiError
from openpai.store.database import Database
from openpai.store.tables import metadata, tokens


def put(connection: sa.Connection, digest: str) -> None:
    row = {"digest": digest, "username": "u" * 200, "admin": False, "application": False, "created_at": 0}
    connection.execute(tokens.insert().values(**row))


def put_many(connection: sa.Connection, prefix: str, number: int) -> None:
    for n in range(number):
        put(connection, f"{prefix}-{n}")


def count(connection: sa.Connection) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(tokens)).scalar_one()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "pai.db")
    yield opened
    opened.close()


def schema(file: Path) -> dict[str, Any]:
    """All of a database that a migration makes, as the engine tells it."""
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(file)))
    inspector = sa.inspect(engine)
    tables = {
        name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)],
            sorted((i["name"], tuple(i["column_names"]), i["unique"]) for i in inspector.get_indexes(name)),
            sorted(map(str, inspector.get_foreign_keys(name))),
            inspector.get_pk_constraint(name),
        )
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }
    engine.dispose()
    return tables


def test_a_migrated_database_is_what_the_tables_say(tmp_path: Path) -> None:
    Database(tmp_path / "migrated.db").close()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'created.db'}")
    metadata.create_all(engine)
    engine.dispose()

    assert schema(tmp_path / "migrated.db") == schema(tmp_path / "created.db")


async def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    for time_ in range(3):
        database = Database(tmp_path / "pai.db")
        await database.write(put, str(time_))
        assert await database.read(count) == time_ + 1
        database.close()


def test_two_processes_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from openpai.store.database import Database; "
        "Database(Path(sys.argv[1])).close()"
    )
    file = str(tmp_path / "pai.db")
    opening = [subprocess.Popen([sys.executable, "-c", code, file]) for _ in range(3)]
    assert [process.wait(60) for process in opening] == [0, 0, 0]


def test_a_path_with_odd_characters_is_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "100% a?b#c ü"
    folder.mkdir()
    Database(folder / "pai.db").close()
    assert (folder / "pai.db").stat().st_size > 0


def test_opening_is_quick_and_leaves_logging_alone(tmp_path: Path) -> None:
    before = (logging.root.level, list(logging.root.handlers), logging.getLogger("alembic").level)
    begun = time.perf_counter()
    Database(tmp_path / "pai.db").close()
    seconds = time.perf_counter() - begun

    assert seconds < 1, f"{seconds:.2f} s; 0.1 s on an idle machine"
    assert (logging.root.level, list(logging.root.handlers), logging.getLogger("alembic").level) == before


async def test_what_was_written_survives_a_power_failure_and_readers_do_not_wait(database: Database) -> None:
    def settings(connection: sa.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    full = 2
    assert await database.read(settings) == ["wal", full, 1, 10_000]
    assert await database.write(settings) == ["wal", full, 1, 10_000]


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def half(connection: sa.Connection) -> None:
        put(connection, "one")
        raise KeyError("half-way")

    with pytest.raises(KeyError):
        await database.write(half)
    assert await database.read(count) == 0


async def test_a_reader_sees_one_moment_while_a_writer_goes_on(database: Database) -> None:
    loop = asyncio.get_running_loop()
    looked, written = asyncio.Event(), asyncio.Event()

    def twice(connection: sa.Connection) -> tuple[int, int]:
        first = count(connection)
        loop.call_soon_threadsafe(looked.set)
        asyncio.run_coroutine_threadsafe(written.wait(), loop).result(10)
        return first, count(connection)

    reading = asyncio.ensure_future(database.read(twice))
    await looked.wait()
    await asyncio.wait_for(asyncio.ensure_future(database.write(put, "new")), 5)
    written.set()

    assert await reading == (0, 0)
    assert await database.read(count) == 1


async def test_writers_take_turns(database: Database) -> None:
    await asyncio.gather(*(database.write(put, str(n)) for n in range(100)))
    assert await database.read(count) == 100


def test_a_file_that_is_no_database_is_told_as_one_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "pai.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(PaiError) as wrong:
        Database(tmp_path / "pai.db")
    assert wrong.value.first.code == "StoreUnavailable"


def test_a_database_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    Database(tmp_path / "pai.db").close()
    with sqlite3.connect(tmp_path / "pai.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(PaiError) as wrong:
        Database(tmp_path / "pai.db")
    assert wrong.value.first.code == "StoreUnavailable"
    assert "9999" in str(wrong.value.first.params["detail"])


async def test_a_full_disk_is_told_and_nothing_is_half_written_and_it_goes_on_when_there_is_room(
    small_disk: Path,
) -> None:
    database = Database(small_disk / "pai.db")
    kept = 0

    async def fill() -> None:
        nonlocal kept
        while True:
            await database.write(put_many, str(kept), 100)
            kept += 1

    with pytest.raises(PaiError) as full:
        await fill()
    assert full.value.first.code == "NoSpace"
    assert await database.read(count) == kept * 100, "reading goes on, and shows whole transactions only"
    with pytest.raises(PaiError):
        await database.write(put_many, "again", 1000)

    (small_disk / "ballast").unlink()
    await database.write(put_many, "after", 100)
    assert await database.read(count) == kept * 100 + 100
    database.close()
