"""What the scheduler does, feature by feature, with the cells that it gives."""

from dataclasses import replace

import pytest

from openpai.errors import PaiError
from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import GangState, Preempt, Start
from tests.scheduler.asking import cluster, gang, reserves, starts, states, waits, where
from tests.scheduler.inspected import free_cells, opportunistic_leaves
from tests.scheduler.internals import check_internals
from tests.scheduler.snapshot import difference, snapshot

POOL = cluster(
    {"POOL": ("NODE", 3), "NODE": ("G", 4)},
    "NODE",
    [("POOL", ["n1", "n2", "n3"])],
    {"default": {"POOL.NODE": 2}, "team": {"POOL.NODE": 1}},
)
"""Three machines of four GPUs: two for everybody, one for a team."""

RACKS = cluster(
    {"RACK": ("NODE", 2), "NODE": ("SWITCH", 4), "SWITCH": ("G", 2)},
    "NODE",
    [("RACK", ["a1", "a2"]), ("RACK", ["b1", "b2"])],
    {
        "big": {"RACK": 1},
        "mid": {"RACK.NODE": 1},
        "tiny": {"RACK.NODE.SWITCH": 3, "RACK.NODE.SWITCH.G": 2},
    },
)
"""Two racks of two machines of four switches of two GPUs, promised to the last GPU."""

PINNED = cluster(
    {"RACK": ("NODE", 3), "NODE": ("G", 4)},
    "NODE",
    [("RACK", ["r1", "r2!ours", "r3"])],
    {"red": ({"RACK.NODE": 1}, ["ours"]), "blue": {"RACK.NODE": 1}},
)
"""Three machines of four GPUs; the second is pinned for red."""

TYPES = cluster(
    {"K-POOL": ("K-NODE", 2), "K-NODE": ("K", 4), "M-POOL": ("M-NODE", 1), "M-NODE": ("M", 4)},
    ("K-NODE", "M-NODE"),
    [("K-POOL", ["k1", "k2"]), ("M-POOL", ["m1"])],
    {"red": {"K-POOL.K-NODE": 1, "M-POOL.M-NODE": 1}, "blue": {"K-POOL.K-NODE": 1}},
)
"""Machines of two kinds."""

ONE = cluster(
    {"NODE": ("SOCKET", 2), "SOCKET": ("PAIR", 2), "PAIR": ("G", 2)},
    "NODE",
    [("NODE", "h1"), ("NODE", "h2")],
    {"red": {"NODE": 1}, "blue": {"NODE": 1}},
)
"""A machine of eight GPUs for each of two virtual clusters: pairs, sockets, the machine."""


class TestGangs:
    def test_a_gang_starts_whole(self) -> None:
        assert starts(Scheduler(POOL), gang("a", "default", 4, 4)) == {
            "n1": ["t0:0,1,2,3"],
            "n2": ["t1:0,1,2,3"],
        }

    def test_a_gang_that_does_not_fit_whole_takes_nothing(self) -> None:
        scheduler = Scheduler(POOL)
        assert waits(scheduler, gang("a", "default", 4, 4, 4)) == [("POOL", "insufficient_capacity")]
        assert not scheduler.held
        assert free_cells(scheduler) == {"POOL": {"POOL": ["0"]}}

    def test_tasks_of_different_sizes_find_room_beside_each_other(self) -> None:
        assert starts(Scheduler(POOL), gang("a", "default", 3, 1, 4)) == {
            "n1": ["t2:0,1,2,3"],
            "n2": ["t0:0,1,2", "t1:3"],
        }

    def test_a_task_is_never_spread_over_nodes(self) -> None:
        assert waits(Scheduler(POOL), gang("a", "default", 5)) == [("POOL", "insufficient_capacity")]

    def test_a_gang_that_has_its_cells_is_told_where_it_is(self) -> None:
        scheduler = Scheduler(POOL)
        wanted = gang("a", "default", 4)
        starts(scheduler, wanted)
        again = scheduler.decide(wanted)
        assert isinstance(again, Start)
        assert where(again.placement) == {"n1": ["t0:0,1,2,3"]}

    def test_the_cells_of_a_gang_that_has_ended_are_free(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("a", "default", 4, 4))
        scheduler.release("a")
        assert free_cells(scheduler) == {"POOL": {"POOL": ["0"]}}
        assert starts(scheduler, gang("b", "default", 4, 4)).keys() == {"n1", "n2"}

    def test_a_gang_is_there_until_its_last_task_has_ended(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("a", "team", 2, 2))
        scheduler.release("a", ["t0"])
        assert where(scheduler.held["a"].placement) == {"n1": ["t1:2,3"]}
        scheduler.release("a", ["t1"])
        assert not scheduler.held
        assert free_cells(scheduler) == {"POOL": {"POOL": ["0"]}}

    def test_nobody_minds_that_an_unknown_gang_is_gone(self) -> None:
        scheduler = Scheduler(POOL)
        scheduler.release("nobody")
        assert not scheduler.held


