"""What a task mounts is decided anew at each of its starts: what was taken away since is told as that."""

from pathlib import Path

import pytest

from openpai.errors import Problem, Refused, TemporaryFailure
from openpai.protocol.job import Job
from openpai.protocol.parse import parse_document
from openpai.storages.file import storages_file
from openpai.storages.ground import FileSystem, Ground
from openpai.storages.provision import Provision
from openpai.storages.storage import Mount, Storage
from tests.builders import document_of, role

FILE = """
[[storage]]
name = "homes"
path = "{0}/homes"
share = false
groups = ["vision"]
"""


class World:
    """A file of storages, and the groups of the only user."""

    def __init__(self, folder: Path, ground: Ground | None = None) -> None:
        self.folder = folder
        self.groups = frozenset({"vision"})
        (folder / "homes").mkdir()
        self.file = storages_file(folder / "storages.toml", folder / "private")
        self.file.path.write_text(FILE.format(folder))
        self.provision = Provision(self.file, self._groups_of, ground or Ground())

    async def _groups_of(self, username: str) -> frozenset[str]:
        return self.groups

    async def mounts(self) -> tuple[Mount, ...]:
        return await self.provision.mounts("ann", a_job())


def a_job() -> Job:
    return parse_document(document_of({"main": role()}, storages=[{"name": "homes"}]))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_a_start_makes_the_users_folder_and_mounts_it(world: World) -> None:
    folder = world.folder / "homes" / "ann"
    assert await world.mounts() == (Mount(str(folder), "/mnt/homes", read_only=False),)
    assert folder.is_dir()


async def test_a_job_without_storages_asks_nobody(world: World) -> None:
    async def nobody(username: str) -> frozenset[str]:
        raise AssertionError

    provision = Provision(world.file, nobody, Ground())
    plain = parse_document(document_of({"main": role()}))
    assert await provision.mounts("ann", plain) == ()
    assert (await provision.facts("ann", plain)).resolved.placed == ()


async def test_what_was_taken_away_since_the_submission_is_told_as_that(world: World) -> None:
    world.groups = frozenset()
    with pytest.raises(Refused) as raised:
        await world.mounts()
    assert raised.value.first.code == "StorageNotGranted"
    world.file.path.unlink()
    with pytest.raises(Refused) as raised:
        await world.mounts()
    assert raised.value.first.code == "StorageUnknown"
    assert not (world.folder / "homes" / "ann").exists()


async def test_one_that_is_gone_is_not_tried_again_and_comes_back_by_itself(world: World) -> None:
    (world.folder / "homes").rename(world.folder / "away")
    with pytest.raises(Refused) as raised:
        await world.mounts()
    assert not isinstance(raised.value, TemporaryFailure)
    (world.folder / "away").rename(world.folder / "homes")
    assert await world.mounts()


class SilentGround(Ground):
    """A file server that never answers."""

    async def look(self, storage: Storage) -> FileSystem:
        raise TemporaryFailure(Problem("StorageSilent", {"storage": storage.name}))

    async def open(self, storage: Storage, username: str) -> None:
        await self.look(storage)


async def test_a_silent_one_is_a_warning_at_submission_and_tried_again_at_the_start(tmp_path: Path) -> None:
    world = World(tmp_path, SilentGround())
    facts = await world.provision.facts("ann", a_job())
    assert (list(facts.silent), list(facts.gone)) == (["homes"], [])
    with pytest.raises(TemporaryFailure):
        await world.mounts()
