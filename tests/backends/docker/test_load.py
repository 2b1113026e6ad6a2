"""Images that the engine cannot pull, for their registry asks for the log-in too late for it: fetched and loaded."""

import asyncio
import gzip
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from openpai.backends.contract import Backend, PullProgress
from openpai.backends.docker.fetched import fetched_name
from openpai.errors import PaiError, Refused, TemporaryFailure
from openpai.images.credentials.credential import Credential
from openpai.images.reference import parse_reference
from openpai.runtime.container import ContainerPlan
from tests.backends import images
from tests.backends.bench import DockerBench, docker, plan, silent
from tests.registry import CONFIG, LAYER, MANIFEST, Registry, running_registry, tar
from tests.stand_in import BASIC, BEARER, Answer, Asked, StandIn, doorman, forward, stand_in

pytestmark = pytest.mark.engine

ADA = Credential("ada", "correct horse")


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Registry]:
    """The registry behind the door."""
    with running_registry(tmp_path) as registry:
        registry.push("team/tool", "v1", files())
        yield registry


def files() -> dict[str, bytes]:
    return {"bin/sh": images.BUSYBOX.read_bytes(), "big": os.urandom(2**22)}


@contextmanager
def late(
    inside: Registry,
    challenge: str = BASIC,
    within: Callable[[Asked, Answer], Answer] = lambda _, answer: answer,
) -> Iterator[StandIn]:
    """A door that asks late; no image that came through it stays."""
    with doorman(inside, ADA.username, ADA.password, challenge=challenge, within=within) as door:
        yield door
        port = door.address.partition(":")[2]
        left = docker("images", "--format", "{{.ID}} {{.Repository}}").splitlines()
        if ids := {line.split()[0] for line in left if port in line.partition(" ")[2]}:
            docker("rmi", "-f", *ids)


def wanting(task: str, image: str, credential: Credential | None = ADA) -> ContainerPlan:
    return replace(plan(task, ":"), image=image, credential=credential)


async def refusal(backend: Backend, plan: ContainerPlan) -> PaiError:
    with pytest.raises(PaiError) as caught:
        await backend.start(plan, silent)
    assert (await backend.observe()).tasks == {}
    return caught.value


def blobs(door: StandIn) -> int:
    """How many layers and configurations were given out, or begun to be."""
    return sum("/blobs/" in asked.path and "authorization" in asked.headers for asked in door.asked)


def digest_of(inside: Registry, tag: str = "v1") -> str:
    return forward(
        inside, Asked("HEAD", f"/v2/team/tool/manifests/{tag}", {"accept": MANIFEST}, b"")
    ).headers["Docker-Content-Digest"]


@pytest.mark.parametrize("challenge", [BASIC, BEARER, ""])
async def test_it_is_fetched_once_and_found_by_its_digest_ever_after(
    backend: Backend, inside: Registry, challenge: str
) -> None:
    with late(inside, challenge) as door:
        name = f"{door.address}/team/tool:v1@{digest_of(inside)}"
        heard: list[PullProgress] = []
        await backend.start(wanting("a", name), heard.append)
        fetched = blobs(door)
        assert fetched == 2, "configuration and layer"
        await backend.start(wanting("b", name, None), silent)
        await backend.pull(name, ADA, silent)
        assert blobs(door) == fetched
        assert set((await backend.observe()).tasks) == {"a", "b"}
        found = await backend.find_image(name)
        assert found
        assert found.names == (f"{door.address}/team/tool:v1",)
        assert found.digests == (f"{door.address}/team/tool@{digest_of(inside)}",)
        assert replace(found, config=None).digests in [image.digests for image in await backend.images()]
        for task in ("a", "b"):
            await backend.remove(task)
    assert heard[-1].layers_done == heard[-1].layers_total == 1
    assert heard[-1].done_bytes == heard[-1].total_bytes > 2**22
    assert heard[-1].image == name


