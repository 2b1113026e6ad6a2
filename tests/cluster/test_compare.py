"""What is different between two clusters."""

from openpai.cluster.compare import Difference, Promised, compare
from openpai.cluster.described import Described
from openpai.cluster.read import read_cluster
from openpai.scheduler.cluster import Sku
from tests.cluster.test_short_file import FILE, WHOLE


def described(*changes: tuple[str, str]) -> Described:
    text = WHOLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read_cluster(text, FILE)


BEFORE = described()


def test_the_same_is_no_difference() -> None:
    assert compare(BEFORE, described()).empty


def test_machines_come_and_go() -> None:
    after = described(("cpu-[1-2]", "cpu-[2-3]"))
    assert compare(BEFORE, after) == Difference(added=("cpu-3",), removed=("cpu-1",))


def test_other_cells_of_a_machine_are_another_machine() -> None:
    change = compare(BEFORE, described(("sku: V100, cpu: 64", "sku: V100, cpu: 32")))
    assert change.machines == ("gpu-1", "gpu-2", "gpu-3", "gpu-4")
    assert change.skus["V100"] == (Sku(1, 6, 49_152), Sku(1, 3, 49_152))


def test_a_virtual_cluster_has_more_or_other_users_or_is_new() -> None:
    after = described(
        ("racks: 1", "cells: {CPU: 4}"), ("groups: vision", "groups: sight"), ("guests:", "visitors:")
    )
    change = compare(BEFORE, after).virtual_clusters
    assert change["big"] == (Promised({"V100": 16}), Promised({"CPU": 4}))
    assert [each.groups for each in change["vision"] if each] == [frozenset({"vision"}), frozenset({"sight"})]
    assert change["guests"] == (Promised(), None)
    assert change["visitors"] == (None, Promised())
    assert "speech" not in change


def test_as_many_cells_of_other_sizes_are_told() -> None:
    change = compare(BEFORE, described(("racks: 1", "cells: {V100: 16}")))
    assert change.shapes == ("big",)
    assert "big" not in change.virtual_clusters
