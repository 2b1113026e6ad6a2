"""The keeper of images on a simulated engine: notes uses, pulls ahead, cleans, makes room. The database is real."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from openpai.backends.contract import PullProgress
from openpai.backends.simulated import SimulatedBackend, SimulatedEngine
from openpai.clock import now_ms
from openpai.controller import image_keeper
from openpai.controller.image_keeper import ImageKeeper
from openpai.errors import Problem, Refused, TemporaryFailure
from openpai.images.catalogue.admin_file import AdminImages, Cleaning
from openpai.images.facts import ImageConfig, LocalImage, Look, RemoteImage
from openpai.images.inspector import Inspected
from openpai.images.reference import ImageReference, parse_reference
from openpai.store.database import Database
from openpai.store.image_uses import ImageUses
from tests.builders import BOX
from tests.controller.house import eventually

HOUR = 3_600_000
POLICY = Cleaning(high_percent=80, low_percent=50, min_age_hours=1)


@dataclass
class House:
    """A keeper, and what it is told."""

    engine: SimulatedEngine
    backend: SimulatedBackend
    uses: ImageUses
    admin: AdminImages = field(default_factory=lambda: AdminImages(cleaning=POLICY))
    needed: frozenset[str] | None = frozenset()
    looks: list[ImageReference] = field(default_factory=list)
    remote: RemoteImage | None = None
    problem: Problem | None = None

    def __post_init__(self) -> None:
        self.keeper = ImageKeeper(
            self.backend, self.uses, lambda: self.admin, lambda: self.needed, self.inspect
        )

    async def inspect(self, username: str, reference: ImageReference) -> Inspected:
        assert username == "", "no user's own credential"
        self.looks.append(reference)
        look = Look(reference, self.remote, self.problem, certain=self.problem is not None)
        return Inspected(reference, None, look, here=False)

    async def has(self, name: str, size: int = 100, hours: float | None = None, **more: bool) -> LocalImage:
        """An image that is here, last used so many hours ago (None: never by us)."""
        image = self.engine.add_image(name, **{"pulled": True, **more})
        self.engine.images[image.id] = replace(image, size_bytes=size)
        if hours is not None:
            await self.uses.note({image.id}, now_ms() - round(hours * HOUR))
        return image

    def here(self) -> list[str]:
        return sorted(name for image in self.engine.images.values() for name in image.names)

    def prepull(self, *names: str) -> None:
        self.admin = replace(self.admin, prepull=tuple(map(parse_reference, names)))

    async def a_round(self) -> None:
        await self.keeper._round()


@asynccontextmanager
async def running(house: House) -> AsyncIterator[None]:
    """The keeper does its rounds, and ends with all that it began."""
    before = asyncio.all_tasks()
    rounds = asyncio.create_task(house.keeper.run())
    yield
    rounds.cancel()
    await asyncio.gather(rounds, return_exceptions=True)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(image_keeper, "_ROUND_S", 0.02)
    engine = SimulatedEngine(BOX)
    engine.disk_bytes, engine.image_bytes = 1000, 100
    database = Database(tmp_path / "pai.db")
    yield House(engine, SimulatedBackend("test", engine), ImageUses(database))
    database.close()


async def test_what_live_jobs_need_is_noted_as_used(house: House) -> None:
    by_tag, by_id = await house.has("team/a:v1"), await house.has("team/b:v1", pulled=False)
    by_digest = await house.has("team/c:v1")
    await house.has("team/d:v1")
    house.needed = frozenset({"team/a:v1", by_id.id, f"x/y:v2@{by_digest.digests[0].partition('@')[2]}"})
    await house.a_round()
    assert set(await house.uses.all()) == {by_tag.id, by_id.id, by_digest.id}


async def test_an_image_of_a_task_that_failed_at_once_is_known_all_the_same(house: House) -> None:
    await house.keeper.use("team/a:v1")
    await house.a_round()
    image = await house.has("team/a:v1")  # it comes later than the task is gone
    await house.a_round()
    assert set(await house.uses.all()) == {image.id}


async def test_what_is_not_on_the_machine_any_more_is_forgotten(house: House) -> None:
    image = await house.has("team/a:v1", hours=2)
    del house.engine.images[image.id]
    await house.a_round()
    assert await house.uses.all() == {}


async def test_above_the_high_mark_the_longest_unused_go_and_the_log_tells(house: House) -> None:
    for number in range(9):
        await house.has(f"team/{number}:v1", hours=20 - number)
    await house.a_round()
    assert house.here() == [f"team/{number}:v1" for number in range(4, 9)]
    count, removed = await house.keeper.removals(0, 10)
    assert count == 4
    assert [(each.names, each.size_bytes, each.reason) for each in removed] == [
        ((f"team/{number}:v1",), 100, "RemovedAboveMark") for number in (3, 2, 1, 0)
    ]
    assert len(await house.uses.all()) == 5


async def test_what_must_stay_stays(house: House) -> None:
    await house.has("foreign/big:v1", size=300)
    for name in ("pin", "pre", "job", "starting"):
        await house.has(f"team/{name}:v1", hours=9)
    await house.has("team/made:v1", hours=9, pulled=False)
    await house.has("team/old:v1", hours=2)
    house.admin = replace(house.admin, pinned=(parse_reference("team/pin:v1"),))
    house.prepull("team/pre:v1")
    house.needed = frozenset({"team/job:v1"})
    await house.keeper.use("team/starting:v1")
    await house.a_round()
    stays = ["foreign/big:v1", *(f"team/{name}:v1" for name in ("job", "made", "pin", "pre", "starting"))]
    assert house.here() == stays


async def test_nothing_is_removed_while_it_is_not_known_what_jobs_need(house: House) -> None:
    for number in range(10):
        await house.has(f"team/{number}:v1", hours=9)
    house.needed = None
    await house.a_round()
    assert len(house.here()) == 10
    assert await house.keeper.clean() is None
    assert await house.keeper.plan() is None


async def test_a_dry_run_removes_nothing(house: House) -> None:
    for number in range(9):
        await house.has(f"team/{number}:v1", hours=20 - number)
    planned = await house.keeper.plan()
    assert planned is not None
    assert [removal.image.names for removal in planned.removals] == [(f"team/{n}:v1",) for n in range(4)]
    assert len(house.here()) == 9


async def test_an_image_that_the_engine_does_not_let_go_of_is_passed_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await house.has("team/0:v1", hours=20)
    for number in range(1, 9):
        await house.has(f"team/{number}:v1", hours=20 - number)
    remove = house.backend.remove_image

    async def refuse_first(image_id: str) -> None:
        if image_id == first.id:
            raise TemporaryFailure(Problem("EngineFailed", {"act": "remove", "detail": "it has children"}))
        await remove(image_id)

    monkeypatch.setattr(house.backend, "remove_image", refuse_first)
    cleaned = await house.keeper.clean()
    assert cleaned is not None
    assert [each.names for each in cleaned.removed] == [(f"team/{n}:v1",) for n in (1, 2, 3, 4)]
    assert (cleaned.before.free_bytes, cleaned.after.free_bytes) == (100, 500)


def an_image(*layers: int) -> RemoteImage:
    config = ImageConfig("amd64", diff_ids=tuple(f"sha256:{number}" for number in range(len(layers))))
    return RemoteImage("sha256:d", "sha256:d", config, layers, ("linux/amd64",))


async def test_room_is_made_for_an_image_that_a_job_needs(house: House) -> None:
    for number in range(6):
        await house.has(f"team/{number}:v1", hours=20 - number)
    await house.keeper.make_room("team/new:v1", an_image(100))
    assert len(house.here()) == 6, "it had room"
    await house.keeper.make_room(
        "team/new:v1", an_image(150)
    )  # needs 450; 400 are free, 50 of them for others
    assert house.here() == [f"team/{number}:v1" for number in range(1, 6)]
    _, removed = await house.keeper.removals(0, 10)
    assert [each.reason for each in removed] == ["RemovedForPull"]


async def test_an_image_that_cannot_fit_is_told_with_the_numbers_and_nothing_is_removed(house: House) -> None:
    for number in range(6):
        await house.has(f"team/{number}:v1", hours=20 - number)
    with pytest.raises(TemporaryFailure) as caught:
        await house.keeper.make_room("team/new:v1", an_image(400))
    problem = caught.value.first
    assert problem.code == "ImageDoesNotFit"
    assert problem.params["image"] == "team/new:v1"
    assert len(house.here()) == 6
    found = await house.keeper.room(an_image(400))
    assert found is not None
    assert (found.needs_bytes, found.free_bytes, found.freeable_bytes) == (1200, 350, 600)


async def test_layers_that_are_here_need_no_room_and_their_image_is_not_removed_for_it(house: House) -> None:
    base = await house.has("team/base:v1", size=200, hours=99)
    config = ImageConfig("amd64", diff_ids=("sha256:0",))
    house.engine.images[base.id] = replace(house.engine.images[base.id], config=config)
    await house.has("team/other:v1", size=400, hours=2)
    await house.keeper.make_room("team/new:v1", an_image(1000, 110))  # only the second layer: 330
    assert len(house.here()) == 2
    await house.keeper.make_room("team/new:v1", an_image(1000, 120))
    assert house.here() == ["team/base:v1"]


async def test_twenty_that_need_room_at_once_remove_no_more_than_one_would(house: House) -> None:
    for number in range(6):
        await house.has(f"team/{number}:v1", hours=20 - number)
    await asyncio.gather(*(house.keeper.make_room("team/new:v1", an_image(150)) for _ in range(20)))
    assert len(house.here()) == 5


async def test_the_list_is_pulled_ahead_and_kept_present(house: House) -> None:
    await house.has("team/here:v1")
    house.prepull("team/here:v1", "team/one:v1", "team/two:v1")
    async with running(house):
        await eventually(lambda: house.here() == ["team/here:v1", "team/one:v1", "team/two:v1"])
        assert house.engine.pulls_made == 2
        await eventually(lambda: {pull.state for pull in house.keeper.pulls()} == {"done"})
        gone = house.engine.find_image("team/one:v1")
        assert gone is not None
        del house.engine.images[gone.id]
        await eventually(lambda: "team/one:v1" in house.here())
        assert {pull.by for pull in house.keeper.pulls()} == {"prepull"}


async def test_what_is_pulled_ahead_comes_one_after_another(house: House) -> None:
    house.engine.pull_seconds = 0.05
    house.prepull("team/one:v1", "team/two:v1")
    most = 0

    def both_are_here() -> bool:
        nonlocal most
        most = max(most, len(house.backend.pulls()))
        return len(house.here()) == 2

    async with running(house):
        await eventually(lambda: house.backend.pulls())
        assert [pull.state for pull in house.keeper.pulls()] == ["pulling", "waiting"]
        await eventually(both_are_here)
    assert most == 1


async def test_what_was_refused_is_not_asked_for_again_until_an_admin_changes_the_list(house: House) -> None:
    house.problem = Problem(
        "ImageAuthFailed", {"image": "x", "registry": "r", "username": "u", "detail": "no"}
    )
    house.prepull("team/one:v1")
    async with running(house):
        await eventually(lambda: [pull.state for pull in house.keeper.pulls()] == ["failed"])
        await asyncio.sleep(0.2)
        assert len(house.looks) == 1
        house.problem = None
        house.prepull("team/one:v1", "team/two:v1")
        await eventually(lambda: len(house.here()) == 2)


async def test_what_is_taken_off_the_list_is_let_go_of(house: House) -> None:
    house.engine.pull_seconds = 60
    house.prepull("team/one:v1")
    async with running(house):
        await eventually(lambda: house.backend.pulls())
        house.prepull()
        await eventually(lambda: not house.backend.pulls() and not house.keeper.pulls())


async def test_a_registry_out_of_reach_is_tried_again(house: House) -> None:
    house.engine.registries_answer = False
    house.prepull("team/one:v1")
    async with running(house):
        await eventually(lambda: [pull.state for pull in house.keeper.pulls()] == ["waiting"])
        (pull,) = house.keeper.pulls()
        assert pull.problem is not None
        assert pull.problem.code == "RegistryUnreachable"
        assert pull.again_at is not None
        house.engine.registries_answer = True
        await eventually(lambda: house.here() == ["team/one:v1"])


async def test_an_admins_hand_pulls_at_once_what_waits_for_its_next_try(house: House) -> None:
    house.engine.registries_answer = False
    house.prepull("team/one:v1")
    async with running(house):
        await eventually(lambda: [pull.state for pull in house.keeper.pulls()] == ["waiting"])
        house.engine.registries_answer = True
        house.keeper.pull(parse_reference("team/one:v1"))
        began = now_ms()
        await eventually(house.here)
        assert now_ms() - began < 700, "before the next try was due"
        await eventually(lambda: [(p.by, p.state) for p in house.keeper.pulls()] == [("admin", "done")])
        assert house.engine.pulls_made == 1


async def test_a_pull_by_hand_that_is_refused_says_why(house: House) -> None:
    house.engine.failures["team/one:v1"] = Refused(Problem("ImageNotFound", {"image": "team/one:v1"}))
    house.keeper.pull(parse_reference("team/one:v1"))
    await eventually(lambda: [pull.state for pull in house.keeper.pulls()] == ["failed"])
    (pull,) = house.keeper.pulls()
    assert pull.problem is not None
    assert pull.problem.code == "ImageNotFound"


async def test_a_pull_of_a_job_is_told_and_none_twice(house: House) -> None:
    house.engine.pull_seconds = 0.2
    heard: list[PullProgress] = []
    of_job = asyncio.create_task(house.backend.pull("team/job:v1", None, heard.append))
    house.keeper.pull(parse_reference("team/hand:v1"))

    def told() -> Sequence[tuple[str, str]]:
        return [(str(pull.image), pull.by) for pull in house.keeper.pulls()]

    await eventually(lambda: len(house.backend.pulls()) == 2)
    assert told() == [("team/hand:v1", "admin"), ("team/job:v1", "job")]
    await of_job
    await eventually(lambda: told() == [("team/hand:v1", "admin")])
    await house.keeper._asked.close()


async def test_a_pull_by_hand_that_cannot_fit_is_told_with_the_numbers(house: House) -> None:
    house.remote = an_image(5000)
    house.keeper.pull(parse_reference("team/one:v1"))
    await eventually(lambda: house.keeper.pulls()[0].problem)
    problem = house.keeper.pulls()[0].problem
    assert problem is not None
    assert problem.code == "ImageDoesNotFit"
    assert house.engine.pulls_made == 0
    await house.keeper._asked.close()


async def test_no_failure_ends_the_rounds(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(house):
        house.engine.lose_contact()
        await asyncio.sleep(0.1)
        house.engine.contact = True
        house.prepull("team/one:v1")
        await eventually(lambda: house.here())
