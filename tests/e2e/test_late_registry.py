"""A private image of a registry that asks for the log-in too late for the engine runs all the same, and is fetched
once; who may not see it may not run it, though it is here."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from openpai.client import ApiError, Client
from tests.backends import images
from tests.e2e import engine
from tests.e2e.jobs import cause, codes, job, output, run
from tests.e2e.server import Server
from tests.registry import Registry, running_registry
from tests.stand_in import BEARER, StandIn, doorman

_USER, _PASSWORD = "ann", "correct-horse"
_LAYER_MB = 64


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture
def door(inside: Registry) -> Iterator[StandIn]:
    with doorman(inside, _USER, _PASSWORD, challenge=BEARER) as door:
        yield door
        port = door.address.partition(":")[2]
        left = engine.docker("images", "--format", "{{.ID}} {{.Repository}}").splitlines()
        for image in {line.split()[0] for line in left if port in line.partition(" ")[2]}:
            engine.docker("image", "rm", "-f", image)


def private(image: str, *commands: str, password: str = _PASSWORD) -> str:
    file = json.loads(job(*commands, image=image))
    file["prerequisites"][0]["auth"] = {"username": _USER, "password": "<% $secrets.word %>"}
    return json.dumps({**file, "secrets": {"word": password}})


def push(inside: Registry, word: str, filling: int = 0) -> str:
    busybox = images.BUSYBOX.read_bytes()
    content = {"bin/sh": busybox, "bin/cat": busybox, "word": word.encode(), "filling": os.urandom(filling)}
    return inside.push("team/tool", "v1", content)


def blobs(door: StandIn) -> int:
    return sum("/blobs/" in asked.path and "authorization" in asked.headers for asked in door.asked)


async def test_a_job_runs_from_it_and_the_next_fetches_nothing(
    pai: Client, inside: Registry, door: StandIn
) -> None:
    image, digest = f"{door.address}/team/tool:v1", push(inside, "late")
    plan = await pai.dry_run(private(image, "cat /word"))
    assert [v["verdict"] for v in plan["verdicts"] if v["code"] == "RegistryAsksLate"] == ["warn"]
    detail = await run(pai, private(image, "cat /word"))
    assert (cause(detail), await output(pai, detail)) == ("Succeeded", b"late")
    assert detail["images"][0]["digest"] == digest
    fetched = blobs(door)
    detail = await run(pai, private(image, "cat /word"))
    assert (cause(detail), await output(pai, detail)) == ("Succeeded", b"late")
    assert detail["images"][0]["digest"] == digest
    assert blobs(door) == fetched
    plan = await pai.dry_run(private(image, "true"))
    assert [v["code"] for v in plan["verdicts"] if v["check"] == "image"] == ["ImageSeenHere"]


async def test_that_it_is_here_lets_nobody_in(pai: Client, inside: Registry, door: StandIn) -> None:
    image, digest = f"{door.address}/team/tool:v1", push(inside, "late")
    assert cause(await run(pai, private(image, "true"))) == "Succeeded"
    for text, code in (
        (private(image, "true", password="wrong"), "ImageAuthFailed"),
        (job("true", image=image), "ImageNeedsAuth"),
        (job("true", image=f"{image}@{digest}"), "ImageNeedsAuth"),
    ):
        with pytest.raises(ApiError) as refused:
            await pai.submit(text)
        assert codes(refused.value.problems) == [code]


async def test_a_large_layer_takes_little_memory(
    server: Server, pai: Client, inside: Registry, door: StandIn
) -> None:
    push(inside, "large", _LAYER_MB * 2**20)
    before = peak_mb(server, reset=True)
    assert cause(await run(pai, private(f"{door.address}/team/tool:v1", "true"))) == "Succeeded"
    assert blobs(door) >= 2
    grown = peak_mb(server) - before
    assert grown < _LAYER_MB / 4, f"{grown} MB more, for a layer of {_LAYER_MB} MB"


def peak_mb(server: Server, *, reset: bool = False) -> int:
    """The most memory that the server's process had at a time, since the last reset."""
    process = Path("/proc") / str(server.pid)
    if reset:
        (process / "clear_refs").write_text("5")
    lines = (process / "status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) // 1024
