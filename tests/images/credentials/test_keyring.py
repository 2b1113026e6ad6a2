"""Which log-in an image gets: the job's, the stored ones', Docker's own, or none."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from openpai.images.credentials.credential import Credential, same_registry
from openpai.images.credentials.docker_config import DockerConfig
from openpai.images.credentials.keyring import Keyring
from openpai.images.reference import ImageReference, parse_reference

IMAGE = parse_reference("harbor.example.com/team/img:v1")
HOST = "harbor.example.com"

OWN = Credential("ann", "own", HOST, "user", "ann")
TEAM = Credential("bot", "team", HOST, "group", "team")
DEFAULT = Credential("all", "default", HOST, "default")
DOCKER = Credential("root", "docker", HOST, "docker-config")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Docker's configuration, with a log-in for the host."""
    auth = base64.b64encode(b"root:docker").decode()
    file = tmp_path / "config.json"
    write(file, {"auths": {HOST: {"auth": auth}}})
    return file


def write(file: Path, config: object) -> None:
    file.write_text(json.dumps(config))


def keyring(file: Path, *stored: Credential) -> Keyring:
    async def kept(username: str, registry: str) -> Sequence[Credential]:
        return [each for each in stored if username == "ann" and same_registry(each.registry, registry)]

    return Keyring(kept, DockerConfig(file))


ALL = (OWN, TEAM, DEFAULT)


async def login(
    ring: Keyring, username: str, given: Credential | None = None, image: ImageReference = IMAGE
) -> Credential | None:
    return (await ring.find(username, image, given)).credential


@pytest.mark.parametrize(
    ("given", "stored", "chosen"),
    [
        (None, ALL, OWN),
        (None, ALL[1:], TEAM),
        (None, ALL[2:], DEFAULT),
        (None, (), DOCKER),
        # a user name and a password always count as they are
        (Credential("me", "pw"), ALL, Credential("me", "pw")),
        (Credential("me", "pw", f"https://{HOST}/v2/"), ALL, Credential("me", "pw", f"https://{HOST}/v2/")),
        (Credential("ann", "new"), ALL, Credential("ann", "new")),
        # a user name alone finds the password that is stored for it
        (Credential("ann", ""), ALL, OWN),
        (Credential("bot", "", HOST), ALL, TEAM),
        (Credential("all", ""), ALL, DEFAULT),
        (Credential("root", ""), ALL, DOCKER),
        (Credential("who", ""), ALL, Credential("who", "")),
        # a registry alone finds the best that is stored for it
        (Credential("", "", HOST), ALL, OWN),
        (Credential("", "", f"{HOST}:443"), ALL[1:], TEAM),
        # what is meant for another registry is never sent to this one
        (Credential("me", "pw", "https://other.example.com"), ALL, OWN),
        (Credential("me", "pw", "docker.io"), (), DOCKER),
    ],
)
async def test_the_first_that_counts_is_taken(
    given: Credential | None, stored: Sequence[Credential], chosen: Credential, file: Path
) -> None:
    assert await login(keyring(file, *stored), "ann", given) == chosen


@pytest.mark.parametrize(
    "given", [None, Credential("", "", HOST), Credential("me", "pw", "other.example.com")]
)
async def test_without_any_the_image_is_asked_for_without(given: Credential | None, tmp_path: Path) -> None:
    assert await login(keyring(tmp_path / "none.json"), "ann", given) is None


async def test_nobody_gets_what_is_not_his_or_for_another_registry(file: Path) -> None:
    ring = keyring(file, OWN)
    assert await login(ring, "bob") == DOCKER
    assert await login(ring, "ann", image=parse_reference("ubuntu")) is None


async def test_a_new_login_counts_at_the_next_attempt(file: Path) -> None:
    stored: list[Credential] = []

    async def kept(username: str, registry: str) -> Sequence[Credential]:
        return stored

    ring = Keyring(kept, DockerConfig(file))
    assert await login(ring, "ann") == DOCKER
    write(file, {})
    assert await login(ring, "ann") is None
    stored.append(OWN)
    assert await login(ring, "ann") == OWN


async def test_a_broken_configuration_is_told_and_in_nobodys_way(file: Path) -> None:
    write(file, [])
    assert await login(keyring(file), "ann") is None
    assert await login(keyring(file, OWN), "ann") == OWN
    found = await keyring(file).find("ann", IMAGE, Credential("me", ""))
    assert found.credential == Credential("me", "")
    (problem,) = found.warnings
    assert (problem.code, problem.params["file"]) == ("DockerConfigBroken", str(file))
