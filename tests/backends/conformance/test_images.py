"""Images: which are here, having one, by whichever of its names, and letting go of one."""

import asyncio
import secrets
from dataclasses import replace

import pytest

from openpai.backends.contract import Backend, PullProgress
from openpai.errors import NoContact, Refused, TemporaryFailure
from tests.backends.bench import RUNS, Bench, Does, silent, until_ended

NOWHERE = f"sha256:{'0' * 64}"


def a_name() -> str:
    return f"pai-test/{secrets.token_hex(4)}:v1"


async def test_machines_are_the_nodes(backend: Backend) -> None:
    machines = await backend.machines()
    assert [machine.name for machine in machines] == [node.name for node in await backend.nodes()]
    assert {machine.architecture for machine in machines} <= {"amd64", "arm64"}


async def test_a_pulled_image_is_known_by_tag_digest_and_id(bench: Bench, backend: Backend) -> None:
    name = bench.offered()
    assert await backend.find_image(name) is None
    pulled = await backend.pull(name, None, silent)
    exact = f"{name.rpartition(':')[0]}@{bench.digest(name)}"
    assert (pulled.names, pulled.digests) == ((name,), (exact,))
    assert pulled.config is not None
    for key in (name, exact, f"{name}@{bench.digest(name)}", pulled.id):
        assert await backend.find_image(key) == pulled
    assert replace(pulled, config=None) in [
        replace(image, created_at=pulled.created_at) for image in await backend.images()
    ]


async def test_what_is_not_here_is_not_found(backend: Backend) -> None:
    for name in (a_name(), f"pai-test/nothing@{NOWHERE}", NOWHERE):
        assert await backend.find_image(name) is None


async def test_an_image_with_a_digest_is_pulled_once_and_a_tag_is_asked_for_anew(
    bench: Bench, backend: Backend
) -> None:
    name = bench.offered()
    for _ in range(2):
        await backend.pull(f"{name}@{bench.digest(name)}", None, silent)
    assert bench.pulls_made() == 1
    for _ in range(2):
        await backend.pull(name, None, silent)
    assert bench.pulls_made() == 3


async def test_an_image_pulled_by_digest_gets_the_tag_it_was_asked_for_by(
    bench: Bench, backend: Backend
) -> None:
    name = bench.offered()
    pulled = await backend.pull(f"{name}@{bench.digest(name)}", None, silent)
    assert pulled.names == (name,)
    assert await backend.find_image(name) == pulled


async def test_a_tag_that_is_there_stays_where_it_is(bench: Bench, backend: Backend) -> None:
    name = bench.offered()
    own = bench.made_here(name)
    pulled = await backend.pull(f"{name}@{bench.digest(name)}", None, silent)
    assert pulled.id != own
    assert pulled.names == ()
    assert (await backend.find_image(name) or pulled).id == own


async def test_many_callers_make_one_pull_and_each_hears_of_it(bench: Bench, backend: Backend) -> None:
    name = f"{bench.offered()}"
    exact = f"{name}@{bench.digest(name)}"
    heard: dict[int, list[PullProgress]] = {number: [] for number in range(20)}
    await asyncio.gather(*(backend.pull(exact, None, heard[number].append) for number in heard))
    assert bench.pulls_made() == 1
    assert backend.pulls() == []


async def test_a_pull_under_way_is_told_once(bench: Bench, backend: Backend) -> None:
    name = bench.offered()
    told: list[list[str]] = []

    def look(progress: PullProgress) -> None:
        told.append([pull.image for pull in backend.pulls()])

    await asyncio.gather(*(backend.pull(name, None, look) for _ in range(3)))
    assert all(images == [name] for images in told)


async def test_a_task_runs_from_its_digest_and_nothing_is_pulled_again(
    bench: Bench, backend: Backend
) -> None:
    name = bench.offered()
    exact = f"{name}@{bench.digest(name)}"
    for task in ("a", "b"):
        await backend.start(replace(bench.plan(task), image=exact), silent)
        await until_ended(backend, task)
    assert bench.pulls_made() == 1


async def test_an_image_made_here_is_used_by_its_id(bench: Bench, backend: Backend) -> None:
    name = a_name()
    plan = replace(bench.plan("a", Does(code=4)), image=name, image_id=bench.made_here(name))
    await backend.start(plan, silent)
    seen = (await until_ended(backend, "a")).tasks["a"]
    assert seen.exit is not None
    assert (seen.exit.code, bench.pulls_made()) == (4, 0)


async def test_an_image_made_here_that_is_gone_is_told_as_such(bench: Bench, backend: Backend) -> None:
    with pytest.raises(Refused) as caught:
        await backend.start(replace(bench.plan("a"), image=a_name(), image_id=NOWHERE), silent)
    assert caught.value.first.code == "LocalImageGone"
    assert (await backend.observe()).tasks == {}
    assert bench.pulls_made() == 0


async def test_an_image_that_is_not_locked_is_asked_for_at_each_start(bench: Bench, backend: Backend) -> None:
    name = bench.offered()
    for task in ("a", "b"):
        await backend.start(replace(bench.plan(task), image=name, refresh=True), silent)
    assert bench.pulls_made() == 2
    bench.close_registry()
    await backend.start(replace(bench.plan("c"), image=name, refresh=True), silent)
    assert set((await backend.observe()).tasks) == {"a", "b", "c"}


async def test_without_its_registry_an_image_that_is_not_here_cannot_be_had(
    bench: Bench, backend: Backend
) -> None:
    name = bench.offered()
    bench.close_registry()
    with pytest.raises(TemporaryFailure) as caught:
        await backend.start(replace(bench.plan("a"), image=name, refresh=True), silent)
    assert caught.value.first.code == "RegistryUnreachable"


async def test_an_image_is_removed_under_all_its_names(bench: Bench, backend: Backend) -> None:
    names = a_name(), a_name()
    image = bench.made_here(*names)
    await backend.remove_image(image)
    assert await backend.find_image(image) is None
    assert [await backend.find_image(name) for name in names] == [None, None]
    await backend.remove_image(image)


@pytest.mark.parametrize("does", [RUNS, Does()])
async def test_an_image_of_a_container_is_in_use_and_stays(
    bench: Bench, backend: Backend, does: Does
) -> None:
    name = a_name()
    image = bench.made_here(name, a_name())
    assert image not in await backend.images_in_use()
    await backend.start(replace(bench.plan("a", does), image=name, image_id=image), silent)
    if does is not RUNS:
        await until_ended(backend, "a")
    assert image in await backend.images_in_use()
    with pytest.raises(TemporaryFailure):
        await backend.remove_image(image)
    found = await backend.find_image(image)
    assert found is not None
    assert len(found.names) == 2
    await backend.remove("a")
    assert image not in await backend.images_in_use()
    await backend.remove_image(image)


async def test_the_disk_is_told(bench: Bench, backend: Backend) -> None:
    bench.made_here(a_name())
    disk = await backend.image_disk()
    assert disk is not None
    assert 0 < disk.free_bytes < disk.total_bytes
    assert 0 < disk.used_percent < 100


async def test_without_contact_nothing_is_said_of_images(bench: Bench, backend: Backend) -> None:
    name = bench.offered()
    await bench.cut()
    for asked in (
        backend.images(),
        backend.find_image(name),
        backend.images_in_use(),
        backend.pull(name, None, silent),
        backend.remove_image(NOWHERE),
        backend.machines(),
        backend.registries(),
        backend.image_disk(),
    ):
        with pytest.raises(NoContact):
            await asked
