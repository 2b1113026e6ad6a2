"""Clusters of tests: HiveD's document as a `Cluster`, and where each leaf cell stands in the tree."""

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from openpai.scheduler.cluster import CellType, Cluster, PhysicalCell, Sku, VirtualCells, VirtualCluster

Leaf = tuple[str, str, int]
"""A leaf cell: its chain, its node, its address on the node."""


def read_document(document: Mapping[str, Any]) -> Cluster:
    """HiveD's configuration, with its default addresses. It must be valid."""
    physical = document["physicalCluster"]
    types = {
        name: CellType(name, each["childCellType"], each["childCellNumber"], each.get("isNodeLevel", False))
        for name, each in physical["cellTypes"].items()
    }
    return Cluster(
        types=types,
        cells=tuple(
            cell_of(each["cellType"], each, i, types) for i, each in enumerate(physical["physicalCells"])
        ),
        virtual_clusters={
            name: VirtualCluster(
                tuple(
                    VirtualCells(path[0], path[-1], each["cellNumber"])
                    for each in vc.get("virtualCells", [])
                    for path in [each["cellType"].split(".")]
                ),
                tuple(each["pinnedCellId"] for each in vc.get("pinnedCells", [])),
            )
            for name, vc in document["virtualClusters"].items()
        },
        skus={each.child: Sku(1, 1, 1024) for each in types.values() if each.child not in types},
    )


def cell_of(name: str, spec: Mapping[str, Any], index: int, types: Mapping[str, CellType]) -> PhysicalCell:
    """Addresses that are not given count on from one level to the next, and anew in each node."""
    children: tuple[PhysicalCell, ...] = ()
    if name in types:
        kind = types[name]
        first = 0 if kind.is_node else index * kind.count
        given = spec.get("cellChildren") or [{}] * kind.count
        children = tuple(cell_of(kind.child, each, first + i, types) for i, each in enumerate(given))
    return PhysicalCell(name, str(spec.get("cellAddress", index)), spec.get("pinnedCellId"), children)


def in_order_of_chains(cluster: Cluster, chains: Iterable[str] = ()) -> Cluster:
    """Top-level cells of the chains named, in their order; the others follow, descending by name."""
    order = list(chains)
    rest = sorted({cell.type for cell in cluster.cells} - set(order), reverse=True)
    order += rest
    return replace(cluster, cells=tuple(sorted(cluster.cells, key=lambda cell: order.index(cell.type))))


def paths_of(cluster: Cluster) -> Mapping[Leaf, tuple[str, ...]]:
    """Each leaf cell with the cells above it, from the top; the last one is itself."""
    return _paths(cluster.cells, tuple(each.name for each in cluster.types.values() if each.is_node))


@functools.lru_cache(maxsize=64)
def _paths(cells: tuple[PhysicalCell, ...], nodes: tuple[str, ...]) -> Mapping[Leaf, tuple[str, ...]]:
    return {
        leaf: path
        for i, cell in enumerate(cells)
        for leaf, path in leaves_below(cell, cell.type, "", (f"{i}:{cell.address}",), frozenset(nodes))
    }


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
    return _pins(cluster.cells)


@functools.lru_cache(maxsize=64)
def _pins(cells: tuple[PhysicalCell, ...]) -> Mapping[str, tuple[str, Path]]:
    found: dict[str, tuple[str, Path]] = {}

    def look(cell: PhysicalCell, chain: str, path: Path) -> None:
        if cell.pin is not None:
            found[cell.pin] = (chain, path)
        for child in cell.children:
            look(child, chain, (*path, child.address))

    for i, cell in enumerate(cells):
        look(cell, cell.type, (f"{i}:{cell.address}",))
    return found


def cell_at(cluster: Cluster, path: Path) -> PhysicalCell:
    cell = cluster.cells[int(path[0].partition(":")[0])]
    for address in path[1:]:
        cell = next(child for child in cell.children if child.address == address)
    return cell
