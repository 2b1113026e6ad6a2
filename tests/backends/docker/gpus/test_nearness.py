"""Pairs of GPUs → levels of equal groups."""

from itertools import combinations

from openpai.backends.docker.gpus.nearness import Nearness, levels
from openpai.images.cuda.machine import GpuLevel

SINGLE, MULTIPLE, BRIDGE, SOCKET, SYSTEM = 10, 20, 30, 40, 50


def _eight(*steps: tuple[int, int]) -> dict[tuple[int, int], int]:
    """Of eight GPUs: those of a group of this size share that, from the smallest group on; else only the machine."""
    return {
        pair: next((shared for size, shared in steps if pair[0] // size == pair[1] // size), SYSTEM)
        for pair in combinations(range(8), 2)
    }


PAIRS = ((0, 1), (2, 3), (4, 5), (6, 7))


def test_sockets_and_switches_become_levels_from_the_widest_to_the_narrowest() -> None:
    assert levels(Nearness(8, _eight((2, SINGLE), (4, SOCKET)))) == (
        GpuLevel("socket", ((0, 1, 2, 3), (4, 5, 6, 7))),
        GpuLevel("switch", PAIRS),
    )


def test_a_level_that_tells_nothing_new_is_left_out() -> None:
    assert levels(Nearness(8, _eight((4, BRIDGE)))) == (GpuLevel("bridge", ((0, 1, 2, 3), (4, 5, 6, 7))),)
    assert levels(Nearness(8, _eight((8, SINGLE)))) == ()
    assert levels(Nearness(8, _eight())) == ()


def test_links_between_all_gpus_are_no_level_and_links_in_pairs_are_one() -> None:
    near = _eight((4, SOCKET))
    everywhere = frozenset(combinations(range(8), 2))
    assert [level.name for level in levels(Nearness(8, near, everywhere))] == ["socket"]
    assert levels(Nearness(8, near, frozenset(PAIRS))) == (
        GpuLevel("socket", ((0, 1, 2, 3), (4, 5, 6, 7))),
        GpuLevel("nvlink", PAIRS),
    )


def test_links_that_lead_across_count_more_than_what_they_cross() -> None:
    across = frozenset({(0, 4), (1, 5), (2, 6), (3, 7)})
    assert levels(Nearness(8, _eight((4, SOCKET)), across)) == (
        GpuLevel("nvlink", ((0, 4), (1, 5), (2, 6), (3, 7))),
    )


def test_groups_of_unequal_size_are_no_level() -> None:
    near = {(0, 1): SINGLE, (0, 2): SYSTEM, (1, 2): SYSTEM}
    assert levels(Nearness(3, near)) == ()


def test_pairs_that_are_not_known_are_not_near() -> None:
    assert levels(Nearness(4, {(0, 1): MULTIPLE, (2, 3): MULTIPLE})) == (
        GpuLevel("switches", ((0, 1), (2, 3))),
    )
    assert levels(Nearness()) == ()
