"""The free list of a chain."""

from hypothesis import given
from hypothesis import strategies as st

from openpai.scheduler.cells.build import build
from openpai.scheduler.cells.chain import Chain
from openpai.scheduler.cells.tree import Physical
from tests.scheduler.asking import cluster

RACKS = cluster(
    {"SW": ("G", 2), "NODE": ("SW", 2), "RACK": ("NODE", 2)},
    "NODE",
    [("RACK", ["a1", "a2"]), ("RACK", ["b1", "b2"])],
    {"A": {"RACK.NODE": 3, "RACK.NODE.SW": 1}},
)


def racks() -> Chain:
    return build(RACKS).chains["RACK"]


def free(chain: Chain) -> list[str]:
    return [cell.path for level in reversed(chain.levels) for cell in level.cells if cell.free]


def test_what_is_taken_leaves_its_buddies_and_comes_back_to_them() -> None:
    chain = racks()
    switch = chain.levels[2].cells[1]
    chain.take(switch)
    assert free(chain) == ["1", "0/a2", "0/a1/0"]
    assert [level.left for level in chain.levels[1:]] == [14, 7, 3, 1]
    chain.give(switch)
    assert free(chain) == ["0", "1"]
    assert [level.left for level in chain.levels[1:]] == [16, 8, 4, 2]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 15)), max_size=12), st.randoms())
def test_the_list_follows_from_what_is_taken_in_whatever_order(
    wanted: list[tuple[int, int]], chance: object
) -> None:
    one, other = racks(), racks()
    taken = [cell for level, n in wanted for cell in take(one, level, n)]
    for cell in sorted(taken, key=lambda cell: (cell.ordinal, cell.level)):
        other.take(other.levels[cell.level].cells[cell.ordinal])
    assert free(one) == free(other)
    assert [(level.left, level.free) for level in one.levels] == [
        (level.left, level.free) for level in other.levels
    ]
    for cell in taken:
        one.give(cell)
    assert free(one) == ["0", "1"]


def take(chain: Chain, level: int, n: int) -> list[Physical]:
    """Take that cell, if it can be had."""
    cells = chain.levels[level].cells
    if n >= len(cells) or cells[n].on_free_list() is None:
        return []
    chain.take(cells[n])
    return [cells[n]]


def test_a_cell_is_not_split_where_others_are_promised_it_whole() -> None:
    chain = racks()
    assert chain.keeps_promises(2, whole=4)
    chain.take(chain.levels[3].cells[0])
    chain.take(chain.levels[3].cells[2])
    chain.promised[3] -= 2
    assert chain.keeps_promises(2, whole=3), "one node is promised, one is to be split"
    chain.promised[3] += 1
    assert not chain.keeps_promises(2, whole=3)


def test_bad_cells_are_counted_where_they_are_left() -> None:
    chain = racks()
    leaf = chain.levels[1].cells[0]
    chain.change_bad(leaf, 1)
    assert [level.bad for level in chain.levels[1:]] == [1, 1, 1, 1]
    assert [cell.path for cell in chain.candidates(4, split=False)] == ["1", "0"]
    assert [cell.path for cell in chain.candidates(4, split=True)] == ["0", "1"]
    node = chain.levels[3].cells[0]
    chain.take(node)
    assert [level.bad for level in chain.levels[1:]] == [0, 0, 0, 0]
    assert [chain.healthy_left(level) for level in (1, 2, 3, 4)] == [12, 6, 3, 1]
    chain.give(node)
    chain.change_bad(leaf, -1)
    assert [level.bad for level in chain.levels[1:]] == [0, 0, 0, 0]
    assert free(chain) == ["0", "1"]


def test_cells_that_opportunistic_gangs_use_are_taken_last() -> None:
    chain = racks()
    leaf = chain.levels[1].cells[3]
    chain.change_opportunistic(leaf, 1)
    assert [cell.path for cell in chain.candidates(4, split=False)] == ["1", "0"]
    chain.change_opportunistic(leaf, -1)
    assert [cell.path for cell in chain.candidates(4, split=False)] == ["0", "1"]
