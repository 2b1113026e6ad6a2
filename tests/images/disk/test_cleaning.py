"""Which images go to make room. Never one that must stay, the least recently used first, and no more than needed."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.images.catalogue.admin_file import Cleaning
from openpai.images.disk import cleaning
from openpai.images.disk.cleaning import CleaningPlan, Goal, Uses, by_marks, freeable, named, plan
from openpai.images.disk.room import ImageDisk
from openpai.images.facts import LocalImage
from openpai.images.reference import parse_reference

HOUR = 3_600_000
NOW = 1_000 * HOUR
POLICY = Cleaning(high_percent=80, low_percent=60, min_age_hours=1)
FULL = ImageDisk(1000, 100)  # 90 %: down to 60 % are 300
DOWN = by_marks(FULL, POLICY)


def image(name: str, size: int = 100, pulled: bool = True) -> LocalImage:
    digest = f"sha256:{name:0>64}"
    digests = (f"team/{name}@{digest}",) if pulled else ()
    return LocalImage(f"sha256:id-{name}", (f"team/{name}:v1",), digests, size, 0)


def uses(used_at: Mapping[str, int], needed: Mapping[str, str] | None = None) -> Uses:
    """By the images' names; hours ago."""
    ids = {f"sha256:id-{name}": NOW - hours * HOUR for name, hours in used_at.items()}
    return Uses(ids, {f"sha256:id-{name}": reason for name, reason in (needed or {}).items()})


def gone(made: CleaningPlan) -> list[str]:
    return [removal.image.id.removeprefix("sha256:id-") for removal in made.removals]


def why(made: CleaningPlan) -> dict[str, str]:
    return {kept.image.id.removeprefix("sha256:id-"): kept.reason for kept in made.kept}


def test_below_the_high_mark_nothing_goes() -> None:
    disk = ImageDisk(1000, 200)
    made = plan([image("a")], uses({"a": 9}), disk, POLICY, NOW, by_marks(disk, POLICY))
    assert (gone(made), why(made)) == ([], {"a": "KeptEnoughRoom"})


def test_above_it_the_longest_unused_go_until_the_low_one() -> None:
    images = [image(name) for name in "abcde"]
    made = plan(images, uses({"a": 3, "b": 9, "c": 5, "d": 7, "e": 4}), FULL, POLICY, NOW, DOWN)
    assert gone(made) == ["b", "d", "c"]
    assert why(made) == {"e": "KeptEnoughRoom", "a": "KeptEnoughRoom"}
    assert (made.freed_bytes, round(made.disk_after.used_percent)) == (300, 60)


def test_what_must_stay_stays_and_says_why() -> None:
    images = [image(name) for name in ("used", "job", "pin", "pre", "young", "foreign")]
    images += [image("made", pulled=False), image("old")]
    needed = {
        "used": cleaning.IN_USE,
        "job": cleaning.OF_JOB,
        "pin": cleaning.PINNED,
        "pre": cleaning.PREPULLED,
    }
    ages = {"used": 9, "job": 9, "pin": 9, "pre": 9, "young": 0, "made": 9, "old": 2}
    made = plan(images, uses(ages, needed), FULL, POLICY, NOW, DOWN)
    assert gone(made) == ["old"]
    assert why(made) == {
        "used": "KeptInUse",
        "job": "KeptOfJob",
        "pin": "KeptPinned",
        "pre": "KeptPrepulled",
        "young": "KeptRecent",
        "made": "KeptMadeHere",
        "foreign": "KeptNotOurs",
    }


