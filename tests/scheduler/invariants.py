"""What must hold of a scheduler after every event, told from outside: from the cluster, and from what it says that it
holds. Nothing here knows how it does it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openpai.scheduler.cluster import Cluster, PhysicalCell
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import OPPORTUNISTIC, GangState, Held, Placement
from tests.scheduler.tree import Leaf, Path, cell_at, levels_of, paths_of, pins_of


def leaves_of(cluster: Cluster, placement: Placement) -> list[Leaf]:
    """The leaf cells of a placement. Of its chain, but where a machine has moved while a gang ran."""
    return [
        found
        for place in placement.tasks.values()
        for leaf in place.leaves
        for found in [find_leaf(cluster, placement.chain, place.node, leaf)]
    ]


def find_leaf(cluster: Cluster, chain: str, node: str, leaf: int) -> Leaf:
    chains = [chain, *sorted({cell.type for cell in cluster.cells} - {chain})]
    return next((at, node, leaf) for at in chains if (at, node, leaf) in paths_of(cluster))


def is_guaranteed(held: Held) -> bool:
    return held.gang.priority > OPPORTUNISTIC and not held.downgraded


def check(scheduler: Scheduler) -> None:
    """All of it."""
    held = scheduler.held
    for name, each in held.items():
        assert name == each.gang.name
        check_gang(scheduler.cluster, each)
    check_owners(scheduler.cluster, held)
    check_charges(scheduler.cluster, held.values())


def check_gang(cluster: Cluster, held: Held) -> None:
    """Each task is on cells that are there, of one type, no more than it needs (fewer where a cluster was changed);
    what is charged is charged whole."""
    gang, placement = held.gang, held.placement
    for task, place in placement.tasks.items():
        assert (
            len(set(place.leaves)) == len(place.leaves) <= max(needs[task] for needs in gang.needs.values())
        )
        assert len(place.preassigned) == (len(place.leaves) if is_guaranteed(held) else 0)
    for chain, _node, _leaf in leaves_of(cluster, placement):
        assert chain != placement.chain or levels_of(cluster, chain)[-1] == placement.leaf_type
    assert not (held.downgraded and gang.priority == OPPORTUNISTIC)


def check_owners(cluster: Cluster, held: Mapping[str, Held]) -> None:
    """A leaf is used by one gang, reserved by one, and by nobody else; states follow from who stands where."""
    used: dict[Leaf, str] = {}
    reserved: dict[Leaf, str] = {}
    for name, each in held.items():
        owner = reserved if each.state is GangState.PREEMPTING else used
        for leaf in leaves_of(cluster, each.placement):
            assert leaf not in owner, f"{leaf} belongs to {owner[leaf]} and {name}"
            owner[leaf] = name
    leaving = {used[leaf] for leaf in reserved if leaf in used}
    for name, each in held.items():
        if each.state is not GangState.PREEMPTING:
            assert each.state is (GangState.BEING_PREEMPTED if name in leaving else GangState.ALLOCATED)
        else:
            assert is_guaranteed(each), "only guaranteed gangs reserve"


@dataclass(frozen=True)
class Root:
    """A cell that a virtual cluster was promised, in use. `pin`: it is the pinned one."""

    chain: str
    path: Path
    virtual_cluster: str
    pin: str | None


def roots_of(cluster: Cluster, held: Iterable[Held]) -> set[Root]:
    """The promised cells that guaranteed gangs stand in."""
    roots = set()
    for each in held:
        if not is_guaranteed(each):
            continue
        kinds = [kind for place in each.placement.tasks.values() for kind in place.preassigned]
        for leaf, kind in zip(leaves_of(cluster, each.placement), kinds, strict=True):
            path = paths_of(cluster)[leaf][: levels_of(cluster, leaf[0]).index(kind) + 1]
            roots.add(Root(leaf[0], path, each.gang.virtual_cluster, each.gang.pinned))
    return roots


def check_charges(cluster: Cluster, held: Iterable[Held]) -> None:
    """Guaranteed gangs stand in cells of their virtual cluster only: no more of a type than it was promised, none
    that is another's, none in another; and what is still promised fits into what is left."""
    roots = roots_of(cluster, held)
    pins = pins_of(cluster)
    owned = {pin: name for name, vc in cluster.virtual_clusters.items() for pin in vc.pins}
    taken = {pins[pin][1]: name for pin, name in owned.items()}
    counts: Counter[tuple[str, str, str]] = Counter()
    for root in roots:
        if root.pin is not None:
            assert owned[root.pin] == root.virtual_cluster
            assert pins[root.pin] == (root.chain, root.path)
            continue
        for path, owner in taken.items():
            assert not nested(path, root.path), f"{root} overlaps a cell of {owner}"
        taken[root.path] = root.virtual_cluster
        kind = levels_of(cluster, root.chain)[len(root.path) - 1]
        counts[root.virtual_cluster, root.chain, kind] += 1
    promised = promised_cells(cluster)
    for key, count in counts.items():
        assert count <= promised[key], f"{key} is used more often than promised"
    check_fit(cluster, set(taken), promised - counts)


def nested(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def promised_cells(cluster: Cluster) -> Counter[tuple[str, str, str]]:
    """Virtual cluster, chain, type → so many; pinned ones not counted."""
    promised: Counter[tuple[str, str, str]] = Counter()
    for name, vc in cluster.virtual_clusters.items():
        for each in vc.cells:
            promised[name, each.chain, each.type] += each.count
    return promised


def check_fit(cluster: Cluster, taken: set[Path], promised: Counter[tuple[str, str, str]]) -> None:
    """The safety of virtual clusters: whatever else happens, all that is promised can be had at once."""
    free = free_cells(cluster, taken)
    for chain in {cell.type for cell in cluster.cells}:
        left = 0
        for kind in levels_of(cluster, chain):
            left += free[chain, kind]
            left -= sum(count for (_vc, at, of), count in promised.items() if (at, of) == (chain, kind))
            assert left >= 0, f"{-left} cells of type {kind} in chain {chain} are promised that are not there"
            left *= cluster.types[kind].count if kind in cluster.types else 0


def free_cells(cluster: Cluster, taken: set[Path]) -> Counter[tuple[str, str]]:
    """Chain and type → the largest cells that hold none of those taken."""
    free: Counter[tuple[str, str]] = Counter()
    above = {path[:n] for path in taken for n in range(1, len(path))}

    def look(cell: PhysicalCell, chain: str, path: Path) -> None:
        if path in taken:
            return
        if path not in above:
            free[chain, cell.type] += 1
            return
        for child in cell.children:
            look(child, chain, (*path, child.address))

    for i, top in enumerate(cluster.cells):
        look(top, top.type, (f"{i}:{top.address}",))
    return free


def inside(cluster: Cluster, pin: str, placement: Placement) -> bool:
    """All cells of it are in the pinned cell."""
    chain, top = pins_of(cluster)[pin]
    assert cell_at(cluster, top).pin == pin
    return all(
        leaf[0] == chain and paths_of(cluster)[leaf][: len(top)] == top
        for leaf in leaves_of(cluster, placement)
    )
