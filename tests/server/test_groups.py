"""Groups by OpenPAI's calls: made, filled, shown, removed; changed by an admin alone."""

import httpx2
import pytest

from tests.server.house import House, client

GROUPS = "/api/v2/groups"
TEAM = {
    "groupname": "team",
    "description": "we",
    "externalName": "",
    "extension": {"acls": {"admin": False, "virtualClusters": [], "storageConfigs": []}},
}


async def test_a_group_is_made_filled_and_removed(house: House, api: httpx2.AsyncClient) -> None:
    async with client(house, "root") as admin:
        reply = await admin.post(GROUPS, json={"groupname": "team", "description": "we"})
        assert (reply.status_code, reply.json()) == (201, {"message": "Group team is made."})
        for user in ("alice", "root", "alice"):
            reply = await admin.put(f"/api/v2/users/{user}/group", json={"groupname": "team"})
            assert (reply.status_code, reply.json()) == (201, {"message": f"{user} is in group team."})
        assert (await admin.get(f"{GROUPS}/team/userlist")).json() == [
            {"username": "alice", "clusterAdmin": False},
            {"username": "root", "clusterAdmin": True},
        ]
        assert (await api.get(GROUPS)).json() == [TEAM]
        assert (await api.get(f"{GROUPS}/team")).json() == TEAM
        for _ in range(2):  # also of one who is not in it
            reply = await admin.request("DELETE", "/api/v2/users/alice/group", json={"groupname": "team"})
            assert (reply.status_code, reply.json()) == (201, {"message": "alice is not in group team."})
        assert [m["username"] for m in (await admin.get(f"{GROUPS}/team/userlist")).json()] == ["root"]
        reply = await admin.delete(f"{GROUPS}/team")
        assert (reply.status_code, list(reply.json())) == (200, ["message"])
    assert (await api.get(GROUPS)).json() == []


async def test_a_name_is_given_once(house: House) -> None:
    async with client(house, "root") as admin:
        await admin.post(GROUPS, json={"groupname": "team"})
        reply = await admin.post(GROUPS, json={"groupname": "team"})
    assert (reply.status_code, reply.json()["code"]) == (409, "ConflictGroupError")


async def test_a_group_that_is_not_there_is_told(house: House) -> None:
    async with client(house, "root") as admin:
        for reply in (
            await admin.get(f"{GROUPS}/team"),
            await admin.get(f"{GROUPS}/team/userlist"),
            await admin.delete(f"{GROUPS}/team"),
            await admin.put("/api/v2/users/alice/group", json={"groupname": "team"}),
            await admin.request("DELETE", "/api/v2/users/alice/group", json={"groupname": "team"}),
        ):
            assert (reply.status_code, reply.json()["code"]) == (404, "NoGroupError")


@pytest.mark.parametrize("name", ["", "a b", "a-b", "组", "a\n", "x" * 256])
async def test_a_groups_name_is_of_letters_digits_and_underscores(name: str, house: House) -> None:
    async with client(house, "root") as admin:
        reply = await admin.post(GROUPS, json={"groupname": name})
        assert (reply.status_code, reply.json()["problems"][0]["path"]) == (400, "groupname")
        assert (await admin.get(GROUPS)).json() == []


async def test_a_wrong_user_name_is_refused(house: House) -> None:
    async with client(house, "root") as admin:
        await admin.post(GROUPS, json={"groupname": "team"})
        reply = await admin.put("/api/v2/users/a%20b/group", json={"groupname": "team"})
        assert (reply.status_code, reply.json()["problems"][0]["path"]) == (400, "member")
        assert "^[A-Za-z0-9_.-]+$" in reply.json()["problems"][0]["fix"]


async def test_only_an_admin_changes_groups_and_sees_who_is_in(house: House, api: httpx2.AsyncClient) -> None:
    async with client(house, "root") as admin:
        await admin.post(GROUPS, json={"groupname": "team"})
    body = {"groupname": "team"}
    for reply in (
        await api.post(GROUPS, json={"groupname": "mine"}),
        await api.delete(f"{GROUPS}/team"),
        await api.get(f"{GROUPS}/team/userlist"),
        await api.put("/api/v2/users/alice/group", json=body),
        await api.request("DELETE", "/api/v2/users/alice/group", json=body),
    ):
        assert (reply.status_code, reply.json()["code"]) == (403, "ForbiddenUserError")
    assert [group["groupname"] for group in (await api.get(GROUPS)).json()] == ["team"]