class TestPromises:
    def test_a_virtual_cluster_gets_no_more_than_it_was_promised(self) -> None:
        scheduler = Scheduler(POOL)
        assert starts(scheduler, gang("a", "default", 4)) == {"n1": ["t0:0,1,2,3"]}
        assert starts(scheduler, gang("b", "default", 1)) == {"n2": ["t0:0"]}
        assert waits(scheduler, gang("c", "default", 4)) == [("POOL", "insufficient_capacity")]
        assert starts(scheduler, gang("d", "team", 3)) == {"n3": ["t0:0,1,2"]}
        assert waits(scheduler, gang("e", "team", 2)) == [("POOL", "insufficient_capacity")]

    def test_the_sharing_anomaly_is_absent(self) -> None:
        """With quota by count, jobs of one GPU spread by one team would leave the other four GPUs, but no machine."""
        scheduler = Scheduler(POOL)
        for i in range(8):
            starts(scheduler, gang(f"single-{i}", "default", 1))
        for i in (0, 1, 2, 4, 5, 6):
            scheduler.release(f"single-{i}")
        assert starts(scheduler, gang("whole", "team", 4)) == {"n3": ["t0:0,1,2,3"]}

    def test_a_promise_of_small_cells_is_no_promise_of_a_large_one(self) -> None:
        scheduler = Scheduler(RACKS)
        assert waits(scheduler, gang("a", "tiny", 4)) == [("RACK", "insufficient_capacity")]

    def test_an_unknown_virtual_cluster_has_nothing(self) -> None:
        assert waits(Scheduler(POOL), gang("a", "nobody", 1)) == [("", "vc_unknown")]

    def test_a_type_that_is_not_promised_is_refused_to_a_guaranteed_gang(self) -> None:
        assert waits(Scheduler(TYPES), gang("a", "blue", 1, types=("M",))) == [("", "type_not_in_vc")]
        assert starts(Scheduler(TYPES), gang("a", "blue", 1, types=("M",), priority=-1)) == {"m1": ["t0:0"]}

    def test_a_type_that_nobody_has_is_refused(self) -> None:
        assert waits(Scheduler(TYPES), gang("a", "blue", 1, types=("Z",))) == [("", "type_not_in_cluster")]


class TestBuddies:
    def test_a_cell_is_split_only_where_no_smaller_one_is_free(self) -> None:
        scheduler = Scheduler(RACKS)
        assert starts(scheduler, gang("m", "mid", 8)) == {"a1": ["t0:0,1,2,3,4,5,6,7"]}
        assert free_cells(scheduler) == {"RACK": {"RACK": ["1"], "NODE": ["0/a2"]}}
        starts(scheduler, gang("t", "tiny", 2))
        free = free_cells(scheduler)["RACK"]
        assert {kind: len(cells) for kind, cells in free.items()} == {"RACK": 1, "SWITCH": 3}
        assert starts(scheduler, gang("b", "big", 8, 8)) == {
            "b1": ["t0:0,1,2,3,4,5,6,7"],
            "b2": ["t1:0,1,2,3,4,5,6,7"],
        }

    def test_buddies_become_one_again(self) -> None:
        scheduler = Scheduler(RACKS)
        for name, vc, size in (("m", "mid", 1), ("t", "tiny", 2), ("u", "tiny", 1)):
            starts(scheduler, gang(name, vc, size))
        for name in ("t", "m", "u"):
            scheduler.release(name)
        assert free_cells(scheduler) == {"RACK": {"RACK": ["0", "1"]}}


