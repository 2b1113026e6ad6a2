"""The cells as others see them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from openpai.scheduler.cluster import CellType, Cluster, PhysicalCell, Sku, VirtualCells, VirtualCluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Gang, Preempt, Start
from openpai.scheduler.inspect import CellState, CellStatus, Inside


def _node(name: str, pin: str | None = None) -> PhysicalCell:
    return PhysicalCell("NODE", name, pin, tuple(PhysicalCell("G", str(n)) for n in range(2)))


CLUSTER = Cluster(
    types={"NODE": CellType("NODE", "G", 2, is_node=True), "RACK": CellType("RACK", "NODE", 3)},
    cells=(PhysicalCell("RACK", "0", None, (_node("n1"), _node("n2"), _node("n3", "quiet"))),),
    virtual_clusters={
        "a": VirtualCluster((VirtualCells("RACK", "NODE", 1),), ("quiet",)),
        "b": VirtualCluster((VirtualCells("RACK", "NODE", 1),)),
    },
    skus={"G": Sku(1, 4, 8000)},
)


def leaves(cells: Iterable[CellStatus]) -> Iterator[CellStatus]:
    for cell in cells:
        if cell.children:
            yield from leaves(cell.children)
        else:
            yield cell


def ask(scheduler: Scheduler, name: str, vc: str, leaf_cells: int = 1, priority: int = 10) -> None:
    gang = Gang(name, vc, priority, {"G": {"t": leaf_cells}})
    decision = scheduler.decide(gang)
    assert isinstance(decision, Start | Preempt)
    scheduler.apply(gang, decision)


def test_what_is_there_is_a_tree_of_free_cells_at_first() -> None:
    (rack,) = Scheduler(CLUSTER).physical()
    assert (rack.type, rack.address, rack.state, rack.priority) == ("RACK", "0", CellState.FREE, -2)
    assert [(node.address, node.is_node, node.pin) for node in rack.children] == [
        ("0/n1", True, None),
        ("0/n2", True, None),
        ("0/n3", True, "quiet"),
    ]
    assert [cell.address for cell in leaves([rack])][:3] == ["0/n1/0", "0/n1/1", "0/n2/0"]
    assert [node.virtual_cluster for node in rack.children] == [None, None, "a"]


def test_a_gang_is_seen_from_both_sides() -> None:
    scheduler = Scheduler(CLUSTER)
    ask(scheduler, "x", "a")
    (used,) = [leaf for leaf in leaves(scheduler.physical()) if leaf.gang]
    assert (used.gang, used.virtual_cluster, used.priority, used.state) == ("x", "a", 10, CellState.USED)
    node, pinned = scheduler.virtual("a")
    assert (node.address, node.state, node.priority) == ("a/0", CellState.USED, 10)
    assert [(leaf.address, leaf.gang, leaf.stands_for) for leaf in leaves([node])] == [
        ("a/0/0", "x", used.address),
        ("a/0/1", None, None),
    ]
    assert (pinned.pin, pinned.stands_for, pinned.state) == ("quiet", "0/n3", CellState.FREE)


def test_what_is_used_while_it_is_idle_is_no_promised_cell() -> None:
    scheduler = Scheduler(CLUSTER)
    ask(scheduler, "idle", "b", 2, priority=-1)
    *promised, one, two = scheduler.virtual("b")
    assert [cell.state for cell in promised] == [CellState.FREE]
    assert [(cell.address, cell.priority, cell.gang) for cell in (one, two)] == [
        (f"{cell.stands_for}-opp", -1, "idle") for cell in (one, two)
    ]


def test_a_cell_that_is_being_left_and_then_waits_is_reserved() -> None:
    scheduler = Scheduler(CLUSTER)
    for name in ("i", "j", "k"):
        ask(scheduler, name, "b", 2, priority=-1)
    ask(scheduler, "x", "a", 2)
    leaving = [leaf for leaf in leaves(scheduler.physical()) if leaf.state == CellState.RESERVING]
    assert {leaf.priority for leaf in leaving} == {10}
    (victim,) = {leaf.gang for leaf in leaving}
    assert [leaf.state for leaf in leaves(scheduler.virtual("a"))][:2] == [CellState.RESERVING] * 2
    scheduler.release(str(victim))
    reserved = [leaf for leaf in leaves(scheduler.physical()) if leaf.state == CellState.RESERVED]
    assert [(leaf.gang, leaf.reserved_by) for leaf in reserved] == [(None, "x")] * 2


def test_only_what_is_opened_is_shown_and_of_the_rest_the_numbers() -> None:
    scheduler = Scheduler(CLUSTER)
    ask(scheduler, "x", "a")
    ask(scheduler, "idle", "b", priority=-1)
    scheduler.set_bad(frozenset({"n3"}), frozenset())
    (rack,) = scheduler.physical([""])
    assert rack.children == ()
    assert rack.inside == Inside(6, used=1, opportunistic=1, reserved=0, bad=2, free=2, gangs=("x", "idle"))
    (whole,) = scheduler.physical()
    assert (rack.state, rack.priority, rack.healthy) == (whole.state, whole.priority, whole.healthy)
    (rack,) = scheduler.physical(["0", "0/n2"])
    assert [len(node.children) for node in rack.children] == [0, 2, 0]


def test_a_promised_machine_is_opened_as_a_whole() -> None:
    scheduler = Scheduler(CLUSTER)
    ask(scheduler, "x", "a")
    node, pinned = scheduler.virtual("a", ["a/0"])
    whole, _ = scheduler.virtual("a")
    assert node.children == whole.children
    assert node.inside == Inside(2, used=1, opportunistic=0, reserved=0, bad=0, free=1, gangs=("x",))
    assert (pinned.children, pinned.inside and pinned.inside.free) == ((), 2)


def test_a_bad_node_shows_where_it_costs_a_promise() -> None:
    scheduler = Scheduler(CLUSTER)
    scheduler.set_bad(frozenset({"n3"}), frozenset({("n1", 0)}))
    assert [node.healthy for node in scheduler.physical()[0].children] == [False, True, False]
    assert [leaf.healthy for leaf in leaves(scheduler.physical())] == [False, True, True, True, False, False]
    assert scheduler.virtual("a")[-1].healthy is False


def test_a_gpu_that_is_bad_leaves_the_core_of_its_number_good() -> None:
    cores = (PhysicalCell("CPUS", "n1", None, tuple(PhysicalCell("CPU", str(n)) for n in range(2))),)
    types = {**CLUSTER.types, "CPUS": CellType("CPUS", "CPU", 2, is_node=True)}
    skus = {**CLUSTER.skus, "CPU": Sku(0, 1, 1000)}
    scheduler = Scheduler(replace(CLUSTER, types=types, cells=(*CLUSTER.cells, *cores), skus=skus))
    scheduler.set_bad(frozenset(), frozenset({("n1", 0)}))
    assert [leaf.address for leaf in leaves(scheduler.physical()) if not leaf.healthy] == ["0/n1/0"]
