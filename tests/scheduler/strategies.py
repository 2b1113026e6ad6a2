"""Any cluster, any gang: trees of any depth, several chains and leaf types, pins, promises that fit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from openpai.scheduler.cluster import CellType, Cluster, PhysicalCell, Sku, VirtualCells, VirtualCluster
from openpai.scheduler.gang import OPPORTUNISTIC, Gang
from tests.scheduler.tree import nodes_of_cluster

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


def chains(leaf_types: tuple[str, ...] = LEAF_TYPES) -> st.SearchStrategy[list[Chain]]:
    shapes = st.tuples(
        st.sampled_from(leaf_types),
        st.lists(st.sampled_from([1, 2, 2, 2, 3, 4]), min_size=1, max_size=4).filter(
            lambda each: product(each) <= 24
        ),
        st.integers(0, 3),
        st.integers(1, 3),
        st.sampled_from([0, 0, 1, 2]),
    )
    return st.lists(shapes, min_size=1, max_size=3).map(
        lambda found: [
            Chain("xyz"[i], leaf, tuple(counts), min(node, len(counts) - 1), tops, singles)
            for i, (leaf, counts, node, tops, singles) in enumerate(found)
        ]
    )


def product(counts: list[int]) -> int:
    total = 1
    for each in counts:
        total *= each
    return total


@st.composite
def clusters(draw: st.DrawFn, pins: bool = True, leaf_types: tuple[str, ...] = LEAF_TYPES) -> Cluster:
    """`pins`: cells may be pinned."""
    found = draw(chains(leaf_types))
    cells = tuple(
        build(chain, level, f"{chain.name}{'.' * level}{i}", i)
        for chain in found
        for level, count in ((0, chain.tops), (1, chain.singles if chain.node else 0))
        for i in range(count)
    )
    names: list[str] = []
    if pins:
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
    names = VIRTUAL_CLUSTERS[: draw(st.integers(1, 3))]
    owner = {pin: draw(st.sampled_from([*names, None])) for pin in pins_of(cluster)}
    promised: dict[str, list[VirtualCells]] = {name: [] for name in names}
    for chain in dict.fromkeys(cell.type for cell in cluster.cells):
        free = free_beside_pins(cluster, chain, {pin for pin, name in owner.items() if name})
        left = 0
        for kind in levels_of(cluster, chain):
            left += free.get(kind, 0)
            for name in names:
                count = draw(st.integers(0, left))
                if count:
                    promised[name].append(VirtualCells(chain, kind, count))
                left -= count
            left *= cluster.types[kind].count if kind in cluster.types else 0
    return {
        name: VirtualCluster(tuple(promised[name]), tuple(pin for pin in owner if owner[pin] == name))
        for name in names
    }


def levels_of(cluster: Cluster, chain: str) -> list[str]:
    """The types of a chain, from the top down to its leaf type."""
    levels = [chain]
    while levels[-1] in cluster.types:
        levels.append(cluster.types[levels[-1]].child)
    return levels


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
    priorities: tuple[int, ...] = (OPPORTUNISTIC, OPPORTUNISTIC, 0, 1, 2, 3, 4, 5),
    anywhere: bool = False,
    lazy: bool = True,
) -> Gang:
    """`anywhere`: it names no nodes. `lazy`: it may be lazy."""
    sizes = draw(st.lists(st.sampled_from([1, 1, 1, 2, 2, 3, 4, 6, 8]), min_size=1, max_size=4))
    tasks = {f"t{i}": size for i, size in enumerate(sizes)}
    virtual_cluster = draw(st.sampled_from(sorted(cluster.virtual_clusters)))
    priority = draw(st.sampled_from(priorities))
    types = draw(st.permutations(sorted(cluster.skus)))
    if draw(st.booleans()):
        types = types[:1]
    pins = cluster.virtual_clusters[virtual_cluster].pins
    pin = draw(st.sampled_from([None, None, *pins])) if priority > OPPORTUNISTIC else None
    nodes = None
    if not anywhere and draw(st.integers(0, 5)) == 0:
        nodes = draw(st.frozensets(st.sampled_from(nodes_of_cluster(cluster))))
    return Gang(
        name=name,
        virtual_cluster=virtual_cluster,
        priority=priority,
        needs=dict.fromkeys(sorted(cluster.skus) if pin else types, tasks),
        pinned=pin,
        lazy=lazy and draw(st.booleans()),
        nodes=nodes,
    )