class TestTopology:
    def test_cells_of_a_task_are_as_near_as_can_be(self) -> None:
        scheduler = Scheduler(ONE)
        assert starts(scheduler, gang("a", "red", 1)) == {"h1": ["t0:0"]}
        assert starts(scheduler, gang("b", "red", 2)) == {"h1": ["t0:2,3"]}
        assert starts(scheduler, gang("c", "red", 3)) == {"h1": ["t0:4,5,6"]}
        assert starts(scheduler, gang("d", "red", 2)) == {"h1": ["t0:1,7"]}

    def test_a_task_that_fits_a_socket_is_not_spread_over_two(self) -> None:
        scheduler = Scheduler(ONE)
        starts(scheduler, gang("a", "red", 1))
        assert starts(scheduler, gang("b", "red", 4)) == {"h1": ["t0:4,5,6,7"]}
        assert starts(scheduler, gang("c", "red", 3)) == {"h1": ["t0:1,2,3"]}

    def test_what_is_small_goes_where_least_is_left(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("a", "default", 4))
        starts(scheduler, gang("b", "default", 1))
        scheduler.release("a")
        assert starts(scheduler, gang("c", "default", 2)) == {"n2": ["t0:1,2"]}

    def test_what_is_promised_as_one_rack_stays_in_one_rack(self) -> None:
        scheduler = Scheduler(RACKS)
        assert starts(scheduler, gang("b1", "big", 8)) == {"a1": ["t0:0,1,2,3,4,5,6,7"]}
        starts(scheduler, gang("m", "mid", 1))
        assert starts(scheduler, gang("b2", "big", 8)) == {"a2": ["t0:0,1,2,3,4,5,6,7"]}


class TestPinnedCells:
    def test_a_pinned_cell_is_for_those_who_name_it(self) -> None:
        scheduler = Scheduler(PINNED)
        assert starts(scheduler, gang("a", "red", 4)).keys() != {"r2"}
        assert waits(scheduler, gang("b", "red", 1)) == [("RACK", "insufficient_capacity")]
        assert starts(scheduler, gang("c", "red", 4, pinned="ours")) == {"r2": ["t0:0,1,2,3"]}
        assert [why for _, why in waits(scheduler, gang("d", "red", 1, pinned="ours"))] == [
            "insufficient_capacity"
        ]

    def test_a_pin_of_another_is_refused(self) -> None:
        assert waits(Scheduler(PINNED), gang("a", "blue", 1, pinned="ours")) == [("", "pinned_unknown_in_vc")]

    def test_pinned_cells_in_two_racks_leave_no_whole_rack_to_promise(self) -> None:
        with pytest.raises(PaiError) as refused:
            cluster(
                {"RACK": ("NODE", 2), "NODE": ("G", 2)},
                "NODE",
                [("RACK", ["a1!one", "a2"]), ("RACK", ["b1!two", "b2"])],
                {"red": ({}, ["one", "two"]), "blue": {"RACK": 1}},
            )
        (problem,) = refused.value.problems
        assert problem.code == "Oversold"
        assert problem.params == {"chain": "RACK", "type": "RACK", "wanted": 1, "available": 0}

    def test_an_opportunistic_gang_may_not_name_a_pin_but_use_it(self) -> None:
        scheduler = Scheduler(PINNED)
        wanted = gang("a", "red", 1, priority=-1, pinned="ours")
        assert waits(scheduler, wanted) == [("", "pinned_with_opportunistic")]
        assert "r2" in starts(scheduler, gang("b", "blue", 4, 4, 4, priority=-1))
        place, victims = reserves(scheduler, gang("c", "red", 2, pinned="ours"))
        assert (place, victims) == ({"r2": ["t0:0,1"]}, ["b"])


class TestAnyType:
    def test_types_are_tried_in_order(self) -> None:
        scheduler = Scheduler(TYPES)
        any_type = ("M", "K")
        assert starts(scheduler, gang("a", "red", 4, types=any_type)) == {"m1": ["t0:0,1,2,3"]}
        assert starts(scheduler, gang("b", "red", 4, types=any_type)) == {"k1": ["t0:0,1,2,3"]}
        assert waits(scheduler, gang("c", "red", 4, types=any_type)) == [
            ("M-POOL", "insufficient_capacity"),
            ("K-POOL", "insufficient_capacity"),
        ]

    def test_the_cells_that_a_task_needs_depend_on_the_type(self) -> None:
        scheduler = Scheduler(TYPES)
        wanted = replace(gang("a", "red"), needs={"M": {"t0": 5}, "K": {"t0": 2}})
        assert starts(scheduler, wanted) == {"k1": ["t0:0,1"]}
        assert scheduler.held["a"].placement.leaf_type == "K"


