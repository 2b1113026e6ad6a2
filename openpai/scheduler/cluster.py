"""A cluster as an admin describes it: types of cells, what is there, and what each virtual cluster is promised.

Values only. The model and its words are HiveD's (Zhao et al., OSDI 2020). Whoever makes a `Cluster` has checked it:
types exist and form no ring, child lists have the length of their type, addresses are unique, promises fit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sku:
    """What one leaf cell is: whole GPUs (0 or 1), CPU cores, memory in MiB."""

    gpu: int
    cpu: int
    memory_mb: int


@dataclass(frozen=True, slots=True)
class CellType:
    """A level of a chain: `count` cells of the type `child`. A child that is no type itself is a leaf type.

    `is_node`: cells of this type are machines.
    """

    name: str
    child: str
    count: int
    is_node: bool = False


@dataclass(frozen=True, slots=True)
class PhysicalCell:
    """A cell that is there, with all cells in it. `address` is its own part of the address: the name of the machine
    at node level, the index of the GPU or CPU unit at the leaves. `pin`: the name under which a virtual cluster
    may have exactly this one."""

    type: str
    address: str
    pin: str | None = None
    children: tuple["PhysicalCell", ...] = ()


@dataclass(frozen=True, slots=True)
class VirtualCells:
    """So many cells of a type, in a chain (the type of a top-level cell), promised to a virtual cluster."""

    chain: str
    type: str
    count: int


@dataclass(frozen=True, slots=True)
class VirtualCluster:
    """What a virtual cluster is promised: cells by type, and pinned ones by name."""

    cells: tuple[VirtualCells, ...] = ()
    pins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cluster:
    """All of it. `cells` are the top-level cells, in order; the leaf types are the keys of `skus`."""

    types: Mapping[str, CellType] = field(default_factory=dict)
    cells: tuple[PhysicalCell, ...] = ()
    virtual_clusters: Mapping[str, VirtualCluster] = field(default_factory=dict)
    skus: Mapping[str, Sku] = field(default_factory=dict)


def levels_of(kind: str, cluster: Cluster) -> list[str]:
    """The types from this one down to its leaf type."""
    levels = [kind]
    while levels[-1] in cluster.types:
        levels.append(cluster.types[levels[-1]].child)
    return levels


def size_of(kind: str, cluster: Cluster) -> int:
    """How many leaf cells are in a cell of this type."""
    below = cluster.types.get(kind)
    return 1 if below is None else below.count * size_of(below.child, cluster)


def all_of(cell: PhysicalCell) -> Iterator[PhysicalCell]:
    """A cell and all in it."""
    yield cell
    for child in cell.children:
        yield from all_of(child)


def leaves_of(cell: PhysicalCell) -> Iterator[PhysicalCell]:
    """The leaf cells of a tree, in order."""
    return (each for each in all_of(cell) if not each.children)


def machines_of(cluster: Cluster) -> Iterator[PhysicalCell]:
    """The cells that are machines; one of several chains is there several times."""
    for top in cluster.cells:
        yield from _machines(top, cluster)


def _machines(cell: PhysicalCell, cluster: Cluster) -> Iterator[PhysicalCell]:
    if cluster.types[cell.type].is_node:
        yield cell
    else:
        for child in cell.children:
            yield from _machines(child, cluster)
