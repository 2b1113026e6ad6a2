"""Storages by OpenPAI's calls: a user sees what is granted, an admin all, and nobody another's."""

from pathlib import Path

import httpx2
import pytest

from openpai.store.groups import Group
from tests.server.house import House, client

PATH = "/api/v2/storages"


@pytest.fixture
async def folder(house: House, tmp_path: Path) -> Path:
    """`data` for everybody, `speech` for a group that alice is in, `vision` for one that bob is in."""
    (tmp_path / "data").mkdir()
    for user, group in (("alice", "speech"), ("bob", "vision")):
        await house.services.groups.add(Group(group, ""))
        await house.services.groups.join(group, user)
    entries = [
        ("data", "everybody = true\ndefault = true\nread_only = true"),
        ("speech", 'groups = ["speech"]\nshare = false\ndescription = "recordings"'),
        ("vision", 'groups = ["vision"]'),
    ]
    (tmp_path / "storages.toml").write_text(
        "\n".join(f'[[storage]]\nname = "{n}"\npath = "{tmp_path}/{n}"\n{more}' for n, more in entries)
    )
    return tmp_path


async def names(asking: httpx2.AsyncClient, query: str = "") -> list[str]:
    return [each["name"] for each in (await asking.get(PATH + query)).json()["storages"]]


async def test_a_user_sees_the_storages_of_his_groups(
    house: House, folder: Path, api: httpx2.AsyncClient
) -> None:
    assert await names(api) == ["data", "speech"]
    assert await names(api, "?default=true") == ["data"]
    async with client(house, "bob") as bob:
        assert await names(bob) == ["data", "vision"]
    shown = (await api.get(PATH)).json()["storages"]
    assert shown[0] == {
        "name": "data", "share": True, "volumeName": "data", "default": True, "readOnly": True,
        "mountPath": "/mnt/data", "description": "", "problem": None, "groups": None,
    }  # fmt: skip
    assert shown[1]["problem"]["code"] == "StorageGone"
    assert str(folder / "speech") in shown[1]["problem"]["message"]


async def test_an_admin_may_mount_no_more_but_sees_all_and_the_mistakes(
    house: House, folder: Path, api: httpx2.AsyncClient
) -> None:
    async with client(house, "root") as admin:
        assert await names(admin) == ["data"]
        reply = (await admin.get(f"{PATH}?all=true")).json()
        assert [(each["name"], each["groups"]) for each in reply["storages"]] == [
            ("data", []),
            ("speech", ["speech"]),
            ("vision", ["vision"]),
        ]
        (folder / "storages.toml").write_text("[[storage]]\nname = 1\npath = 2\n")
        broken = (await admin.get(PATH)).json()
        assert [each["name"] for each in broken["storages"]] == ["data"], "the last good file holds"
        assert [(problem["path"], problem["line"]) for problem in broken["problems"]] == [
            ("storage[0].name", 2),
            ("storage[0].path", 3),
        ]
    assert (await api.get(PATH)).json()["problems"] == []
    reply = await api.get(f"{PATH}?all=true")
    assert (reply.status_code, reply.json()["code"]) == (403, "ForbiddenUserError")


async def test_one_storage_is_shown_to_those_who_may_mount_it(
    house: House, folder: Path, api: httpx2.AsyncClient
) -> None:
    assert (await api.get(f"{PATH}/data")).json() == {
        "name": "data", "share": True, "volumeName": "data", "type": "other",
        "data": {"path": str(folder / "data")}, "readOnly": True, "mountOptions": [],
        "mountPath": "/mnt/data", "description": "", "problem": None,
    }  # fmt: skip
    for name, status, code in (("vision", 403, "ForbiddenUserError"), ("nfs", 404, "NoStorageError")):
        reply = await api.get(f"{PATH}/{name}")
        assert (reply.status_code, reply.json()["code"]) == (status, code)
    async with client(house, "root") as admin:
        assert (await admin.get(f"{PATH}/vision")).status_code == 200


async def test_a_group_tells_its_storages(house: House, folder: Path, api: httpx2.AsyncClient) -> None:
    reply = (await api.get("/api/v2/groups/vision")).json()
    assert reply["extension"]["acls"]["storageConfigs"] == ["vision"]