class TestOpportunisticGangs:
    def test_they_use_what_others_leave_idle(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("a", "default", 2))
        assert starts(scheduler, gang("o", "team", 4, 4, priority=-1)) == {
            "n2": ["t0:0,1,2,3"],
            "n3": ["t1:0,1,2,3"],
        }
        assert len(opportunistic_leaves(scheduler)["team"]) == 8

    def test_they_stay_away_from_guaranteed_ones(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("a", "default", 1))
        assert starts(scheduler, gang("o", "default", 1, priority=-1)) == {"n2": ["t0:0"]}
        assert starts(scheduler, gang("p", "default", 1, priority=-1)) == {"n2": ["t0:1"]}

    def test_they_leave_reserved_cells_alone(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("o", "default", 4, 4, 4, priority=-1))
        reserves(scheduler, gang("a", "team", 4))
        scheduler.release("o")
        assert starts(scheduler, gang("p", "default", 4, 4, priority=-1)).keys() == {"n2", "n3"}
        assert waits(scheduler, gang("q", "default", 1, priority=-1)) == [("POOL", "insufficient_capacity")]

    def test_they_leave_cells_alone_that_are_reserved_beside_idle_ones(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("o", "default", 4, 4, 4, priority=-1))
        place, _ = reserves(scheduler, gang("a", "team", 2))
        assert place == {"n1": ["t0:0,1"]}
        scheduler.release("o")
        starts(scheduler, gang("p", "default", 4, 4, priority=-1))
        assert starts(scheduler, gang("q", "default", 2, priority=-1)) == {"n1": ["t0:2,3"]}

    def test_they_never_preempt(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("o", "default", 4, 4, 4, priority=-1))
        assert waits(scheduler, gang("p", "team", 1, priority=-1)) == [("POOL", "insufficient_capacity")]

    def test_they_give_way_to_what_was_promised(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("o", "default", 4, 4, 4, priority=-1))
        place, victims = reserves(scheduler, gang("a", "team", 2))
        assert (len(place), victims) == (1, ["o"])
        assert states(scheduler) == {"o": "BeingPreempted", "a": "Preempting"}
        scheduler.release("o")
        assert starts(scheduler, gang("a", "team", 2)) == place

    def test_they_are_not_disturbed_while_other_cells_are_idle(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("o", "default", 4, priority=-1))
        assert starts(scheduler, gang("a", "default", 4, 4)) == {
            "n2": ["t0:0,1,2,3"],
            "n3": ["t1:0,1,2,3"],
        }


class TestPreemptionInsideAVirtualCluster:
    def test_a_higher_priority_displaces_a_lower_one(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("low", "team", 2, priority=1))
        assert reserves(scheduler, gang("high", "team", 4, priority=2)) == ({"n1": ["t0:0,1,2,3"]}, ["low"])

    def test_an_equal_priority_waits(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("first", "team", 2, priority=1))
        assert waits(scheduler, gang("second", "team", 4, priority=1)) == [("POOL", "insufficient_capacity")]

    def test_an_equal_beside_a_lower_one_is_spared(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("first", "team", 2, priority=2))
        starts(scheduler, gang("low", "team", 2, priority=1))
        assert reserves(scheduler, gang("second", "team", 2, priority=2)) == ({"n1": ["t0:2,3"]}, ["low"])

    def test_nobody_is_displaced_while_there_is_room(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("low", "default", 4, priority=1))
        assert starts(scheduler, gang("high", "default", 4, priority=9)) == {"n2": ["t0:0,1,2,3"]}

    def test_the_highest_priority_elsewhere_does_not_count(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("low", "team", 4, priority=0))
        starts(scheduler, gang("a", "default", 4, 4, priority=5))
        assert waits(scheduler, gang("high", "default", 1, priority=5)) == [("POOL", "insufficient_capacity")]

    def test_a_gang_leaves_whole(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("low", "default", 4, 4, priority=1))
        place, victims = reserves(scheduler, gang("high", "default", 1, priority=2))
        assert (place, victims) == ({"n1": ["t0:0"]}, ["low"])
        assert scheduler.held["low"].state is GangState.BEING_PREEMPTED

    def test_a_lazy_gang_goes_on_as_an_opportunistic_one(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("lazy", "team", 4, priority=1, lazy=True))
        decision = scheduler.decide(gang("high", "team", 4, priority=2))
        assert isinstance(decision, Start)
        assert decision.downgraded == ("lazy",)
        scheduler.apply(gang("high", "team", 4, priority=2), decision)
        assert where(decision.placement) == {"n2": ["t0:0,1,2,3"]}
        assert states(scheduler) == {"lazy": "Allocated downgraded", "high": "Allocated"}
        assert scheduler.held["lazy"].downgraded_by == "high"
        assert where(scheduler.held["lazy"].placement) == {"n1": ["t0:0,1,2,3"]}

    def test_a_downgraded_gang_gives_way_to_what_was_promised(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("lazy", "team", 4, priority=1, lazy=True))
        starts(scheduler, gang("high", "team", 4, priority=2))
        place, victims = reserves(scheduler, gang("others", "default", 4, 4))
        assert place.keys() == {"n1", "n3"}
        assert victims == ["lazy"]


