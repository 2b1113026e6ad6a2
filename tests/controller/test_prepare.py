"""What is seen to before a start: the use is told first, the registry is asked where it must be, room is made."""

from dataclasses import replace

import pytest

from openpai.backends.simulated import SimulatedBackend, SimulatedEngine
from openpai.controller.prepare import Preparer
from openpai.errors import Problem, Refused, TemporaryFailure
from openpai.images.credentials.credential import Credential
from openpai.images.facts import Look, RemoteImage
from openpai.images.inspector import Inspected
from openpai.images.reference import ImageReference
from openpai.protocol.job import Job
from openpai.storages.storage import Mount
from tests.backends.bench import plan
from tests.builders import BOX, a_job
from tests.looks import remote

ADA = Credential("ada", "pw")
PLAN = replace(plan("t", ""), image="team/tool:v1", credential=ADA)
JOB = a_job()
IMAGE_ID = f"sha256:{'1' * 64}"


class Told:
    """Plays inspector and keeper, and remembers what it was asked, in order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.look: Look | None = None
        self.here = False
        self.has_room = True

    async def use(self, image: str) -> None:
        self.asked.append(f"use {image}")

    async def make_room(self, name: str, image: RemoteImage) -> None:
        self.asked.append(f"room for {name}")
        if not self.has_room:
            raise TemporaryFailure(Problem("ImageDoesNotFit"))

    async def inspect(self, username: str, reference: ImageReference, given: Credential | None) -> Inspected:
        self.asked.append(f"look at {reference} for {username}")
        return Inspected(reference, None, self.look, self.here, Credential("found", "pw"))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def engine() -> SimulatedEngine:
    return SimulatedEngine(BOX)


@pytest.fixture
def preparer(told: Told, engine: SimulatedEngine) -> Preparer:
    async def mounts(username: str, job: Job) -> tuple[Mount, ...]:
        return ()

    backend = SimulatedBackend("test", engine)
    return Preparer(backend, told, told, mounts)  # type: ignore[arg-type]  # plays the inspector


def seen(image: RemoteImage | None = None, problem: Problem | None = None, certain: bool = False) -> Look:
    reference = ImageReference("docker.io", "team/tool", "v1", None)
    return Look(reference, image, problem, certain)


async def test_nothing_is_asked_for_an_image_that_is_here(
    told: Told, preparer: Preparer, engine: SimulatedEngine
) -> None:
    engine.add_image("team/tool:v1", pulled=True)
    assert (await preparer.prepare("ann", JOB, PLAN)).credential is None
    assert told.asked == ["use team/tool:v1"]


async def test_nothing_is_asked_for_an_image_that_was_made_here(told: Told, preparer: Preparer) -> None:
    made = replace(PLAN, image_id=IMAGE_ID)
    assert await preparer.prepare("ann", JOB, made) == made
    assert told.asked == [f"use {IMAGE_ID}"]


async def test_a_new_image_is_looked_at_and_given_room_and_the_log_in_that_was_found(
    told: Told, preparer: Preparer
) -> None:
    told.look = seen(remote())
    assert (await preparer.prepare("ann", JOB, PLAN)).credential == Credential("found", "pw")
    assert told.asked == ["use team/tool:v1", "look at team/tool:v1 for ann", "room for team/tool:v1"]


async def test_what_the_registry_says_no_to_is_refused_with_its_word(told: Told, preparer: Preparer) -> None:
    told.look = seen(problem=Problem("ImageAuthFailed"), certain=True)
    with pytest.raises(Refused) as caught:
        await preparer.prepare("ann", JOB, PLAN)
    assert caught.value.first.code == "ImageAuthFailed"


async def test_a_registry_that_cannot_be_asked_is_left_to_the_engine(told: Told, preparer: Preparer) -> None:
    told.look = seen(problem=Problem("RegistryUnreachable"))
    assert (await preparer.prepare("ann", JOB, PLAN)).credential == Credential("found", "pw")


async def test_an_image_without_room_is_not_pulled(told: Told, preparer: Preparer) -> None:
    told.look, told.has_room = seen(remote()), False
    with pytest.raises(TemporaryFailure):
        await preparer.prepare("ann", JOB, PLAN)


async def test_a_tag_that_is_asked_for_anew_needs_no_room_where_what_it_names_is_here(
    told: Told, preparer: Preparer, engine: SimulatedEngine
) -> None:
    engine.add_image("team/tool:v1", pulled=True)
    told.look, told.here = seen(remote()), True
    prepared = await preparer.prepare("ann", JOB, replace(PLAN, refresh=True))
    assert prepared.refresh
    assert told.asked[1:] == ["look at team/tool:v1 for ann"]