def test_room_for_an_image_is_made_whatever_the_marks_say() -> None:
    images = [image("a"), image("b"), image("c")]
    made = plan(
        images,
        uses({"a": 3, "b": 2, "c": 4}),
        ImageDisk(1000, 700),
        POLICY,
        NOW,
        Goal(850, cleaning.FOR_PULL),
    )
    assert gone(made) == ["c", "a"]
    assert {removal.reason for removal in made.removals} == {"RemovedForPull"}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("team/a:v1", "a"),
        ("docker.io/team/a:v1", "a"),
        ("team/a", ""),
        (f"other/name@sha256:{'b':0>64}", "b"),
        (f"team/a:v1@sha256:{'b':0>64}", "b"),
    ],
)
def test_an_image_is_known_by_its_digest_or_else_its_tag(name: str, found: str) -> None:
    known = named([image("a"), image("b")], [parse_reference(name)])
    assert known == ({f"sha256:id-{found}"} if found else set())


NAMES = "abcdefgh"
REASONS = st.sampled_from([cleaning.IN_USE, cleaning.OF_JOB, cleaning.PINNED, cleaning.PREPULLED])
SOME_IMAGES = st.lists(
    st.builds(image, st.sampled_from(NAMES), st.integers(0, 500), st.booleans()), unique_by=lambda i: i.id
)
SOME_USES = st.builds(
    uses,
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, 20)),
    st.dictionaries(st.sampled_from(NAMES), REASONS),
)
DISKS = st.integers(1, 1000).flatmap(
    lambda total: st.builds(ImageDisk, st.just(total), st.integers(0, total))
)
POLICIES = st.tuples(st.floats(1, 100), st.floats(1, 100), st.floats(0, 10)).map(
    lambda n: Cleaning(max(n[:2]), min(n[:2]), n[2])
)
FREE = st.none() | st.integers(0, 2000)


def goal(disk: ImageDisk, policy: Cleaning, free: int | None) -> Goal:
    """So many bytes free, or what the marks say."""
    return by_marks(disk, policy) if free is None else Goal(free, cleaning.FOR_PULL)


@given(SOME_IMAGES, SOME_USES, DISKS, POLICIES, FREE)
def test_no_image_goes_that_must_stay(
    images: list[LocalImage], known: Uses, disk: ImageDisk, policy: Cleaning, wanted: int | None
) -> None:
    for removal in plan(images, known, disk, policy, NOW, goal(disk, policy, wanted)).removals:
        assert removal.image.id not in known.needed
        assert removal.image.digests
        assert NOW - known.used_at[removal.image.id] >= policy.min_age_hours * HOUR


@given(SOME_IMAGES, SOME_USES, DISKS, POLICIES, FREE)
def test_the_least_recently_used_go_and_the_last_one_was_needed(
    images: list[LocalImage], known: Uses, disk: ImageDisk, policy: Cleaning, wanted: int | None
) -> None:
    made = plan(images, known, disk, policy, NOW, goal(disk, policy, wanted))
    times = [removal.used_at for removal in made.removals]
    assert times == sorted(times)
    spared = [known.used_at[kept.image.id] for kept in made.kept if kept.reason == "KeptEnoughRoom"]
    assert not times or not spared or max(times) <= min(spared)
    target = goal(disk, policy, wanted).free_bytes
    if made.removals:
        before_the_last = made.freed_bytes - made.removals[-1].image.size_bytes
        assert disk.free_bytes + before_the_last < target
        assert wanted is not None or disk.used_percent > policy.high_percent
    most = freeable(images, known, policy, NOW)
    assert min(most, target - disk.free_bytes) <= made.freed_bytes <= most


@given(SOME_IMAGES, SOME_USES, DISKS, POLICIES, FREE)
def test_every_image_has_its_place_in_the_plan_in_any_order(
    images: list[LocalImage], known: Uses, disk: ImageDisk, policy: Cleaning, wanted: int | None
) -> None:
    made = plan(images, known, disk, policy, NOW, goal(disk, policy, wanted))
    assert plan(images[::-1], known, disk, policy, NOW, goal(disk, policy, wanted)) == made
    placed = [removal.image for removal in made.removals] + [kept.image for kept in made.kept]
    assert sorted(i.id for i in placed) == sorted(i.id for i in images)
