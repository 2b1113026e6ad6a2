"""Which nodes tasks go to, and which leaves they get there."""

from collections.abc import Iterator, Mapping

from hypothesis import given
from hypothesis import strategies as st

from openpai.scheduler.cells.build import build
from openpai.scheduler.cells.pack import Rooms, pack, seats
from openpai.scheduler.cells.tree import Physical, leaves_of
from tests.scheduler.asking import cluster


class Bins(Rooms[str]):
    """Nodes with so much free, the fullest first."""

    def __init__(self, free: Mapping[str, int]) -> None:
        self.free = free

    def with_room(self, size: int) -> Iterator[tuple[str, int]]:
        for name, free in sorted(self.free.items(), key=lambda item: item[1]):
            if free >= size:
                yield name, free


def test_a_task_goes_where_least_is_left_over() -> None:
    assert pack({"t": 2}, Bins({"a": 8, "b": 2, "c": 4})) == {"t": "b"}


def test_a_node_that_the_gang_is_on_is_filled_before_another_is_begun() -> None:
    found = pack({f"t{n}": 2 for n in range(4)} | {"large": 4}, Bins({"a": 8, "b": 8}))
    assert found == {"large": "a", "t0": "a", "t1": "a", "t2": "b", "t3": "b"}


def test_the_size_that_has_no_room_is_told() -> None:
    assert pack({"a": 4, "b": 3, "c": 1}, Bins({"x": 4, "y": 2})) == 3


@given(
    st.lists(st.sampled_from([1, 2, 4, 8]), min_size=1, max_size=7),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
)
def test_with_sizes_that_divide_one_another_a_place_is_found_whenever_there_is_one(
    sizes: list[int], free: list[int]
) -> None:
    needs = {f"t{n}": size for n, size in enumerate(sizes)}
    found = pack(needs, Bins({f"n{n}": room for n, room in enumerate(free)}))
    assert isinstance(found, dict) == can_hold(sorted(sizes, reverse=True), free)
    if isinstance(found, dict):
        assert found.keys() == needs.keys()
        for n, room in enumerate(free):
            assert sum(needs[task] for task, node in found.items() if node == f"n{n}") <= room


def can_hold(sizes: list[int], free: list[int]) -> bool:
    """By trying everything."""
    if not sizes:
        return True
    return any(
        can_hold(sizes[1:], [*free[:n], room - sizes[0], *free[n + 1 :]])
        for n, room in enumerate(free)
        if room >= sizes[0]
    )


NODE = cluster(
    {"SW": ("G", 2), "SOCK": ("SW", 2), "NODE": ("SOCK", 2)}, "NODE", [("NODE", "a")], {"A": {"NODE": 1}}
)


def seated(size: int, cost: Mapping[int, int]) -> list[int]:
    (machine,) = build(NODE).machines["a"]
    leaves = {int(leaf.address): leaf for leaf in machine.leaves}
    chosen = seats(machine.cell, size, {leaves[n]: price for n, price in cost.items()})
    return [int(leaf.address) for leaf in chosen]


def test_two_leaves_share_a_switch_where_they_can() -> None:
    assert seated(2, dict.fromkeys((0, 2, 5, 6, 7), 0)) == [6, 7]


def test_what_is_left_of_a_pair_is_used_up_first() -> None:
    assert seated(1, dict.fromkeys((0, 1, 3), 0)) == [3]


def test_three_leaves_take_a_whole_switch_and_one_beside_it() -> None:
    assert seated(3, dict.fromkeys((1, 2, 3, 4, 6, 7), 0)) == [1, 2, 3]


def test_leaves_that_cost_nothing_go_first_if_they_are_as_near() -> None:
    assert seated(2, {0: 1, 1: 1, 4: 0, 5: 0}) == [4, 5]
    assert seated(1, {0: 1, 1: 0}) == [1]


@given(st.sets(st.integers(0, 7), min_size=1), st.data())
def test_no_other_choice_is_nearer(available: set[int], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(available)))
    chosen = seated(size, {n: data.draw(st.integers(0, 1)) for n in sorted(available)})
    assert len(set(chosen)) == size
    assert set(chosen) <= available
    blocks = [range(n, n + width) for width in (1, 2, 4, 8) for n in range(0, 8, width)]
    widths = [len(block) for block in blocks if len(available & set(block)) >= size]
    assert any(set(chosen) <= set(block) for block in blocks if len(block) == min(widths))


def test_leaves_come_in_the_order_of_the_tree() -> None:
    (top,) = build(NODE).tops
    assert [leaf.address for leaf in leaves_of(top)] == list("01234567")
    assert all(isinstance(leaf, Physical) for leaf in leaves_of(top))