class TestReservations:
    def test_reserved_cells_are_not_for_an_equal(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("low", "team", 2, priority=1))
        reserves(scheduler, gang("high", "team", 4, priority=2))
        assert waits(scheduler, gang("equal", "team", 1, priority=2)) == [("POOL", "insufficient_capacity")]
        scheduler.release("low")
        assert waits(scheduler, gang("equal", "team", 1, priority=2)) == [("POOL", "insufficient_capacity")]

    def test_who_has_reserved_starts_there_when_all_have_left(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("one", "default", 4, priority=1))
        starts(scheduler, gang("two", "default", 4, priority=1))
        high = gang("high", "default", 4, 4, priority=2)
        place, victims = reserves(scheduler, high)
        assert victims == ["one", "two"]
        scheduler.release("one")
        left = scheduler.decide(high)
        assert isinstance(left, Preempt)
        assert (where(left.placement), left.victims) == (place, ("two",))
        scheduler.release("two")
        assert starts(scheduler, high) == place
        assert states(scheduler) == {"high": "Allocated"}

    def test_a_victim_that_loses_a_task_still_leaves_what_is_reserved(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("low", "team", 2, 1, priority=1))
        reserves(scheduler, gang("high", "team", 4, priority=2))
        scheduler.release("low", ["t0"])
        assert states(scheduler) == {"low": "BeingPreempted", "high": "Preempting"}
        scheduler.release("high")
        assert states(scheduler) == {"low": "Allocated"}
        check_internals(scheduler)

    def test_a_higher_priority_takes_over_what_is_reserved(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("low", "team", 2, priority=1))
        reserves(scheduler, gang("high", "team", 4, priority=2))
        decision = scheduler.decide(gang("higher", "team", 4, priority=3))
        assert isinstance(decision, Preempt)
        assert (decision.victims, decision.cancelled) == (("low",), ("high",))
        scheduler.apply(gang("higher", "team", 4, priority=3), decision)
        assert states(scheduler) == {"low": "BeingPreempted", "higher": "Preempting"}

    def test_a_start_on_reserved_cells_ends_the_reservation(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("low", "team", 2, priority=1))
        reserves(scheduler, gang("high", "team", 4, priority=2))
        scheduler.release("low")
        higher = gang("higher", "team", 2, priority=3)
        decision = scheduler.decide(higher)
        assert isinstance(decision, Start)
        assert decision.cancelled == ("high",)
        scheduler.apply(higher, decision)
        assert states(scheduler) == {"higher": "Allocated"}

    def test_a_start_beside_those_who_should_have_left_lets_them_stay(self) -> None:
        scheduler = Scheduler(ONE)
        starts(scheduler, gang("o", "red", 3, priority=-1))
        starts(scheduler, gang("a", "red", 8))
        assert reserves(scheduler, gang("high", "blue", 8, priority=2))[1] == ["o"]
        assert starts(scheduler, gang("higher", "blue", 4, priority=3)) == {"h1": ["t0:4,5,6,7"]}
        assert states(scheduler) == {"o": "Allocated", "a": "Allocated", "higher": "Allocated"}

    def test_who_no_longer_waits_gives_the_cells_back(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("low", "team", 2, priority=1))
        before = free_cells(scheduler)
        reserves(scheduler, gang("high", "team", 4, priority=2))
        scheduler.release("high")
        assert states(scheduler) == {"low": "Allocated"}
        assert free_cells(scheduler) == before
        assert starts(scheduler, gang("equal", "team", 2, priority=1)) == {"n1": ["t0:2,3"]}


