"""From promised cells to those that are there."""

from openpai.scheduler.core import Scheduler
from tests.scheduler.asking import cluster, gang, reserves, starts, waits
from tests.scheduler.internals import check_internals

TYPES = {"NODE": ("G", 2), "RACK": ("NODE", 3)}
ONE_RACK = cluster(TYPES, "NODE", [("RACK", ["a", "b", "c"])], {"A": {"RACK": 1}})


def test_a_gang_goes_round_a_bad_node_of_a_rack_that_it_is_the_first_in() -> None:
    for bad in "abc":
        scheduler = Scheduler(ONE_RACK)
        scheduler.set_bad(frozenset({bad}))
        assert starts(scheduler, gang("x", "A", 2, 2)).keys() == set("abc") - {bad}
        check_internals(scheduler)
        assert waits(scheduler, gang("y", "A", 1)) == [("RACK", "only_bad_node_left")]


def test_nodes_are_matched_so_that_each_cell_gets_one() -> None:
    racks = cluster(TYPES, "NODE", [("RACK", ["a", "b", "c"]), ("RACK", ["d", "e", "f"])], {"A": {"RACK": 2}})
    scheduler = Scheduler(racks)
    wanted = gang("x", "A", 2, 2, 2, 1, nodes={"b", "d", "e", "f"})
    assert starts(scheduler, wanted).keys() == {"b", "d", "e", "f"}
    check_internals(scheduler)


def test_where_the_free_cells_of_a_promise_are_not_to_be_used_others_of_it_give_way() -> None:
    nodes = cluster({"NODE": ("G", 2)}, "NODE", [("NODE", "a"), ("NODE", "b")], {"A": {"NODE": 2}})
    scheduler = Scheduler(nodes)
    assert starts(scheduler, gang("low", "A", 2)) == {"a": ["t0:0,1"]}
    high = gang("high", "A", 2, priority=5, nodes={"a"})
    assert reserves(scheduler, high) == ({"a": ["t0:0,1"]}, ["low"])
    check_internals(scheduler)
    assert waits(scheduler, gang("equal", "A", 2, nodes={"a"})) == [("NODE", "no_physical_mapping")]
