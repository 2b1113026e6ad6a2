"""An image is fetched as an archive, of a registry that asks for the log-in late; of no other."""

import io
import json
import tarfile
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from openpai.clock import now_ms
from openpai.errors import PaiError, Refused, TemporaryFailure
from openpai.images.credentials.credential import Credential
from openpai.images.reference import parse_reference
from openpai.images.registry.fetch import Fetched, Fetcher, _header
from openpai.images.registry.manifest import Layer
from tests.images.conftest import Settings
from tests.registry import Registry, free_port
from tests.stand_in import BASIC, BEARER, doorman, forward, stand_in
from tests.token_registry import TokenRegistry

ADA = Credential("ada", "correct horse")


@pytest.fixture
async def fetcher(settings: Settings) -> AsyncIterator[Fetcher]:
    made = Fetcher(settings.read, now_ms)
    yield made
    await made.close()


async def find(fetcher: Fetcher, name: str, credential: Credential = ADA) -> Fetched | None:
    return await fetcher.find(parse_reference(name), credential, "amd64")


async def read(found: Fetched, skip: int = 0) -> dict[str, bytes]:
    """The files of the archive."""
    whole = b"".join([piece async for piece in found.archive("team/tool:v1", skip, lambda layer, size: None)])
    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        return {entry.name: archive.extractfile(entry).read() for entry in archive}  # type: ignore[union-attr]


@pytest.mark.parametrize("challenge", [BASIC, BEARER, ""])
async def test_an_image_is_an_archive_of_its_configuration_and_layers(
    fetcher: Fetcher, open_registry: Registry, challenge: str
) -> None:
    with doorman(open_registry, "ada", "correct horse", challenge=challenge) as door:
        found = await find(fetcher, f"{door.address}/team/tool:v1")
        assert found
        files = await read(found)
        (layer,) = found.layers
        assert len(files["0"]) == layer.size
        assert tuple(json.loads(files["config.json"])["rootfs"]["diff_ids"]) == found.image.config.diff_ids
        manifest = {"Config": "config.json", "RepoTags": ["team/tool:v1"], "Layers": ["0"]}
        assert json.loads(files["manifest.json"]) == [manifest]
        without = await read(found, skip=1)
    assert without == {name: content for name, content in files.items() if name != "0"}


async def test_the_layers_are_heard_of_as_they_come(fetcher: Fetcher, open_registry: Registry) -> None:
    heard: list[tuple[Layer, int]] = []
    with doorman(open_registry, "ada", "correct horse") as door:
        found = await find(fetcher, f"{door.address}/team/tool:v1")
        assert found
        async for _ in found.archive("team/tool:v1", 0, lambda layer, size: heard.append((layer, size))):
            pass
    assert heard[-1] == (found.layers[0], found.layers[0].size)


async def test_of_a_registry_that_asks_at_its_door_nothing_is_fetched_and_it_sees_no_password(
    fetcher: Fetcher, closed_registry: Registry, token_registry: TokenRegistry
) -> None:
    for registry in (closed_registry, token_registry.registry):
        with stand_in(lambda asked, registry=registry: forward(registry, asked)) as watched:  # type: ignore[misc]
            assert await find(fetcher, f"{watched.address}/team/tool:v1") is None
        assert not any("authorization" in asked.headers for asked in watched.asked)


async def test_of_a_registry_that_never_asks_nothing_is_fetched(
    fetcher: Fetcher, open_registry: Registry
) -> None:
    assert await find(fetcher, f"{open_registry.address}/team/tool:v1") is None


async def test_a_log_in_for_another_registry_is_not_sent(fetcher: Fetcher, open_registry: Registry) -> None:
    with doorman(open_registry, "ada", "correct horse") as door:
        elsewhere = replace(ADA, registry="https://gpu.example.com")
        assert await find(fetcher, f"{door.address}/team/tool:v1", elsewhere) is None
        assert door.asked == []


async def test_what_a_look_would_say_is_said(fetcher: Fetcher, open_registry: Registry) -> None:
    async def refusal(name: str, credential: Credential = ADA) -> tuple[type[PaiError], str]:
        with pytest.raises(PaiError) as caught:
            await find(fetcher, name, credential)
        return type(caught.value), caught.value.first.code

    with doorman(open_registry, "ada", "correct horse") as door:
        wrong = replace(ADA, password="a wrong one")
        assert await refusal(f"{door.address}/team/tool:v1", wrong) == (Refused, "ImageAuthFailed")
        assert await refusal(f"{door.address}/team/tool:v9") == (Refused, "ImageTagNotFound")
    nobody = f"localhost:{free_port()}/team/tool:v1"
    assert await refusal(nobody) == (TemporaryFailure, "RegistryUnreachable")
    assert await refusal("registry.invalid/team/tool:v1") == (TemporaryFailure, "RegistryNameUnknown")


@pytest.mark.parametrize("size", [0, 2**33 - 1, 2**33, 2**40])
def test_a_layer_may_be_larger_than_old_archives_allow(size: int) -> None:
    assert tarfile.TarInfo.frombuf(_header("0", size), "utf-8", "strict").size == size
