"""The baselines: what is free, whose it is, and who gives way."""

import pytest

from openpai.scheduler.cluster import CellType, Cluster, PhysicalCell, Sku, VirtualCells, VirtualCluster
from openpai.scheduler.gang import Gang, Preempt, Start, Wait
from openpai.simulator.baselines import private, promised, quota_only
from openpai.simulator.engine import Engine, Machine, largest_node, machines
from openpai.simulator.policies import POLICIES
from tests.simulator.clusters import nodes


def gang(name: str, vc: str, *tasks: int, priority: int = 10) -> Gang:
    return Gang(name, vc, priority, {"GPU": {f"t{number}": cells for number, cells in enumerate(tasks)}})


def start(engine: Engine, gang: Gang) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Places it, which must be possible at once: task → node and leaf cells."""
    decision = engine.decide(gang)
    assert isinstance(decision, Start), decision
    engine.apply(gang, decision)
    return {task: (place.node, place.leaves) for task, place in decision.placement.tasks.items()}


def test_quota_takes_the_first_nodes_that_have_room_wherever_they_are() -> None:
    engine = quota_only(nodes(4, {"a": 1, "b": 1}))
    assert start(engine, gang("1", "b", 3)) == {"t0": ("n0", (0, 1, 2))}
    assert start(engine, gang("2", "a", 2)) == {"t0": ("n1", (0, 1))}
    assert start(engine, gang("3", "a", 1, 1)) == {"t0": ("n0", (3,)), "t1": ("n1", (2,))}


def test_quota_lets_nobody_have_more_than_promised_though_there_is_room() -> None:
    engine = quota_only(nodes(4, {"a": 1, "b": 1}))
    start(engine, gang("1", "a", 3))
    assert isinstance(engine.decide(gang("2", "a", 2)), Wait)
    start(engine, gang("3", "a", 1))
    assert isinstance(engine.decide(gang("4", "unknown", 1)), Wait)


def test_a_gang_starts_whole_or_not_at_all() -> None:
    engine = quota_only(nodes(4, {"a": 2}))
    start(engine, gang("1", "a", 1))
    assert isinstance(engine.decide(gang("2", "a", 4, 4)), Wait)
    start(engine, gang("3", "a", 3, 4))


def test_what_is_released_is_free_and_releasing_twice_is_no_error() -> None:
    engine = quota_only(nodes(4, {"a": 1}))
    for _ in range(3):
        assert start(engine, gang("1", "a", 4)) == {"t0": ("n0", (0, 1, 2, 3))}
        assert isinstance(engine.decide(gang("2", "a", 1)), Wait)
        engine.release("1")
        engine.release("1")


@pytest.mark.parametrize("policy", ["quota", "private", "private-cells", "cells"])
def test_opportunistic_gangs_give_way_and_lower_ones_to_their_own(policy: str) -> None:
    engine = POLICIES[policy].engine(nodes(4, {"a": 1, "b": 1}))
    start(engine, gang("low", "a", 2, priority=1))
    start(engine, gang("idle", "a", 2, priority=-1))
    start(engine, gang("idle too", "b", 2, priority=-1))
    assert isinstance(engine.decide(gang("as low", "a", 3, priority=1)), Wait)
    decision = engine.decide(gang("high", "a", 4, priority=2))
    assert isinstance(decision, Preempt)
    assert "low" in decision.victims
    assert set(decision.victims) <= {"low", "idle", "idle too"}
    engine.apply(gang("high", "a", 4, priority=2), decision)
    for victim in decision.victims:
        engine.release(victim)
    start(engine, gang("high", "a", 4, priority=2))
    assert isinstance(engine.decide(gang("other", "b", 4, priority=1)), Start | Preempt)


def test_no_more_are_ended_than_must_be_the_lowest_and_latest_first() -> None:
    engine = quota_only(nodes(4, {"a": 1, "b": 1}))
    for name in ("1", "2", "3", "4", "5", "6", "7", "8"):
        start(engine, gang(name, "a", 1, priority=-1))
    decision = engine.decide(gang("guaranteed", "b", 2))
    assert isinstance(decision, Preempt)
    assert decision.victims == ("4", "3")


@pytest.mark.parametrize("promised_nodes", [2, 3])
def test_whoever_is_behind_gets_nothing_that_is_kept_for_the_first(promised_nodes: int) -> None:
    engine = quota_only(nodes(4, {"a": promised_nodes, "b": 1}))
    start(engine, gang("runs", "a", 3))
    kept = engine.earmark(gang("first", "a", 4, 4))
    assert (kept.leaves, kept.unused) == ({"n0": frozenset(range(4)), "n1": frozenset(range(4))}, 5)
    behind = engine.decide(gang("behind", "a", 1), keep_off=kept)
    if promised_nodes == 2:
        assert isinstance(behind, Wait), "what is not kept is beyond the quota"
    else:
        assert isinstance(behind, Start)
        assert behind.placement.tasks["t0"].node == "n2"
    assert isinstance(engine.decide(gang("behind", "a", 1)), Start)


def test_nothing_is_kept_where_others_have_left_no_room() -> None:
    engine = quota_only(nodes(4, {"a": 2, "b": 2}))
    for name in ("1", "2", "3", "4"):
        start(engine, gang(name, "b", 2))
        start(engine, gang(f"own {name}", "a", 2, priority=-1))
    for name in ("1", "2", "3", "4"):
        engine.release(f"own {name}")
    kept = engine.earmark(gang("first", "a", 4))
    assert (kept.leaves, kept.unused) == ({}, 0)
    assert isinstance(engine.decide(gang("behind", "a", 2), keep_off=kept), Start)


def test_a_private_cluster_has_only_its_own_nodes() -> None:
    engine = private(nodes(4, {"a": 1, "b": 1}))
    assert start(engine, gang("1", "a", 4)) == {"t0": ("a/0", (0, 1, 2, 3))}
    assert isinstance(engine.decide(gang("2", "a", 1, priority=-1)), Wait)
    start(engine, gang("3", "b", 4))
    assert isinstance(engine.decide(gang("4", "c", 1)), Wait)
    engine.release("1")
    start(engine, gang("5", "a", 1))


def test_promised_cells_are_nodes_whatever_their_level() -> None:
    def node(name: str) -> PhysicalCell:
        switches = tuple(
            PhysicalCell(
                "SWITCH",
                str(at),
                children=(PhysicalCell("GPU", str(2 * at)), PhysicalCell("GPU", str(2 * at + 1))),
            )
            for at in range(2)
        )
        return PhysicalCell("NODE", name, children=switches)

    cluster = Cluster(
        {
            "SWITCH": CellType("SWITCH", "GPU", 2),
            "NODE": CellType("NODE", "SWITCH", 2, is_node=True),
            "RACK": CellType("RACK", "NODE", 2),
        },
        tuple(
            PhysicalCell("RACK", str(rack), children=(node(f"{rack}a"), node(f"{rack}b")))
            for rack in range(3)
        ),
        {
            "a": VirtualCluster((VirtualCells("RACK", "RACK", 1), VirtualCells("RACK", "SWITCH", 2))),
            "b": VirtualCluster((VirtualCells("RACK", "NODE", 1), VirtualCells("RACK", "GPU", 1))),
        },
        {"GPU": Sku(1, 1, 1)},
    )
    assert [len(machine.leaves) for machine in promised(cluster, "a")] == [4, 4, 2, 2]
    assert [len(machine.leaves) for machine in promised(cluster, "b")] == [4, 1]
    assert largest_node(cluster) == 4
    assert next(machines(cluster)) == Machine("0a", "GPU", (0, 1, 2, 3))
    cells, counted = POLICIES["private-cells"].engine(cluster), POLICIES["private"].engine(cluster)
    for engine in (cells, counted):
        assert isinstance(engine.decide(gang("1", "a", 4, 4)), Start)
        assert isinstance(engine.decide(gang("1", "a", 4, 4, 4)), Wait)
        assert isinstance(engine.decide(gang("2", "b", 5)), Wait)
