"""When images were last used, and what was removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from openpai.store.database import Database
from openpai.store.image_uses import ImageUses, Removed


@pytest.fixture
def uses(tmp_path: Path) -> Iterator[ImageUses]:
    database = Database(tmp_path / "pai.db")
    yield ImageUses(database)
    database.close()


def removal(image_id: str, at: int) -> Removed:
    return Removed(at, image_id, ("team/tool:v1",), 1 << 40, at - 5, "RemovedAboveMark")


async def test_the_latest_use_counts(uses: ImageUses) -> None:
    await uses.note({"a", "b"}, 10)
    await uses.note({"b", "c"}, 20)
    await uses.note({"c"}, 15)  # two that note at once may come in another order
    await uses.note(set(), 30)
    assert await uses.all() == {"a": 10, "b": 20, "c": 20}


async def test_what_is_gone_is_forgotten(uses: ImageUses) -> None:
    await uses.note({"a", "b"}, 10)
    await uses.forget({"a"})
    await uses.forget(set())
    assert await uses.all() == {"b": 10}


async def test_removals_are_told_newest_first_in_pages(uses: ImageUses) -> None:
    await uses.note({"a", "b"}, 10)
    log = [removal(image_id, at) for at, image_id in enumerate("abcde", 100)]
    for removed in log:
        await uses.add_removal(removed)
    assert await uses.removals() == log[::-1]
    assert await uses.removals(1, 2) == [log[3], log[2]]
    assert await uses.count_removals() == 5
    assert await uses.all() == {}
