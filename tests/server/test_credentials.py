"""Log-ins for registries over HTTP: who may write which, who sees what, and that no password comes back."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog

from openpai.images.credentials.credential import Credential
from openpai.store.groups import Group
from tests.server.house import House, client

CREDENTIALS = "/api/v2/credentials"
HOST = "harbor.example.com"
PASSWORD = 'hunter2-"秘密"-of-harbor'


def login(registry: str = HOST, username: str = "ann", **more: Any) -> dict[str, Any]:
    return {"registry": registry, "username": username, "password": PASSWORD, **more}


def codes(reply: httpx2.Response) -> list[tuple[str, str | None]]:
    return [(problem["code"], problem["path"]) for problem in reply.json()["problems"]]


async def test_a_user_keeps_shows_and_removes_his_own(house: House, api: httpx2.AsyncClient) -> None:
    reply = await api.put(CREDENTIALS, json=login(f"https://{HOST}/v2/"))
    assert (reply.status_code, reply.json()) == (201, {"message": f"The log-in for {HOST} is stored."})
    assert await house.services.credentials.stored("alice", HOST) == [
        Credential("ann", PASSWORD, HOST, "user", "alice")
    ]
    (shown,) = (await api.get(CREDENTIALS)).json()
    assert shown.pop("updatedTime") > 1_700_000_000_000
    assert shown == {
        "scope": "user", "owner": "alice", "registry": HOST, "username": "ann", "counts": True,
    }  # fmt: skip
    reply = await api.delete(CREDENTIALS, params={"registry": HOST})
    assert (reply.status_code, reply.json()) == (200, {"message": f"The log-in for {HOST} is removed."})
    assert (await api.get(CREDENTIALS)).json() == []
    reply = await api.delete(CREDENTIALS, params={"registry": HOST})
    assert (reply.status_code, codes(reply)) == (404, [("NoCredential", None)])


async def test_a_users_own_are_nobody_elses(house: House, api: httpx2.AsyncClient) -> None:
    await api.put(CREDENTIALS, json=login())
    for other in ("bob", "root"):
        async with client(house, other) as asking:
            assert (await asking.get(CREDENTIALS)).json() == []
            assert (await asking.delete(CREDENTIALS, params={"registry": HOST})).status_code == 404
    assert len((await api.get(CREDENTIALS)).json()) == 1


@pytest.mark.parametrize("whose", [{"group": "team"}, {"default": True}])
async def test_only_an_admin_writes_for_others(
    whose: dict[str, Any], house: House, api: httpx2.AsyncClient
) -> None:
    await house.services.groups.add(Group("team", ""))
    await house.services.groups.join("team", "alice")
    for reply in (
        await api.put(CREDENTIALS, json=login(**whose)),
        await api.delete(CREDENTIALS, params={"registry": HOST, **whose}),
    ):
        assert (reply.status_code, reply.json()["code"]) == (403, "ForbiddenUserError")
        assert codes(reply) == [("AdminOnly", None)]
    async with client(house, "root") as admin:
        assert (await admin.put(CREDENTIALS, json=login(**whose))).status_code == 201
        assert len((await api.get(CREDENTIALS)).json()) == 1
        assert (await admin.delete(CREDENTIALS, params={"registry": HOST, **whose})).status_code == 200
    assert (await api.get(CREDENTIALS)).json() == []


async def test_everyone_sees_what_counts_for_him_and_an_admin_all_groups(house: House) -> None:
    await house.services.groups.add(Group("team", ""))
    await house.services.groups.join("team", "alice")
    async with client(house, "root") as admin:
        await admin.put(CREDENTIALS, json=login(username="bot", group="team"))
        await admin.put(CREDENTIALS, json=login(username="all", default=True))
    seen = {}
    for user in ("alice", "bob", "root"):
        async with client(house, user) as asking:
            reply = (await asking.get(CREDENTIALS)).json()
            seen[user] = [(each["owner"], each["username"], each["counts"]) for each in reply]
    team, default = ("team", "bot", True), ("", "all", True)
    others = ("team", "bot", False)  # root is not in it
    assert seen == {"alice": [team, default], "bob": [default], "root": [others, default]}


async def test_a_group_that_is_not_there_is_told(house: House) -> None:
    async with client(house, "root") as admin:
        reply = await admin.put(CREDENTIALS, json=login(group="nobody"))
        assert (reply.status_code, reply.json()["code"]) == (404, "NoGroupError")
        reply = await admin.put(CREDENTIALS, json=login(group="nobody", default=True))
        assert (reply.status_code, codes(reply)) == (400, [("InvalidParameter", "default")])


@pytest.mark.parametrize(
    "registry", ["", "https://", "harbor", "harbor/team", "a b.example.com", "-.example.com:x", "h.com:1:2"]
)
async def test_a_registry_that_no_image_can_name_is_refused(registry: str, api: httpx2.AsyncClient) -> None:
    for reply in (
        await api.put(CREDENTIALS, json=login(registry)),
        await api.delete(CREDENTIALS, params={"registry": registry}),
    ):
        assert (reply.status_code, codes(reply)) == (400, [("InvalidParameter", "registry")])


@pytest.mark.parametrize(
    ("registry", "host"),
    [
        ("https://index.docker.io/v1/", "docker.io"),
        ("localhost", "localhost"),
        ("LOCALHOST:5000", "localhost:5000"),
        ("[::1]:5000", "[::1]:5000"),
    ],
)
async def test_registries_are_kept_as_images_name_them(
    registry: str, host: str, api: httpx2.AsyncClient
) -> None:
    await api.put(CREDENTIALS, json=login(registry))
    assert [each["registry"] for each in (await api.get(CREDENTIALS)).json()] == [host]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"registry": HOST, "username": "ann"}, "password"),
        (login(username=""), "username"),
        (login() | {"password": ""}, "password"),
        (login() | {"password": [PASSWORD]}, "password"),
        (login() | {"password": PASSWORD * 5000}, "password"),
        (login(secret=PASSWORD), "secret"),
        ([PASSWORD], "body"),
    ],
)
async def test_a_wrong_body_is_refused_without_repeating_it(
    body: object, path: str, api: httpx2.AsyncClient
) -> None:
    reply = await api.put(CREDENTIALS, json=body)
    assert (reply.status_code, codes(reply)) == (400, [("InvalidParameter", path)])
    assert "hunter2" not in reply.text


async def test_a_password_is_in_no_reply_no_log_and_not_readable_on_the_disk(
    house: House, tmp_path: Path
) -> None:
    await house.services.groups.add(Group("team", ""))
    replies = []
    with structlog.testing.capture_logs() as logged:
        async with client(house, "root") as admin:
            for whose in ({}, {"group": "team"}, {"default": True}, {"group": "nobody"}):
                replies.append(await admin.put(CREDENTIALS, json=login(**whose)))
            replies.append(await admin.put(CREDENTIALS, content=json.dumps(login())[:-1]))
            replies.append(await admin.get(CREDENTIALS))
            house.database.close()
            replies.append(await admin.put(CREDENTIALS, json=login()))
            replies.append(await admin.get(CREDENTIALS))
    statuses = [reply.status_code for reply in replies]
    assert statuses == [201, 201, 201, 404, 400, 200, 500, 500]
    places = {
        "replies": "".join(reply.text for reply in replies),
        "log": repr(logged),
        "disk": _disk(tmp_path),
    }
    assert len(logged) == 2
    assert HOST in places["disk"]
    for secret in (PASSWORD, json.dumps(PASSWORD)[1:-1], "hunter2", "秘密".encode().decode("latin-1")):
        assert [where for where, text in places.items() if secret in text] == []


def _disk(folder: Path) -> str:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return b"".join(file.read_bytes() for file in files).decode("latin-1")
