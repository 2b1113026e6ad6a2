"""The calls on images: the catalogue with what runs here, and a check of any name."""

import httpx2

from tests.looks import local
from tests.server.house import House

IMAGES, CHECK = "/api/v2/images", "/api/v2/images/check"
PYTORCH = "openpai/standard:python_3.11-pytorch_1.13.1-cpu"


async def test_the_catalogue_tells_what_runs_here_and_why_not(house: House, api: httpx2.AsyncClient) -> None:
    here = local(PYTORCH, "a")
    other = local("own/tool:1", "b")
    house.engine.images = {here.id: here, other.id: other}
    reply = (await api.get(IMAGES)).json()
    items = {item["image"]: item for item in reply["catalogue"]}
    assert (items[PYTORCH]["runs"], items[PYTORCH]["onThisMachine"], items[PYTORCH]["reasons"]) == (
        True,
        True,
        [],
    )
    assert (items[PYTORCH]["id"], items[PYTORCH]["sizeBytes"]) == (here.id, here.size_bytes)
    old = items["openpai/standard:python_3.6-tensorflow_1.15.0-gpu"]
    assert (old["framework"], old["frameworkVersion"], old["python"]) == ("TensorFlow", "1.15.0", "3.6")
    assert (old["cuda"], old["minDriver"], old["runs"]) == ("10.0", "410.48", False)
    assert [reason["code"] for reason in old["reasons"]] == ["RegistryUnreachable", "NoNvidiaGpu"]
    to_build = next(
        item for item in items.values() if item["recipe"] and item["kind"] == "cpu" and not item["id"]
    )
    assert [reason["code"] for reason in to_build["reasons"]] == ["ImageToBeBuilt"]
    assert to_build["recipe"] in to_build["reasons"][0]["message"]
    assert [image["names"] for image in reply["others"]] == [["own/tool:1"]]
    assert reply["machines"][0]["gpus"] == []
    assert reply["problems"] == []


async def test_an_admins_own_images_are_there_at_once_and_mistakes_are_told(
    house: House, api: httpx2.AsyncClient
) -> None:
    file = house.folder / "images.toml"
    file.write_text(
        '[[image]]\nreference = "lab/tool:1"\nframework = "Lab"\nversion = "1"\nkind = "cpu"\n', "utf-8"
    )
    own = [item for item in (await api.get(IMAGES)).json()["catalogue"] if item["line"] == "own"]
    assert [item["image"] for item in own] == ["lab/tool:1"]
    file.write_text("[[image]]\nreference = 7\n", "utf-8")
    reply = (await api.get(IMAGES)).json()
    assert "lab/tool:1" in {item["image"] for item in reply["catalogue"]}
    assert all(problem["line"] for problem in reply["problems"])
    assert reply["problems"]


async def test_a_check_tells_what_a_submission_would(api: httpx2.AsyncClient) -> None:
    reply = await api.post(CHECK, json={"image": "busybox"})
    assert reply.status_code == 200
    told = reply.json()
    assert (told["image"], told["ok"], told["onThisMachine"]) == (
        "docker.io/library/busybox:latest",
        True,
        True,
    )
    (verdict,) = told["verdicts"]
    assert (verdict["verdict"], verdict["code"]) == ("pass", "ImageMadeHere")


async def test_a_name_that_cannot_be_one_is_a_verdict(api: httpx2.AsyncClient) -> None:
    told = (await api.post(CHECK, json={"image": "Team/Image"})).json()
    assert (told["ok"], [verdict["check"] for verdict in told["verdicts"]]) == (False, ["image-reference"])
    assert told["verdicts"][0]["fix"]


async def test_a_password_in_a_check_is_in_no_reply(api: httpx2.AsyncClient) -> None:
    body = {"image": "busybox", "username": "ann", "password": "hunter2", "registryuri": "reg.example"}
    reply = await api.post(CHECK, json=body)
    assert reply.json()["credentialSource"] == "job"
    assert "hunter2" not in reply.text
    wrong = await api.post(CHECK, json={**body, "password": ["hunter2"]})
    assert wrong.status_code == 400
    assert "hunter2" not in wrong.text


async def test_the_texts_come_in_the_readers_language(api: httpx2.AsyncClient) -> None:
    reply = await api.post(CHECK, json={"image": "busybox"}, headers={"Accept-Language": "zh-CN"})
    assert "镜像" in reply.json()["verdicts"][0]["message"]