class TestBadNodes:
    def test_nothing_new_starts_on_a_bad_node(self) -> None:
        scheduler = Scheduler(POOL)
        scheduler.set_bad(frozenset({"n1"}))
        assert starts(scheduler, gang("a", "default", 4)) == {"n2": ["t0:0,1,2,3"]}
        assert starts(scheduler, gang("o", "default", 4, priority=-1)) == {"n3": ["t0:0,1,2,3"]}

    def test_what_runs_on_a_node_that_turns_bad_stays(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("a", "team", 4))
        scheduler.set_bad(frozenset({"n1"}))
        assert where(scheduler.held["a"].placement) == {"n1": ["t0:0,1,2,3"]}
        scheduler.release("a")
        scheduler.set_bad(frozenset())
        assert free_cells(scheduler) == {"POOL": {"POOL": ["0"]}}

    def test_a_failure_is_hidden_while_there_are_spare_nodes(self) -> None:
        scheduler = Scheduler(POOL)
        scheduler.set_bad(frozenset({"n3"}))
        assert starts(scheduler, gang("a", "default", 4, 4)).keys() == {"n1", "n2"}
        assert waits(scheduler, gang("b", "team", 4)) == [("POOL", "only_bad_node_left")]

    def test_who_waits_for_a_bad_node_starts_when_it_is_good_again(self) -> None:
        scheduler = Scheduler(POOL)
        scheduler.set_bad(frozenset({"n1", "n2"}))
        assert starts(scheduler, gang("a", "default", 4)) == {"n3": ["t0:0,1,2,3"]}
        assert waits(scheduler, gang("b", "default", 4)) == [("POOL", "only_bad_node_left")]
        scheduler.set_bad(frozenset({"n1"}))
        assert starts(scheduler, gang("b", "default", 4)) == {"n2": ["t0:0,1,2,3"]}

    def test_a_bad_leaf_leaves_its_node_to_smaller_tasks(self) -> None:
        scheduler = Scheduler(POOL)
        scheduler.set_bad(frozenset(), frozenset({("n1", 1), ("n2", 0), ("n3", 3)}))
        assert waits(scheduler, gang("a", "team", 4))[0][0] == "POOL"
        for name, vc in (("b", "default"), ("c", "default"), ("d", "team")):
            starts(scheduler, gang(name, vc, 3))
        used = {
            (place.node, leaf)
            for held in scheduler.held.values()
            for place in held.placement.tasks.values()
            for leaf in place.leaves
        }
        assert not used & {("n1", 1), ("n2", 0), ("n3", 3)}

    def test_what_is_reserved_on_a_node_that_turns_bad_is_given_up(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("low", "default", 4, 4, priority=1))
        high = gang("high", "default", 4, priority=2)
        assert reserves(scheduler, high)[0].keys() == {"n1"}
        scheduler.set_bad(frozenset({"n1"}))
        assert reserves(scheduler, high)[0].keys() == {"n2"}
        assert states(scheduler) == {"low": "BeingPreempted", "high": "Preempting"}

    @pytest.mark.parametrize("leaf", range(4))
    def test_to_ask_where_a_reservation_has_turned_bad_changes_nothing(self, leaf: int) -> None:
        four = cluster(
            {"NODE": ("PAIR", 2), "PAIR": ("G", 2)}, "NODE", [("NODE", "h1")], {"red": {"NODE": 1}}
        )
        scheduler = Scheduler(four)
        starts(scheduler, gang("low", "red", 1, priority=1))
        high = gang("high", "red", 2, 1, 1, priority=5)
        reserves(scheduler, high)
        scheduler.set_bad(frozenset(), frozenset({("h1", leaf)}))
        before = snapshot(scheduler)
        assert waits(scheduler, high) == [("NODE", "only_bad_node_left")]
        assert difference(before, snapshot(scheduler)) == ""

    def test_a_gang_in_a_rack_with_a_bad_node_gets_the_nodes_that_it_was_promised(self) -> None:
        racks = cluster(
            {"RACK": ("NODE", 3), "NODE": ("G", 2)},
            "NODE",
            [("RACK", ["a1", "a2", "a3"]), ("RACK", ["b1", "b2", "b3"])],
            {"red": {"RACK": 1}},
        )
        scheduler = Scheduler(racks)
        scheduler.set_bad(frozenset({"a2"}))
        wanted = gang("a", "red", 2, 2, nodes={"a1", "a3"})
        assert starts(scheduler, wanted) == {"a1": ["t0:0,1"], "a3": ["t1:0,1"]}
        check_internals(scheduler)

    def test_a_reservation_that_moves_to_another_chain_leaves_the_bad_cell_to_be_seen(self) -> None:
        two = cluster(
            {"X": ("G", 4), "Y": ("G", 4)}, ("X", "Y"), [("X", "x1"), ("Y", "y1")], {"red": {"X": 1, "Y": 1}}
        )
        scheduler = Scheduler(two)
        starts(scheduler, gang("low", "red", 4, priority=1))
        starts(scheduler, gang("other", "red", 4, priority=1))
        high = gang("high", "red", 4, priority=2)
        assert reserves(scheduler, high)[1] == ["low"]
        scheduler.release("low")
        scheduler.set_bad(frozenset(), frozenset({("x1", 0)}))
        assert reserves(scheduler, high)[1] == ["other"]
        assert waits(scheduler, gang("last", "red", 4)) == [
            ("X", "only_bad_node_left"),
            ("Y", "insufficient_capacity"),
        ]

    def test_a_bad_node_is_not_replaced_by_one_that_is_promised_as_a_whole_rack(self) -> None:
        racks = cluster(
            {"RACK": ("NODE", 2), "NODE": ("G", 2)},
            "NODE",
            [("RACK", ["a1", "a2"]), ("RACK", ["b1", "b2"])],
            {"red": {"RACK.NODE": 2}, "blue": {"RACK": 1}},
        )
        scheduler = Scheduler(racks)
        assert starts(scheduler, gang("a", "red", 2)) == {"a1": ["t0:0,1"]}
        scheduler.set_bad(frozenset({"a2"}))
        assert waits(scheduler, gang("b", "red", 2)) == [("RACK", "no_physical_mapping")]
        assert starts(scheduler, gang("c", "blue", 2, 2)) == {"b1": ["t0:0,1"], "b2": ["t1:0,1"]}

    def test_a_bad_node_is_replaced_by_one_that_nobody_was_promised(self) -> None:
        racks = cluster(
            {"RACK": ("NODE", 2), "NODE": ("G", 2)},
            "NODE",
            [("RACK", ["a1", "a2"]), ("RACK", ["b1", "b2"])],
            {"red": {"RACK.NODE": 2}},
        )
        scheduler = Scheduler(racks)
        starts(scheduler, gang("a", "red", 2))
        scheduler.set_bad(frozenset({"a2"}))
        assert starts(scheduler, gang("b", "red", 2)) == {"b1": ["t0:0,1"]}