async def test_many_who_wait_share_one_fetch(backend: Backend, inside: Registry) -> None:
    with late(inside) as door:
        name = f"{door.address}/team/tool:v1"
        heard: dict[int, list[PullProgress]] = {number: [] for number in range(5)}
        await asyncio.gather(*(backend.start(wanting(f"t{n}", name), heard[n].append) for n in heard))
        assert blobs(door) == 2
        assert len((await backend.observe()).tasks) == 5
        assert all(heard.values())
        for number in heard:
            await backend.remove(f"t{number}")


async def test_a_tag_that_is_asked_anew_is_fetched_only_when_it_has_moved(
    backend: Backend, inside: Registry
) -> None:
    with late(inside) as door:
        name = f"{door.address}/team/tool:v1"
        first = await backend.pull(name, ADA, silent)
        count = blobs(door)
        assert await backend.pull(name, ADA, silent) == first
        assert blobs(door) == count + 1, "the configuration alone"
        inside.push("team/tool", "v1", files())
        moved = await backend.pull(name, ADA, silent)
        assert moved.id != first.id
        assert await backend.find_image(name) == moved
        assert (await backend.find_image(f"{name}@{first.digests[0].partition('@')[2]}")) is not None


async def test_layers_that_are_here_are_not_fetched(backend: Backend, inside: Registry) -> None:
    base, more = tar(files()), tar({"more": os.urandom(2**10)})

    def plain(layer: bytes) -> dict[str, object]:
        assert len(layer) % 512 == 0, "which needs no padding in the archive"
        return inside.blob("team/tool", "application/vnd.oci.image.layer.v1.tar", layer)

    def push(tag: str, *layers: bytes) -> None:
        packed = [inside.blob("team/tool", LAYER, gzip.compress(base, 1)), *map(plain, layers[1:])]
        diff_ids = [f"sha256:{sha256(layer).hexdigest()}" for layer in layers]
        config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}}
        made = inside.blob("team/tool", CONFIG, json.dumps(config).encode())
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": made, "layers": packed}
        inside.put_manifest("team/tool", tag, MANIFEST, manifest)

    push("base", base)
    push("more", base, more)
    with late(inside) as door:
        await backend.pull(f"{door.address}/team/tool:base", ADA, silent)
        count = blobs(door)
        heard: list[PullProgress] = []
        both = await backend.pull(f"{door.address}/team/tool:more", ADA, heard.append)
        assert blobs(door) == count + 2, "the configuration and the layer that is new"
        assert (heard[-1].layers_done, heard[-1].layers_total) == (2, 2)
        assert heard[-1].total_bytes < 2**14
        assert both.config
        assert len(both.config.diff_ids) == 2


async def test_layers_from_another_place_are_fetched_without_the_log_in(
    backend: Backend, inside: Registry
) -> None:
    def elsewhere(asked: Asked, answer: Answer) -> Answer:
        if "/blobs/" not in asked.path:
            return answer
        return Answer(307, headers={"Location": f"{storage.url}{asked.path}"})

    with stand_in(lambda asked: forward(inside, asked)) as storage, late(inside, BASIC, elsewhere) as door:
        assert await backend.pull(f"{door.address}/team/tool:v1", ADA, silent)
        assert len(storage.asked) == 2
        assert not any("authorization" in asked.headers for asked in storage.asked)


async def test_a_wrong_password_is_told_and_not_tried_again(
    bench: DockerBench, backend: Backend, inside: Registry
) -> None:
    with late(inside) as door:
        wrong = replace(ADA, password="a wrong one")
        for task in ("a", "b"):
            error = await refusal(backend, wanting(task, f"{door.address}/team/tool:v1", wrong))
            assert (type(error), error.first.code) == (Refused, "ImageAuthFailed")
            assert "the doorman does not know you" in str(error)
            assert "a wrong one" not in str(error)
        assert sum("authorization" in asked.headers for asked in door.asked) == 1


def spoiled(change: Callable[[Answer], Answer]) -> Callable[[Asked, Answer], Answer]:
    """Something is wrong with the layer alone, which is large."""

    def within(asked: Asked, answer: Answer) -> Answer:
        return change(answer) if "/blobs/" in asked.path and len(answer.body) > 2**20 else answer

    return within


