"""Any cluster, any gang: trees of any depth, several chains and leaf types, pins, promises that fit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod

from hypothesis import strategies as st

from openpai.scheduler.cluster import CellType, Cluster, PhysicalCell, Sku, VirtualCells, VirtualCluster
from openpai.scheduler.gang import OPPORTUNISTIC, Gang
from tests.scheduler.tree import levels_of, nodes_of_cluster

LEAF_TYPES = ("G", "C")
VIRTUAL_CLUSTERS = ("red", "blue", "green")


@dataclass(frozen=True)
class Chain:
    """The shape of a chain. `counts`: how many children a cell of each level has, from the top down. `node`: which
    of these levels is that of the machines. `tops`: so many top-level cells. `singles`: so many cells of one level
    below that stand alone, as a chain of their own."""

    name: str
    leaf: str
    counts: tuple[int, ...]
    node: int
    tops: int
    singles: int

    def type_at(self, level: int) -> str:
        """The type of the cells so many levels below the top."""
        return self.leaf if level == len(self.counts) else f"{self.name}{len(self.counts) - level}"

    @property
    def top(self) -> str:
        return self.type_at(0)


SHAPES: list[tuple[tuple[int, ...], int]] = [
    ((4,), 0),
    ((3, 2), 0),
    ((3, 4), 1),
    ((2, 2, 2), 1),
    ((2, 4, 2), 1),
    ((2, 2, 2), 0),
    ((2, 3, 1, 2), 2),
    ((2, 2, 2, 2), 1),
    ((2, 2, 2, 2), 3),
]
"""How many children a cell has, from the top down to the leaves, and which level is that of the machines."""


def chains() -> st.SearchStrategy[list[Chain]]:
    counts = st.lists(st.integers(1, 4), min_size=1, max_size=4).filter(lambda each: prod(each) <= 24)
    shapes = st.one_of(
        st.sampled_from(SHAPES),
        st.sampled_from(SHAPES),
        st.tuples(counts.map(tuple), st.integers(0, 3)),
    )
    described = st.tuples(
        st.sampled_from(LEAF_TYPES), shapes, st.sampled_from([2, 1, 3]), st.sampled_from([0, 0, 1, 2])
    )
    return st.lists(described, min_size=1, max_size=3).map(
        lambda found: [
            Chain("xyz"[i], leaf, counts, min(node, len(counts) - 1), tops, singles)
            for i, (leaf, (counts, node), tops, singles) in enumerate(found)
        ]
    )


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    found = draw(chains())
    cells = tuple(
        build(chain, level, f"{chain.name}{'.' * level}{i}", i)
        for chain in found
        for level, count in ((0, chain.tops), (1, chain.singles if chain.node else 0))
        for i in range(count)
    )
    names: list[str] = []
    cells = tuple(draw(pinned(cell, names)) for cell in cells)
    cluster = Cluster(types_of(found), cells, {}, {chain.leaf: Sku(1, 1, 1024) for chain in found})
    return replace(cluster, virtual_clusters=draw(promises(cluster)))


def types_of(found: list[Chain]) -> dict[str, CellType]:
    return {
        chain.type_at(level): CellType(
            chain.type_at(level), chain.type_at(level + 1), count, is_node=level == chain.node
        )
        for chain in found
        for level, count in enumerate(chain.counts)
    }


def build(chain: Chain, level: int, name: str, index: int) -> PhysicalCell:
    """A cell with all below it. Leaves of a node are counted through; nodes are named by their way from the top."""
    if level == len(chain.counts):
        return PhysicalCell(chain.leaf, str(index))
    first = 0 if level == chain.node else index * chain.counts[level]
    return PhysicalCell(
        chain.type_at(level),
        name,
        None,
        tuple(build(chain, level + 1, f"{name}.{i}", first + i) for i in range(chain.counts[level])),
    )


@st.composite
def pinned(draw: st.DrawFn, cell: PhysicalCell, names: list[str]) -> PhysicalCell:
    """The same cell where it, or cells in it, may be pinned; none inside another."""
    match draw(st.sampled_from(["no", "no", "no", "here", "below"])):
        case "here":
            names.append(f"pin{len(names)}")
            return replace(cell, pin=names[-1])
        case "below" if cell.children:
            i = draw(st.integers(0, len(cell.children) - 1))
            children = list(cell.children)
            children[i] = draw(pinned(children[i], names))
            return replace(cell, children=tuple(children))
    return cell


@st.composite
def promises(draw: st.DrawFn, cluster: Cluster) -> Mapping[str, VirtualCluster]:
    """What each virtual cluster gets: pins first, then from each chain, from the top down, what is left."""
    names = VIRTUAL_CLUSTERS[: draw(st.sampled_from([2, 3, 1]))]
    owner = {pin: draw(st.sampled_from([*names, None])) for pin in pins_of(cluster)}
    promised: dict[str, list[VirtualCells]] = {name: [] for name in names}
    for chain in dict.fromkeys(cell.type for cell in cluster.cells):
        free = free_beside_pins(cluster, chain, {pin for pin, name in owner.items() if name})
        left = 0
        for kind in levels_of(cluster, chain):
            left += free.get(kind, 0)
            for name in names:
                count = draw(st.sampled_from(sorted({0, min(1, left), left // 2, left})))
                if count:
                    promised[name].append(VirtualCells(chain, kind, count))
                left -= count
            left *= cluster.types[kind].count if kind in cluster.types else 0
    return {
        name: VirtualCluster(tuple(promised[name]), tuple(pin for pin in owner if owner[pin] == name))
        for name in names
    }


def pins_of(cluster: Cluster) -> dict[str, PhysicalCell]:
    return {cell.pin: cell for top in cluster.cells for cell in below(top) if cell.pin}


def below(cell: PhysicalCell) -> Iterator[PhysicalCell]:
    yield cell
    for child in cell.children:
        yield from below(child)


def free_beside_pins(cluster: Cluster, chain: str, pins: set[str]) -> dict[str, int]:
    """Type → the largest cells of the chain that hold none of these pins."""
    free: dict[str, int] = {}

    def take(cell: PhysicalCell) -> None:
        if cell.pin in pins:
            return
        if not any(each.pin in pins for each in below(cell)):
            free[cell.type] = free.get(cell.type, 0) + 1
            return
        for child in cell.children:
            take(child)

    for top in cluster.cells:
        if top.type == chain:
            take(top)
    return free


@st.composite
def gangs(
    draw: st.DrawFn,
    cluster: Cluster,
    name: str,
    priorities: tuple[int, ...],
    crowded: str | None = None,
    anywhere: bool = False,
) -> Gang:
    """A gang that has a chance; now and then one that has none. `crowded`: the virtual cluster of most gangs.
    `anywhere`: it names no nodes."""
    every = sorted(cluster.virtual_clusters)
    rich = [name for name in every if cluster.virtual_clusters[name].cells] or every
    usual = [crowded] * 6 if crowded in every else rich * 3
    virtual_cluster = draw(st.sampled_from([*usual, *every]))
    priority = draw(st.sampled_from(priorities))
    vc = cluster.virtual_clusters[virtual_cluster]
    pin = draw(st.sampled_from([None, *vc.pins])) if priority > OPPORTUNISTIC else None
    room = {leaf: largest_task(cluster, vc, leaf, pin) for leaf in sorted(cluster.skus)}
    if priority > OPPORTUNISTIC:
        room = {leaf: size for leaf, size in room.items() if size} or room
    types = draw(st.permutations(sorted(room)))[: draw(st.sampled_from([1, 2]))]
    return Gang(
        name=name,
        virtual_cluster=virtual_cluster,
        priority=priority,
        needs=draw(needs(list(types), room)),
        pinned=pin,
        lazy=draw(st.booleans()),
        nodes=None if anywhere else draw(named_nodes(cluster)),
    )


@st.composite
def needs(draw: st.DrawFn, types: list[str], room: Mapping[str, int]) -> Mapping[str, Mapping[str, int]]:
    """Some tasks; on another type each may need another number of cells."""
    count = draw(st.sampled_from([1, 1, 2, 3, 4]))
    return {
        leaf: {
            f"t{i}": draw(st.integers(1, max(1, room[leaf] + draw(st.sampled_from([0, 0, 0, 0, 1])))))
            for i in range(count)
        }
        for leaf in types
    }


def named_nodes(cluster: Cluster) -> st.SearchStrategy[frozenset[str] | None]:
    some = st.frozensets(st.sampled_from(nodes_of_cluster(cluster)))
    return st.one_of(st.none(), st.none(), st.none(), st.none(), some)


def largest_task(cluster: Cluster, vc: VirtualCluster, leaf: str, pin: str | None) -> int:
    """The leaves of the largest cell within a node that was promised; an opportunistic gang may find more."""
    sizes = [0]
    tops = [pins_of(cluster)[pin].type] if pin else [each.type for each in vc.cells if each.count]
    for top in tops:
        levels = levels_of(cluster, top)
        if levels[-1] == leaf:
            start = next((i for i, kind in enumerate(levels[:-1]) if cluster.types[kind].is_node), 0)
            sizes.append(prod(cluster.types[kind].count for kind in levels[start:-1]))
    return max(sizes)