class TestNamedNodes:
    def test_a_gang_that_names_nodes_uses_no_other(self) -> None:
        scheduler = Scheduler(POOL)
        assert starts(scheduler, gang("a", "default", 2, nodes={"n3"})) == {"n3": ["t0:0,1"]}
        assert starts(scheduler, gang("o", "default", 2, nodes={"n2"}, priority=-1)) == {"n2": ["t0:0,1"]}

    def test_a_gang_waits_where_its_nodes_are_not_enough(self) -> None:
        scheduler = Scheduler(POOL)
        waits(scheduler, gang("a", "default", 4, 4, nodes={"n3"}))
        assert waits(scheduler, gang("o", "default", 4, nodes=set(), priority=-1)) == [
            ("POOL", "only_non_suggested_node_left")
        ]


class TestReconfiguration:
    @staticmethod
    def moved(scheduler: Scheduler, to: Cluster) -> Scheduler:
        after = Scheduler(to)
        for held in scheduler.held.values():
            after.restore(held.gang, held.placement, downgraded=held.downgraded)
        return after

    def test_what_runs_keeps_its_cells_when_a_node_is_added(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("a", "default", 4, 2))
        more = cluster(
            {"POOL": ("NODE", 4), "NODE": ("G", 4)},
            "NODE",
            [("POOL", ["n0", "n1", "n2", "n3"])],
            {"default": {"POOL.NODE": 2}, "team": {"POOL.NODE": 2}},
        )
        after = self.moved(scheduler, more)
        assert {name: held.placement.tasks.keys() for name, held in after.held.items()} == {"a": {"t0", "t1"}}
        assert where(after.held["a"].placement) == where(scheduler.held["a"].placement)
        assert not after.held["a"].downgraded

    def test_a_gang_whose_quota_is_taken_away_goes_on_as_an_opportunistic_one(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("a", "team", 4))
        moved = cluster(
            {"POOL": ("NODE", 3), "NODE": ("G", 4)},
            "NODE",
            [("POOL", ["n1", "n2", "n3"])],
            {"default": {"POOL.NODE": 3}},
        )
        after = self.moved(scheduler, moved)
        assert states(after) == {"a": "Allocated downgraded"}
        assert where(after.held["a"].placement) == {"n1": ["t0:0,1,2,3"]}
        assert reserves(after, gang("b", "default", 4, 4, 4))[1] == ["a"]

    def test_the_gang_that_is_restored_first_keeps_its_quota(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("a", "default", 4))
        starts(scheduler, gang("b", "default", 4))
        less = cluster(
            {"POOL": ("NODE", 3), "NODE": ("G", 4)},
            "NODE",
            [("POOL", ["n1", "n2", "n3"])],
            {"default": {"POOL.NODE": 1}, "team": {"POOL.NODE": 2}},
        )
        assert states(self.moved(scheduler, less)) == {"a": "Allocated", "b": "Allocated downgraded"}

    def test_a_gang_keeps_its_cells_when_one_of_its_nodes_moves_to_another_chain(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("a", "default", 4, 4))
        apart = cluster(
            {"POOL": ("NODE", 2), "NODE": ("G", 4)},
            "NODE",
            [("POOL", ["n2", "n3"]), ("NODE", "n1")],
            {"default": {"POOL.NODE": 1, "NODE": 1}, "team": {"POOL.NODE": 1}},
        )
        after = self.moved(scheduler, apart)
        assert where(after.held["a"].placement) == where(scheduler.held["a"].placement)
        assert waits(after, gang("b", "default", 4))
        assert starts(after, gang("c", "team", 4)) == {"n3": ["t0:0,1,2,3"]}
        check_internals(after)
        after.release("a")
        check_internals(after)
        assert free_cells(after) == {"POOL": {"NODE": ["0/n2"]}, "NODE": {"NODE": ["n1"]}}

    def test_a_gang_on_a_node_that_is_no_longer_there_is_still_known(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("a", "default", 4, 4))
        less = cluster(
            {"POOL": ("NODE", 2), "NODE": ("G", 4)},
            "NODE",
            [("POOL", ["n2", "n3"])],
            {"default": {"POOL.NODE": 2}},
        )
        after = self.moved(scheduler, less)
        assert "a" in after.held
        assert "n1" not in starts(after, gang("b", "default", 4))
        after.release("a")
        after.release("b")
        assert free_cells(after) == {"POOL": {"POOL": ["0"]}}


