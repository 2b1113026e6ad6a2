"""The tree of a cluster as tests look at it: where each leaf cell stands in it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from openpai.scheduler.cluster import Cluster, PhysicalCell

Leaf = tuple[str, str, int]
"""A leaf cell: its chain, its node, its address on the node."""


def in_order_of_chains(cluster: Cluster, chains: Iterable[str] = ()) -> Cluster:
    """Top-level cells of the chains named, in their order; the others follow, descending by name."""
    order = list(chains)
    rest = sorted({cell.type for cell in cluster.cells} - set(order), reverse=True)
    order += rest
    return replace(cluster, cells=tuple(sorted(cluster.cells, key=lambda cell: order.index(cell.type))))


KNOWN: list[tuple[Cluster, Mapping[Leaf, tuple[str, ...]]]] = []
"""What was asked last: to hash a cluster would take longer than to look for it here."""


def paths_of(cluster: Cluster) -> Mapping[Leaf, tuple[str, ...]]:
    """Each leaf cell with the cells above it, from the top; the last one is itself."""
    for known, paths in KNOWN:
        if known is cluster:
            return paths
    nodes = frozenset(each.name for each in cluster.types.values() if each.is_node)
    found = {
        leaf: path
        for i, cell in enumerate(cluster.cells)
        for leaf, path in leaves_below(cell, cell.type, "", (f"{i}:{cell.address}",), nodes)
    }
    KNOWN.insert(0, (cluster, found))
    del KNOWN[4:]
    return found


def leaves_below(
    cell: PhysicalCell, chain: str, node: str, path: tuple[str, ...], nodes: frozenset[str]
) -> Iterator[tuple[Leaf, tuple[str, ...]]]:
    node = cell.address if cell.type in nodes else node
    if not cell.children:
        yield (chain, node, int(cell.address)), path
    for child in cell.children:
        yield from leaves_below(child, chain, node, (*path, child.address), nodes)


def nodes_of_cluster(cluster: Cluster) -> list[str]:
    return sorted({node for _chain, node, _leaf in paths_of(cluster)})


def levels_of(cluster: Cluster, chain: str) -> list[str]:
    """The types of a chain, from the top down to its leaf type."""
    levels = [chain]
    while levels[-1] in cluster.types:
        levels.append(cluster.types[levels[-1]].child)
    return levels


Path = tuple[str, ...]
"""A cell, by the way to it from the top."""


def pins_of(cluster: Cluster) -> Mapping[str, tuple[str, Path]]:
    """Pin → the chain and the cell that it names."""
    found: dict[str, tuple[str, Path]] = {}

    def look(cell: PhysicalCell, chain: str, path: Path) -> None:
        if cell.pin is not None:
            found[cell.pin] = (chain, path)
        for child in cell.children:
            look(child, chain, (*path, child.address))

    for i, cell in enumerate(cluster.cells):
        look(cell, cell.type, (f"{i}:{cell.address}",))
    return found


def cell_at(cluster: Cluster, path: Path) -> PhysicalCell:
    cell = cluster.cells[int(path[0].partition(":")[0])]
    for address in path[1:]:
        cell = next(child for child in cell.children if child.address == address)
    return cell
