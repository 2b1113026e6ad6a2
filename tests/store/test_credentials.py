"""Log-ins for registries in the store: whose count for whom, and that no password is readable."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from openpai.errors import PaiError
from openpai.images.credentials.credential import Credential
from openpai.store.credentials import DEFAULT, CredentialStore, Owner, StoredCredential
from openpai.store.database import Database
from openpai.store.groups import Group, GroupStore
from openpai.store.vault import Vault

HOST = "harbor.example.com:5000"
ANN, TEAM, ZOO = Owner("user", "ann"), Owner("group", "team"), Owner("group", "zoo")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "pai.db")
    yield opened
    opened.close()


@pytest.fixture
def credentials(database: Database, tmp_path: Path) -> CredentialStore:
    return CredentialStore(database, Vault(tmp_path / "key"))


@pytest.fixture
async def groups(database: Database) -> GroupStore:
    """`team` and `zoo`, ann in both."""
    groups = GroupStore(database)
    for name in ("team", "zoo"):
        await groups.add(Group(name, ""))
        await groups.join(name, "ann")
    return groups


async def refusal(work: object) -> str:
    with pytest.raises(PaiError) as refused:
        await work  # type: ignore[misc]
    return refused.value.first.code


async def test_the_best_comes_first_and_only_what_is_ones_own(
    credentials: CredentialStore, groups: GroupStore
) -> None:
    for owner in (DEFAULT, ZOO, TEAM, ANN):
        await credentials.set(owner, HOST, owner.name or "all", f"pw of {owner.scope}", 1)
    await credentials.set(Owner("user", "bob"), HOST, "bob", "his", 1)
    assert await credentials.stored("ann", HOST) == [
        Credential("ann", "pw of user", HOST, "user", "ann"),
        Credential("team", "pw of group", HOST, "group", "team"),
        Credential("zoo", "pw of group", HOST, "group", "zoo"),
        Credential("all", "pw of default", HOST, "default"),
    ]
    assert [each.username for each in await credentials.stored("eve", HOST)] == ["all"]
    assert await credentials.stored("ann", "other.example.com") == []


async def test_a_user_has_nothing_of_a_group_of_his_name(
    credentials: CredentialStore, groups: GroupStore
) -> None:
    await credentials.set(TEAM, HOST, "bot", "pw", 1)
    assert await credentials.stored("team", HOST) == []
    await credentials.set(Owner("user", "zoo"), HOST, "zoo", "pw", 1)
    assert [each.source for each in await credentials.stored("ann", HOST)] == ["group"]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        (f"https://{HOST.title()}/v2/", HOST),
        ("https://index.docker.io/v1/", "docker.io"),
        ("r.example.com:443", "r.example.com"),
        ("r.example.com", "r.example.com:443"),
    ],
)
async def test_a_registry_may_be_written_in_many_ways(
    written: str, asked: str, credentials: CredentialStore
) -> None:
    await credentials.set(ANN, written, "ann", "pw", 1)
    assert len(await credentials.stored("ann", asked)) == 1
    await credentials.remove(ANN, asked)
    assert await credentials.stored("ann", asked) == []


async def test_a_second_one_takes_the_place_of_the_first(credentials: CredentialStore) -> None:
    await credentials.set(ANN, HOST, "ann", "old", 1)
    await credentials.set(ANN, HOST, "ann2", "new", 2)
    assert await credentials.stored("ann", HOST) == [Credential("ann2", "new", HOST, "user", "ann")]
    assert await credentials.shown_to("ann") == [StoredCredential(ANN, HOST, "ann2", 2)]


async def test_what_is_shown_is_what_counts_and_for_an_admin_all_groups(
    credentials: CredentialStore, groups: GroupStore
) -> None:
    for owner in (DEFAULT, TEAM, ANN):
        await credentials.set(owner, HOST, "u", "pw", 7)
    shown = {
        user: [each.owner for each in await credentials.shown_to(user, all_groups=user == "root")]
        for user in ("ann", "bob", "root")
    }
    assert shown == {"ann": [ANN, TEAM, DEFAULT], "bob": [DEFAULT], "root": [TEAM, DEFAULT]}


async def test_what_is_not_there_cannot_be_removed_or_given_to(credentials: CredentialStore) -> None:
    assert await refusal(credentials.remove(ANN, HOST)) == "NoCredential"
    assert await refusal(credentials.set(TEAM, HOST, "u", "pw", 1)) == "NoGroup"


async def test_a_group_takes_its_log_ins_with_it(credentials: CredentialStore, groups: GroupStore) -> None:
    await credentials.set(TEAM, HOST, "bot", "pw", 1)
    await groups.remove("team")
    await groups.add(Group("team", "another one"))
    await groups.join("team", "ann")
    assert await credentials.stored("ann", HOST) == []


async def test_who_leaves_a_group_has_its_log_in_no_more(
    credentials: CredentialStore, groups: GroupStore
) -> None:
    await credentials.set(TEAM, HOST, "bot", "pw", 1)
    await groups.leave("team", "ann")
    assert await credentials.stored("ann", HOST) == []


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("pai.db*"))


async def test_no_password_is_readable_in_the_database(
    credentials: CredentialStore, database: Database, tmp_path: Path
) -> None:
    await credentials.set(ANN, HOST, "ann", "hunter2-秘密", 1)
    shown = repr(await credentials.shown_to("ann")) + repr(await credentials.stored("ann", HOST))
    database.close()
    kept = bytes_of(tmp_path)
    assert b"harbor.example.com" in kept
    for place in (kept, shown.encode()):
        assert b"hunter2" not in place
        assert "秘密".encode() not in place


async def test_one_that_cannot_be_decrypted_is_told_and_left_out(
    credentials: CredentialStore, database: Database, tmp_path: Path
) -> None:
    await credentials.set(ANN, HOST, "ann", "pw", 1)
    await CredentialStore(database, Vault(tmp_path / "other key")).set(DEFAULT, HOST, "all", "pw", 1)
    with structlog.testing.capture_logs() as logged:
        found = await credentials.stored("ann", HOST)
    assert [each.username for each in found] == ["ann"]
    assert [(entry["scope"], entry["registry"]) for entry in logged] == [("default", HOST)]
