"""What is found out of an image, on real registries, with what the machine has told by the test."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from openpai.errors import NoContact, Problem
from openpai.images.credentials.credential import Credential
from openpai.images.credentials.docker_config import DockerConfig
from openpai.images.credentials.keyring import Keyring
from openpai.images.facts import LocalImage, Look, RemoteImage
from openpai.images.inspector import Inspected, Inspector, lock_of, made_here
from openpai.images.lock import Lock, locked
from openpai.images.reference import parse_reference
from openpai.images.registry.look import Looker
from tests.looks import local
from tests.registry import Registry

ADA = Credential("ada", "correct horse", source="user")


class Machine:
    """The images of a machine, by every name that finds them."""

    def __init__(self, looker: Looker, folder: Path) -> None:
        self.images: list[LocalImage] = []
        self.stored: list[Credential] = []
        self.contact = True
        keyring = Keyring(self._stored, DockerConfig(folder / "config.json"))
        self.inspect: Callable[..., Awaitable[Inspected]] = Inspector(
            self._find, keyring, looker, self._architecture
        ).inspect

    async def _find(self, name: str) -> LocalImage | None:
        if not self.contact:
            raise NoContact(Problem("EngineUnreachable", {"address": "here", "detail": "gone"}))
        return next((i for i in self.images if name in (i.id, *i.names, *i.digests)), None)

    async def _stored(self, username: str, registry: str) -> Sequence[Credential]:
        return self.stored

    async def _architecture(self) -> str:
        return "amd64"


def image_of(found: Inspected) -> RemoteImage:
    assert found.look is not None
    assert found.look.image is not None
    return found.look.image


def problem_of(found: Inspected) -> str:
    assert found.look is not None
    assert found.look.problem is not None
    return found.look.problem.code


def warnings_of(found: Inspected) -> list[str]:
    assert found.look is not None
    return [warning.code for warning in found.look.warnings]


@pytest.fixture
def machine(looker: Looker, tmp_path: Path) -> Machine:
    return Machine(looker, tmp_path)


async def test_an_image_that_was_made_here_is_asked_of_no_registry(machine: Machine) -> None:
    image = local("registry.invalid/team/tool:v1")
    machine.images = [image]
    found = await machine.inspect("ann", parse_reference("registry.invalid/team/tool:v1"))
    assert (found.local, found.look, found.here) == (image, None, True)
    assert lock_of(found) == Lock(image_id=image.id)


async def test_one_that_was_pulled_is_looked_at_again_for_each_user(
    machine: Machine, closed_registry: Registry
) -> None:
    name = f"{closed_registry.address}/team/tool:v1"
    machine.images = [local(name, "a", f"{closed_registry.address}/team/tool@sha256:{'e' * 64}")]
    found = await machine.inspect("ann", parse_reference(name))
    assert problem_of(found) == "ImageNeedsAuth"
    machine.stored = [ADA]
    found = await machine.inspect("ann", parse_reference(name))
    assert (image_of(found).platforms, found.credential) == (("linux/amd64",), ADA)
    assert not found.here, "the tag names another image by now"


async def test_it_is_here_under_whatever_tag_it_was_pulled(machine: Machine, open_registry: Registry) -> None:
    reference = parse_reference(f"{open_registry.address}/team/tool:v1")
    digest = image_of(await machine.inspect("ann", reference)).digest
    machine.images = [local("other:name", "a", str(replace(reference, tag=None, digest=digest)))]
    assert (await machine.inspect("ann", reference)).here


async def test_a_login_for_elsewhere_is_told_also_where_another_one_lets_in(
    machine: Machine, closed_registry: Registry
) -> None:
    machine.stored = [ADA]
    given = Credential("ann", "hunter2", "https://harbor.example.com")
    found = await machine.inspect("ann", parse_reference(f"{closed_registry.address}/team/tool:v1"), given)
    assert image_of(found)
    assert warnings_of(found) == ["RegistryUriElsewhere"]


async def test_a_broken_docker_configuration_is_told_and_in_nobodys_way(
    machine: Machine, open_registry: Registry, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text("{", "utf-8")
    found = await machine.inspect("ann", parse_reference(f"{open_registry.address}/team/tool:v1"))
    assert image_of(found)
    assert warnings_of(found) == ["DockerConfigBroken"]


async def test_what_an_earlier_job_was_held_to_is_looked_at_instead_of_the_tag(
    machine: Machine, open_registry: Registry
) -> None:
    reference = parse_reference(f"{open_registry.address}/team/tool:v1")
    gone = Lock(digest=f"sha256:{'0' * 64}")
    found = await machine.inspect("ann", reference, lock=gone)
    assert found.reference == locked(reference, gone)
    assert problem_of(found) == "ImageTagNotFound"


async def test_an_image_made_here_that_an_earlier_job_ran_with_is_found_by_its_id(machine: Machine) -> None:
    image = local("tool:v1")
    reference = parse_reference("tool:v1")
    found = await machine.inspect("ann", reference, lock=Lock(image_id=image.id))
    assert (found.local, found.look, found.here) == (None, None, False)
    machine.images = [replace(image, names=("tool:v0",))]
    assert (await machine.inspect("ann", reference, lock=Lock(image_id=image.id))).here


async def test_an_engine_out_of_reach_leaves_the_registrys_word(
    machine: Machine, open_registry: Registry
) -> None:
    machine.contact = False
    found = await machine.inspect("ann", parse_reference(f"{open_registry.address}/team/tool:v1"))
    assert (image_of(found).platforms, found.here) == (("linux/amd64",), False)


@pytest.mark.parametrize(
    ("digests", "made"),
    [
        ((), True),
        ((f"reg.example/team/tool@sha256:{'a' * 64}",), False),
        ((f"other.example/team/tool@sha256:{'a' * 64}",), True),
        ((f"other.example/x@sha256:{'a' * 64}", f"reg.example/team/tool@sha256:{'a' * 64}"), False),
    ],
)
def test_an_image_came_from_the_registry_whose_digest_it_has(digests: tuple[str, ...], made: bool) -> None:
    reference = parse_reference("reg.example/team/tool:v1")
    assert made_here(local("reg.example/team/tool:v1", "a", *digests), reference) is made


def test_while_the_registry_is_out_of_reach_the_digest_it_came_by_counts() -> None:
    reference = parse_reference("ubuntu:22.04")
    digest = f"sha256:{'c' * 64}"
    pulled = local("ubuntu:22.04", "a", f"ubuntu@{digest}")
    unknown = Inspected(
        reference, pulled, Look(reference, problem=Problem("RegistryUnreachable", {"detail": "-"})), here=True
    )
    assert lock_of(unknown) == Lock(digest=digest)
    assert lock_of(replace(unknown, local=None)) is None