class TestRecovery:
    def test_after_a_restart_everything_is_where_it_was(self) -> None:
        scheduler = Scheduler(ONE)
        starts(scheduler, gang("a", "red", 2))
        starts(scheduler, gang("b", "blue", 8, priority=4))
        starts(scheduler, gang("o", "blue", 2, priority=-1))
        after = Scheduler(ONE)
        for held in scheduler.held.values():
            after.restore(held.gang, held.placement)
        assert {name: where(held.placement) for name, held in after.held.items()} == {
            "a": {"h1": ["t0:0,1"]},
            "b": {"h2": ["t0:0,1,2,3,4,5,6,7"]},
            "o": {"h1": list(where(scheduler.held["o"].placement)["h1"])},
        }
        assert reserves(after, gang("c", "red", 6))[1] == ["o"]
        assert waits(after, gang("d", "red", 1)) == [("NODE", "insufficient_capacity")]

    def test_a_reservation_is_put_back(self) -> None:
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("low", "team", 2, priority=1))
        high = gang("high", "team", 4, priority=2)
        place, _ = reserves(scheduler, high)
        after = Scheduler(POOL)
        after.restore(scheduler.held["low"].gang, scheduler.held["low"].placement)
        assert after.restore_reservation(high, scheduler.held["high"].placement)
        assert states(after) == {"low": "BeingPreempted", "high": "Preempting"}
        after.release("low")
        assert starts(after, high) == place

    def test_a_reservation_takes_nothing_from_a_gang_that_another_virtual_cluster_was_promised(self) -> None:
        """As it may be after the promises were changed."""
        scheduler = Scheduler(POOL)
        starts(scheduler, gang("others", "default", 4, priority=1))
        others = scheduler.held["others"]
        assert not scheduler.restore_reservation(gang("high", "team", 4, priority=2), others.placement)
        assert states(scheduler) == {"others": "Allocated"}
        check_internals(scheduler)

    @pytest.mark.parametrize("bad", [{"h1"}, {"h1", "h2"}])
    def test_what_ran_on_a_bad_node_is_charged_to_its_own_virtual_cluster(self, bad: set[str]) -> None:
        scheduler = Scheduler(ONE)
        starts(scheduler, gang("a", "red", 2))
        scheduler.set_bad(frozenset(bad))
        after = Scheduler(ONE)
        after.restore(scheduler.held["a"].gang, scheduler.held["a"].placement)
        after.set_bad(frozenset(bad))
        assert states(after) == {"a": "Allocated"}
        after.release("a")
        after.set_bad(frozenset())
        assert free_cells(after) == {"NODE": {"NODE": ["h1", "h2"]}}
