"""Groups in the store: made, filled, emptied, removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from openpai.errors import PaiError
from openpai.store.database import Database
from openpai.store.groups import Group, GroupStore, Member
from openpai.store.tokens import Identity, TokenStore


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "pai.db")
    yield opened
    opened.close()


@pytest.fixture
def groups(database: Database) -> GroupStore:
    return GroupStore(database)


async def test_groups_are_found_by_name(groups: GroupStore) -> None:
    await groups.add(Group("zoo", "the animals"))
    await groups.add(Group("team", ""))
    assert await groups.all() == [Group("team", ""), Group("zoo", "the animals")]
    assert await groups.find("zoo") == Group("zoo", "the animals")


async def test_a_name_is_given_once(groups: GroupStore) -> None:
    await groups.add(Group("team", "first"))
    with pytest.raises(PaiError) as refused:
        await groups.add(Group("team", "second"))
    assert refused.value.first.code == "ConflictGroup"
    assert await groups.find("team") == Group("team", "first")


async def test_members_come_and_go_and_twice_is_once(groups: GroupStore, database: Database) -> None:
    await TokenStore(database).add("t1", Identity("root", admin=True, application=True), 1)
    await TokenStore(database).add("t2", Identity("ann", admin=False, application=True), 1)
    await groups.add(Group("team", ""))
    for user in ("root", "ann", "ann"):
        await groups.join("team", user)
    assert await groups.members("team") == [Member("ann", False), Member("root", True)]
    for _ in range(2):
        await groups.leave("team", "ann")
    assert await groups.members("team") == [Member("root", True)]


async def test_a_removed_group_is_gone_with_its_members(groups: GroupStore) -> None:
    await groups.add(Group("team", ""))
    await groups.join("team", "ann")
    await groups.remove("team")
    assert await groups.all() == []
    await groups.add(Group("team", ""))
    assert await groups.members("team") == []


async def test_nothing_is_done_with_a_group_that_is_not_there(groups: GroupStore) -> None:
    for work in (
        groups.find("team"),
        groups.members("team"),
        groups.remove("team"),
        groups.join("team", "ann"),
        groups.leave("team", "ann"),
    ):
        with pytest.raises(PaiError) as refused:
            await work
        assert refused.value.first.code == "NoGroup"


async def test_a_user_is_in_the_groups_that_he_joined(groups: GroupStore) -> None:
    for name in ("team", "zoo", "other"):
        await groups.add(Group(name, ""))
    await groups.join("team", "ann")
    await groups.join("zoo", "ann")
    await groups.join("other", "bob")
    assert await groups.of("ann") == {"team", "zoo"}
    await groups.remove("zoo")
    assert await groups.of("ann") == {"team"}
    assert await groups.of("nobody") == frozenset()
