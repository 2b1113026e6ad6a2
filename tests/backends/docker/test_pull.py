"""Pulls from a real registry: once for all who wait, with progress, and with the right word when they fail."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from openpai.backends.contract import Backend, PullProgress
from openpai.errors import PaiError, Refused, TemporaryFailure
from openpai.images.credentials.credential import Credential
from openpai.runtime.container import ContainerPlan
from tests.backends import images
from tests.backends.bench import DockerBench, docker, plan, silent
from tests.registry import MANIFEST_LIST, Registry, free_port

pytestmark = pytest.mark.engine

ADA = Credential("ada", "correct horse")


@pytest.fixture
def image(registry: Registry) -> Iterator[str]:
    """An image of 4 MB that nobody has; no trace of it is left."""
    registry.push("team/tool", "v1", _files())
    yield f"{registry.address}/team/tool:v1"
    if name := docker("images", "-q", f"{registry.address}/team/tool").split():
        docker("rmi", "-f", *set(name))


def _files() -> dict[str, bytes]:
    return {"bin/sh": images.BUSYBOX.read_bytes(), "big": os.urandom(2**22)}


def wanting(task: str, image: str, credential: Credential | None = ADA) -> ContainerPlan:
    return replace(plan(task, ":"), image=image, credential=credential)


async def refusal(backend: Backend, plan: ContainerPlan) -> PaiError:
    with pytest.raises(PaiError) as caught:
        await backend.start(plan, silent)
    assert (await backend.observe()).tasks == {}
    return caught.value


async def test_many_waiters_share_one_pull_and_all_hear_of_it(
    bench: DockerBench, backend: Backend, image: str
) -> None:
    heard: dict[int, list[PullProgress]] = {i: [] for i in range(5)}
    await asyncio.gather(*(backend.start(wanting(f"t{i}", image), heard[i].append) for i in range(5)))
    assert len([line for line in bench.proxy.requests if "/images/create" in line]) == 1
    for progress in heard.values():
        assert progress[-1].layers_done == progress[-1].layers_total == 1
        assert progress[-1].done_bytes == progress[-1].total_bytes > 2**22
        assert progress[-1].image == image


async def pulling(backend: Backend, plan: ContainerPlan) -> asyncio.Task[None]:
    """A start whose pull is under way."""
    start = asyncio.create_task(backend.start(plan, silent))
    while not backend.pulls():  # noqa: ASYNC110  the beginning of a pull sends no event
        await asyncio.sleep(0.001)
    return start


def pulls_of(bench: DockerBench) -> int:
    return len([line for line in bench.proxy.requests if "/images/create" in line])


async def test_twenty_tasks_with_credentials_of_their_own_make_one_pull(
    bench: DockerBench, backend: Backend, image: str, registry: Registry
) -> None:
    """Whoever comes while the image is on its way waits for it, whatever he would have been let in with."""
    others = [Credential(f"user-{number}", "of another registry's") for number in range(19)]
    first = await pulling(backend, wanting("t", image))
    await asyncio.gather(
        first, *(backend.start(wanting(f"t{n}", image, other), silent) for n, other in enumerate(others))
    )
    assert pulls_of(bench) == 1
    assert len((await backend.observe()).tasks) == 20
    fetched = [line for line in registry.log.read_text().splitlines() if '"GET /v2/team/tool/blobs/' in line]
    assert len(fetched) == 2, "configuration and layer, each once"


async def test_who_waited_for_a_pull_that_was_refused_tries_with_his_own_credential(
    bench: DockerBench, backend: Backend, image: str
) -> None:
    wrong = Credential("ada", "wrong")
    first = await pulling(backend, wanting("a", image, wrong))
    told = await asyncio.gather(
        first,
        backend.start(wanting("b", image), silent),
        backend.start(wanting("c", image), silent),
        return_exceptions=True,
    )
    assert isinstance(told[0], Refused)
    assert told[0].first.code == "ImageAuthFailed"
    assert (told[1], told[2]) == (None, None)
    assert pulls_of(bench) == 2
    assert set((await backend.observe()).tasks) == {"b", "c"}


async def test_a_refused_login_is_not_tried_again_by_the_tasks_of_a_gang(
    bench: DockerBench, backend: Backend, image: str
) -> None:
    wrong = replace(ADA, password="wrong")
    refused = await asyncio.gather(*(refusal(backend, wanting(f"t{n}", image, wrong)) for n in range(5)))
    refused.append(await refusal(backend, wanting("late", image, replace(wrong, source="user"))))
    assert {error.first.code for error in refused} == {"ImageAuthFailed"}
    assert pulls_of(bench) == 1
    await backend.start(wanting("right", image), silent)


async def test_an_image_that_came_from_elsewhere_under_the_same_digest_is_not_pulled(
    bench: DockerBench, backend: Backend, registry: Registry
) -> None:
    files = _files()
    digest = registry.push("team/tool", "v1", files)
    registry.push("other/name", "v9", files)
    await backend.start(wanting("a", f"{registry.address}/other/name:v9@{digest}"), silent)
    await backend.start(wanting("b", f"{registry.address}/team/tool:v1@{digest}", None), silent)
    assert pulls_of(bench) == 1
    for task in ("a", "b"):
        await backend.remove(task)
    docker("rmi", "-f", f"{registry.address}/other/name:v9")


async def test_an_image_that_is_there_is_not_pulled(bench: DockerBench, backend: Backend, image: str) -> None:
    await backend.start(wanting("a", image), silent)
    await backend.start(wanting("b", image, credential=None), silent)
    assert len([line for line in bench.proxy.requests if "/images/create" in line]) == 1


async def test_a_waiter_that_goes_away_leaves_the_others_their_pull(backend: Backend, image: str) -> None:
    first = asyncio.create_task(backend.start(wanting("a", image), silent))
    second = asyncio.create_task(backend.start(wanting("b", image), silent))
    await asyncio.sleep(0.05)
    first.cancel()
    await second
    assert set((await backend.observe()).tasks) == {"b"}


async def test_an_image_by_tag_and_digest_is_pulled(registry: Registry, backend: Backend) -> None:
    digest = registry.push("team/tool", "v1", _files())
    name = f"{registry.address}/team/tool:v1@{digest}"
    await backend.start(wanting("a", name), silent)
    await backend.start(wanting("b", name), silent)
    for task in ("a", "b"):
        await backend.remove(task)
    docker("rmi", "-f", docker("images", "-q", f"{registry.address}/team/tool").strip())


async def test_a_wrong_password_is_told_with_the_user(image: str, backend: Backend) -> None:
    error = await refusal(backend, wanting("a", image, Credential("ada", "wrong")))
    assert isinstance(error, Refused)
    assert error.first.code == "ImageAuthFailed"
    assert error.first.params["username"] == "ada"
    assert "wrong" not in str(error)


async def test_a_missing_credential_is_told(image: str, backend: Backend) -> None:
    error = await refusal(backend, wanting("a", image, None))
    assert (type(error), error.first.code) == (Refused, "ImageNeedsAuth")


@pytest.mark.parametrize("name", ["team/tool:v2", "team/other", f"team/tool@sha256:{'0' * 64}"])
async def test_what_is_not_there_is_not_found(
    registry: Registry, image: str, backend: Backend, name: str
) -> None:
    error = await refusal(backend, wanting("a", f"{registry.address}/{name}"))
    assert (type(error), error.first.code) == (Refused, "ImageNotFound")


async def test_an_image_for_other_processors_only_is_refused(registry: Registry, backend: Backend) -> None:
    digest = registry.push("team/arm", "only", _files(), architecture="arm64")
    entry = {"mediaType": "application/vnd.docker.distribution.manifest.v2+json", "digest": digest, "size": 1}
    platform = {"platform": {"architecture": "arm64", "os": "linux"}}
    body = {"schemaVersion": 2, "mediaType": MANIFEST_LIST, "manifests": [entry | platform]}
    registry.put_manifest("team/arm", "list", MANIFEST_LIST, body)
    for tag in ("list", "only"):
        error = await refusal(backend, wanting("a", f"{registry.address}/team/arm:{tag}"))
        assert (type(error), error.first.code) == (Refused, "ImageWrongPlatform")
    docker("rmi", f"{registry.address}/team/arm:only")


async def test_a_registry_that_does_not_answer_may_come_back(backend: Backend) -> None:
    error = await refusal(backend, wanting("a", f"localhost:{free_port()}/team/tool"))
    assert (type(error), error.first.code) == (TemporaryFailure, "RegistryUnreachable")


async def test_a_registry_whose_name_is_unknown_may_come_back(backend: Backend) -> None:
    error = await refusal(backend, wanting("a", "registry.invalid/team/tool", None))
    assert (type(error), error.first.code) == (TemporaryFailure, "RegistryUnreachable")
