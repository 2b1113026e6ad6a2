"""A job's image is looked at when it is handed in, is the same for every task and attempt, and is pulled once."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from openpai.client import ApiError, Client
from openpai.images.registry.look import TAG_SEEN_MS
from tests.backends import images
from tests.e2e import engine
from tests.e2e.jobs import cause, codes, end_of, ended, in_state, job, output, run
from tests.e2e.server import Server
from tests.registry import Registry, running_registry

_numbers = count()

USER, PASSWORD = "ann", "correct-horse"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """One that lets nobody in but ann."""
    with running_registry(tmp_path_factory.mktemp("registry"), USER, PASSWORD) as registry:
        yield registry


@pytest.fixture
def image(registry: Registry) -> Iterator[str]:
    """An image of its own in that registry, which says who it is, and which no engine has; nothing of it stays."""
    repository = f"{registry.address}/team/tool{next(_numbers)}"
    push(registry, repository, "first")
    yield f"{repository}:v1"
    for left in engine.docker("images", "--no-trunc", "-q", repository).split():
        subprocess.run(["docker", "image", "rm", "-f", left], capture_output=True, check=False)


def push(registry: Registry, image: str, word: str) -> str:
    """Put another image under the tag; returns its digest."""
    repository = image.removeprefix(f"{registry.address}/").removesuffix(":v1")
    busybox = images.BUSYBOX.read_bytes()
    return registry.push(repository, "v1", {"bin/sh": busybox, "bin/cat": busybox, "word": word.encode()})


def private(image: str, *commands: str, password: str = PASSWORD, **more: object) -> str:
    """A job with a log-in."""
    file = json.loads(job(*commands, image=image, **more))
    file["prerequisites"][0]["auth"] = {"username": USER, "password": "<% $secrets.word %>"}
    return json.dumps({**file, "secrets": {"word": password}})


def asked(registry: Registry, what: str) -> int:
    """How often the registry answered such a request, by its own log."""
    return sum(what in line for line in registry.log.read_text(errors="replace").splitlines())


@pytest.mark.parametrize(("language", "word"), [("en", "user name and password"), ("zh", "用户名和密码")])
async def test_a_wrong_password_is_told_at_once_in_the_readers_language(
    server: Server, image: str, language: str, word: str
) -> None:
    async with server.client(language) as pai:
        text = private(image, "true", password="wrong")
        name = json.loads(text)["name"]
        with pytest.raises(ApiError) as refused:
            await pai.submit(text)
        assert (refused.value.status, codes(refused.value.problems)) == (400, ["ImageAuthFailed"])
        told = refused.value.problems[0]
        assert USER in told["message"]
        assert told["fix"]
        assert told.get("path") == "prerequisites[0].auth"
        assert "401" in told["message"]
        assert word in (told["fix"] or "")
        assert (await pai.jobs(keyword=name))["data"] == []


async def test_no_password_and_no_such_image_are_told_apart(pai: Client, image: str) -> None:
    with pytest.raises(ApiError) as refused:
        await pai.submit(job("true", image=image))
    assert codes(refused.value.problems) == ["ImageNeedsAuth"]
    for name, code in ((image + "x", "ImageTagNotFound"), (image.replace("tool", "other"), "ImageNotFound")):
        with pytest.raises(ApiError) as refused:
            await pai.submit(private(name, "true"))
        assert codes(refused.value.problems) == [code]


async def test_the_classic_trap_is_told_with_the_name_that_was_meant(
    pai: Client, registry: Registry, image: str
) -> None:
    file = json.loads(private("team/tool:v1", "true"))
    file["prerequisites"][0]["auth"]["registryuri"] = f"http://{registry.address}"
    plan = await pai.dry_run(json.dumps(file))
    (trap,) = [v for v in plan["verdicts"] if v["code"] == "RegistryUriElsewhere"]
    assert f"{registry.address}/team/tool:v1" in trap["message"] + (trap["fix"] or "")


async def test_a_tag_that_moves_changes_no_job_that_was_handed_in(
    pai: Client, registry: Registry, image: str
) -> None:
    first = (await pai.submit(private(image, "cat /word")))["name"]
    detail = await end_of(pai, first)
    digest = detail["images"][0]["digest"]
    assert await output(pai, detail) == b"first"
    assert push(registry, image, "second") != digest
    await asyncio.sleep(TAG_SEEN_MS / 1000)  # what a tag names is known for so long

    again = await pai.submit("", clone_of=first, name=first.partition("~")[2] + "-again")
    assert codes(again["warnings"]) == ["ImageTagMoved"]
    detail = await end_of(pai, again["name"])
    assert (await output(pai, detail), detail["images"][0]["digest"]) == (b"first", digest)

    newer = await pai.submit("", clone_of=first, name=first.partition("~")[2] + "-new", new_images=True)
    detail = await end_of(pai, newer["name"])
    assert await output(pai, detail) == b"second"


async def test_without_the_lock_each_start_takes_what_the_tag_names_then(
    pai: Client, registry: Registry, image: str
) -> None:
    text = private(image, "cat /word; exit 1", extras={"lockImages": False})
    detail = await run(pai, text)
    assert await output(pai, detail) == b"first"
    assert detail["images"][0] == {"image": image, "digest": None, "id": None}
    push(registry, image, "second")
    await asyncio.sleep(TAG_SEEN_MS / 1000)
    detail = await run(pai, text.replace(json.loads(text)["name"], json.loads(text)["name"] + "-again"))
    assert await output(pai, detail) == b"second"


@pytest.fixture
async def busy(pai: Client) -> AsyncIterator[str]:
    """A job that has all processors."""
    cores = int(engine.docker("info", "--format", "{{.NCPU}}"))
    name = (await pai.submit(job("sleep 1000", cpu=cores)))["name"]
    async with ended(pai, name):
        await in_state(pai, name, "RUNNING")
        yield name


async def test_a_password_that_goes_bad_while_the_job_waits_fails_it_with_that_cause_and_few_tries(
    pai: Client, registry: Registry, image: str, busy: str
) -> None:
    waiting = (await pai.submit(private(image, "true", jobRetryCount=3)))["name"]
    await in_state(pai, waiting, "QUEUED")
    before = asked(registry, " 401 ")
    registry.change_password("another")
    try:
        await pai.stop(busy)
        detail = await end_of(pai, waiting)
    finally:
        registry.change_password(PASSWORD)
    assert cause(detail) == "ImageAuthFailed"
    assert detail["jobStatus"]["retries"] == 0
    assert asked(registry, " 401 ") - before <= 6


async def test_an_image_that_is_gone_when_its_turn_comes_fails_the_job_at_once(
    pai: Client, registry: Registry, image: str, busy: str
) -> None:
    waiting = (await pai.submit(private(image, "true", jobRetryCount=3)))["name"]
    repositories = registry.log.parent / "data" / "docker" / "registry" / "v2" / "repositories"
    shutil.rmtree(repositories / image.removeprefix(f"{registry.address}/").removesuffix(":v1"))
    await pai.stop(busy)
    detail = await end_of(pai, waiting)
    assert (detail["jobStatus"]["state"], cause(detail)) == ("FAILED", "ImageNotFound")
    assert detail["jobStatus"]["retries"] == 0


async def test_twenty_jobs_that_wait_for_one_new_image_make_one_pull(
    pai: Client, registry: Registry, image: str, busy: str
) -> None:
    digest = push(registry, image, "twenty")
    blobs = f"GET /v2{image.removeprefix(registry.address).removesuffix(':v1')}/blobs/"
    names = [(await pai.submit(private(image, "cat /word")))["name"] for _ in range(20)]
    before = asked(registry, blobs)
    await pai.stop(busy)
    for name in names:
        detail = await end_of(pai, name, within=100)
        assert cause(detail) == "Succeeded", detail
        assert (await output(pai, detail), detail["images"][0]["digest"]) == (b"twenty", digest)
    layers = asked(registry, blobs) - before
    assert layers <= 3, "the layer and the configuration once, and what the look reads"


async def test_a_check_of_its_own_tells_the_same(server: Server, image: str) -> None:
    told = server.pai("image", "check", image, "--username", USER, "--password-stdin", stdin="wrong\n")
    assert told.returncode == 2
    assert "401" in told.stdout
    told = server.pai("image", "check", image, "--username", USER, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert told.returncode == 0
    assert "sha256:" in told.stdout


def test_the_catalogue_is_listed_with_what_runs_here(server: Server, tmp_path: Path) -> None:
    told = server.pai("images", "--json")
    listed = {each["image"]: each for each in json.loads(told.stdout)["catalogue"]}
    assert len([each for each in listed.values() if each["line"] == "document"]) == 20
    old = listed["openpai/standard:python_3.6-pytorch_1.2.0-gpu"]
    assert (old["cuda"], old["minDriver"], old["runs"]) == ("10.0", "410.48", False)
    assert {reason["code"] for reason in old["reasons"]} >= {"NoNvidiaGpu"}
    assert "openpai/standard:python_3.6-pytorch_1.2.0-gpu" in server.pai("images").stdout