@pytest.mark.parametrize(
    ("change", "kind", "code", "words"),
    [
        (lambda a: replace(a, breaks_off=True), TemporaryFailure, "RegistryUnreachable", ""),
        (lambda a: replace(a, body=a.body[:-1] + b"!"), Refused, "ImagePullFailed", "!= sha256:"),
        (lambda a: replace(a, body=a.body[:-1]), Refused, "ImagePullFailed", "!= sha256:"),
        (lambda a: replace(a, body=a.body + b"!"), Refused, "ImagePullFailed", "!= sha256:"),
        (lambda a: Answer(503, b"in trouble"), TemporaryFailure, "RegistryFailed", "in trouble"),
        (lambda a: Answer(429), TemporaryFailure, "RegistryRateLimited", ""),
        (lambda a: Answer(404), TemporaryFailure, "RegistryFailed", "404"),
    ],
)
async def test_a_layer_that_does_not_come_whole_is_told_and_leaves_nothing(
    change: Callable[[Answer], Answer],
    kind: type[PaiError],
    code: str,
    words: str,
    backend: Backend,
    inside: Registry,
) -> None:
    with late(inside, BASIC, spoiled(change)) as door:
        here, lying = await backend.images(), engines_own_files()
        name = f"{door.address}/team/tool:v1"
        error = await refusal(backend, wanting("a", name))
        assert (type(error), error.first.code) == (kind, code)
        assert words in str(error.first.params["detail"])
        assert await backend.find_image(name) is None
        assert {image.id for image in await backend.images()} <= {image.id for image in here}
        await gone(engines_own_files() - lying)


def engines_own_files() -> set[str]:
    """What the engine was handed, and has not unpacked."""
    folder = Path(docker("info", "--format", "{{.DockerRootDir}}").strip()) / "tmp"
    return {path.name for path in folder.glob("docker-import-*")}


async def gone(files: set[str]) -> None:
    """The engine puts them in order after it has answered."""
    async with asyncio.timeout(10):
        while engines_own_files() & files:  # noqa: ASYNC110  it tells nobody
            await asyncio.sleep(0.05)


async def test_a_fetch_that_nobody_waits_for_any_more_ends(backend: Backend, inside: Registry) -> None:
    async def under_way() -> None:
        while not any(pull.done_bytes for pull in backend.pulls()):  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.01)

    def slow(asked: Asked, answer: Answer) -> Answer:
        return replace(answer, pause_s=1) if len(answer.body) > 2**20 else answer

    with late(inside, BASIC, slow) as door:
        lying = engines_own_files()
        pull = asyncio.create_task(backend.pull(f"{door.address}/team/tool:v1", ADA, silent))
        await asyncio.wait_for(under_way(), 20)
        pull.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pull
        assert list(backend.pulls()) == []
        assert await backend.find_image(f"{door.address}/team/tool:v1") is None
        await gone(engines_own_files() - lying)


async def test_nobody_has_a_fetched_image_by_the_name_that_we_keep_it_under(
    backend: Backend, inside: Registry
) -> None:
    with late(inside) as door:
        image = await backend.pull(f"{door.address}/team/tool:v1", ADA, silent)
        own = fetched_name(parse_reference(image.digests[0]))
        assert own
        assert docker("image", "inspect", "--format", "{{.Id}}", own).strip() == image.id
        assert await backend.find_image(own) is None
        error = await refusal(backend, wanting("a", own))
        assert error.first.code == "RegistryUnreachable", "an address ending in .invalid is nobody's"


async def test_a_fetched_image_is_removed_under_all_its_names(backend: Backend, inside: Registry) -> None:
    with late(inside) as door:
        image = await backend.pull(f"{door.address}/team/tool:v1", ADA, silent)
        await backend.remove_image(image.id)
        assert await backend.find_image(image.digests[0]) is None
        assert image.id not in [each.id for each in await backend.images()]
