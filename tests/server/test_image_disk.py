"""Pulls and room on the disk over HTTP: who may ask for what, and what is told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from openpai.backends.simulated import SimulatedBackend
from openpai.clock import now_ms
from openpai.store.image_uses import ImageUses
from tests.controller.house import eventually
from tests.server.house import House, client

HOUR = 3_600_000


@pytest.fixture
async def admin(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with client(house, "root") as asking:
        yield asking


async def fill(house: House, *names: str) -> None:
    """A disk that is full of images of 100 bytes, the first used longest ago."""
    house.engine.image_bytes, house.engine.disk_bytes = 100, 100 * len(names)
    for number, name in enumerate(names):
        image = house.engine.add_image(name, pulled=True)
        await ImageUses(house.database).note({image.id}, now_ms() - (20 - number) * HOUR)


async def test_an_admin_has_an_image_pulled_and_everybody_sees_how_it_goes(
    house: House, api: httpx2.AsyncClient, admin: httpx2.AsyncClient
) -> None:
    house.engine.pull_seconds = 0.1
    reply = await admin.post("/api/v2/images/pull", json={"image": "docker.io/team/tool"})
    assert reply.status_code == 202
    assert reply.json() == {
        "status": 202, "message": "The server pulls team/tool:latest.", "image": "team/tool:latest",
    }  # fmt: skip
    await eventually(lambda: house.services.keeper.pulls()[0].state == "done")
    (pull,) = (await api.get("/api/v2/images/pulls")).json()["data"]
    assert pull.pop("since") > now_ms() - 10_000
    assert pull == {
        "image": "team/tool:latest", "by": "admin", "state": "done",
        "doneBytes": 0, "totalBytes": 0, "layersDone": 0, "layersTotal": 0,
        "bytesPerSecond": 0, "remainingSeconds": None, "reason": None, "againTime": None,
    }  # fmt: skip


async def test_the_pulls_of_jobs_are_told_with_their_progress(house: House, api: httpx2.AsyncClient) -> None:
    house.engine.pull_seconds = 60
    pulling = asyncio.create_task(SimulatedBackend("test", house.engine).pull("a:1", None, lambda _: None))
    await asyncio.sleep(0)
    (pull,) = (await api.get("/api/v2/images/pulls")).json()["data"]
    assert (pull["image"], pull["by"], pull["state"]) == ("a:1", "job", "pulling")
    assert (pull["totalBytes"], pull["layersTotal"], pull["since"]) == (1000, 1, None)
    pulling.cancel()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"image": "team/UPPER"}, "ImageNameUppercase"),
        ({}, "InvalidParameter"),
        ({"image": 1}, "InvalidParameter"),
    ],
)
async def test_an_image_that_cannot_be_is_refused(
    admin: httpx2.AsyncClient, body: dict[str, object], code: str
) -> None:
    reply = await admin.post("/api/v2/images/pull", json=body)
    assert (reply.status_code, reply.json()["problems"][0]["code"]) == (400, code)


@pytest.mark.parametrize(
    "path", ["/api/v2/images/pull", "/api/v2/images/clean", "/api/v2/images/clean?dryRun=true"]
)
async def test_only_an_admin_pulls_and_cleans(house: House, api: httpx2.AsyncClient, path: str) -> None:
    await fill(house, "a:1", "b:1")
    reply = await api.post(path, json={"image": "a"})
    assert (reply.status_code, reply.json()["problems"][0]["code"]) == (403, "AdminOnly")
    assert len(house.engine.images) == 2


async def test_a_dry_run_tells_what_would_go_and_why_the_rest_stays(
    house: House, admin: httpx2.AsyncClient
) -> None:
    await fill(house, *(f"{name}:1" for name in "abcdefghij"))
    newest = house.engine.add_image("unknown:1", pulled=True)
    house.engine.images[newest.id] = replace(newest, size_bytes=0)
    reply = (await admin.post("/api/v2/images/clean", params={"dryRun": "true"})).json()
    assert (reply["dryRun"], reply["highPercent"], reply["lowPercent"]) == (True, 85, 70)
    assert reply["before"] == {"totalBytes": 1000, "freeBytes": 0, "usedPercent": 100.0}
    assert reply["after"] == {"totalBytes": 1000, "freeBytes": 300, "usedPercent": 70.0}
    assert [removed["names"] for removed in reply["removed"]] == [["a:1"], ["b:1"], ["c:1"]]
    first = reply["removed"][0]
    assert (first["sizeBytes"], first["removedTime"]) == (100, None)
    assert first["reason"]["code"] == "RemovedAboveMark"
    why = {kept["names"][0]: kept["reason"]["code"] for kept in reply["kept"]}
    assert why == {"unknown:1": "KeptNotOurs"} | {f"{name}:1": "KeptEnoughRoom" for name in "defghij"}
    assert len(house.engine.images) == 11


async def test_everybody_sees_what_is_on_the_disk_who_needs_it_and_what_may_go(
    house: House, api: httpx2.AsyncClient
) -> None:
    await fill(house, "a:1", "b:1")
    house.engine.add_image("made-here:latest")
    house.controller.needed = {"b:1": ["bob~train", "alice~train"], "gone:1": ["alice~waits"]}
    reply = (await api.get("/api/v2/images/disk")).json()
    assert (reply["highPercent"], reply["lowPercent"]) == (85, 70)
    assert reply["disk"]["totalBytes"] == 200
    held = {each["names"][0]: each for each in reply["data"]}
    assert held["a:1"]["sizeBytes"] == 100
    assert held["a:1"]["usedTime"] < now_ms() - 19 * HOUR
    assert (held["a:1"]["stays"], held["a:1"]["jobs"]) == (None, [])
    assert held["b:1"]["jobs"] == [
        {"username": "alice", "name": "train"}, {"username": "bob", "name": "train"},
    ]  # fmt: skip
    assert (held["made-here:latest"]["stays"]["code"], held["made-here:latest"]["usedTime"]) == (
        "KeptNotOurs", None,
    )  # fmt: skip


async def test_cleaning_removes_and_the_log_of_it_is_there_for_all(
    house: House, api: httpx2.AsyncClient, admin: httpx2.AsyncClient
) -> None:
    await fill(house, *(f"{name}:1" for name in "abcdefghij"))
    cleaned = (await admin.post("/api/v2/images/clean")).json()
    assert (cleaned["before"]["usedPercent"], cleaned["after"]["usedPercent"]) == (100, 70)
    assert [removed["names"] for removed in cleaned["removed"]] == [["a:1"], ["b:1"], ["c:1"]]
    log = (await api.get("/api/v2/images/removals")).json()
    assert (log["totalCount"], log["data"]) == (3, cleaned["removed"][::-1])
    page = (await api.get("/api/v2/images/removals", params={"offset": 1, "limit": 1})).json()
    assert (page["totalCount"], page["data"]) == (3, log["data"][1:2])
    again = (await admin.post("/api/v2/images/clean")).json()
    assert again["removed"] == []


async def test_the_reasons_are_in_the_readers_language(house: House) -> None:
    await fill(house, "a:1", "b:1")
    async with client(house, "root", **{"Accept-Language": "zh"}) as asking:
        reply = (await asking.post("/api/v2/images/clean", params={"dryRun": "true"})).json()
    assert reply["removed"][0]["reason"]["message"] == "磁盘占用超过高水位，它最久未被使用"
