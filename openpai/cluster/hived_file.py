"""HiveD's configuration file → a cluster. It is read as it is, also where OpenPAI's services-configuration holds it.

All mistakes are told at once, with their place: those that HiveD refuses at its start, and those that it finds out
while jobs run.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import prod

from pydantic import ValidationError

from openpai.cluster.amounts import EXAMPLES, memory_mb
from openpai.cluster.hived_models import (
    CellTypeEntry,
    HivedFile,
    PhysicalCellEntry,
    PhysicalCluster,
    SkuEntry,
    VirtualClusterEntry,
)
from openpai.cluster.promises import oversold
from openpai.errors import PaiError
from openpai.protocol.document import Document, load
from openpai.protocol.events import Place
from openpai.protocol.findings import Finding, Path, listed, mapping
from openpai.protocol.mistakes import mistakes
from openpai.scheduler.cluster import (
    CellType,
    Cluster,
    PhysicalCell,
    Sku,
    VirtualCells,
    VirtualCluster,
    leaves_of,
)

Types = Mapping[str, CellType]

_TYPES: Path = ("physicalCluster", "cellTypes")
_CELLS: Path = ("physicalCluster", "physicalCells")
_EMBEDDED = ("hivedscheduler", "config")

MOST_CELLS = 1_000_000
"""Leaf cells of a cluster."""

UNSTATED = Sku(gpu=1, cpu=1, memory_mb=1024)
"""What a leaf cell is where the file has no `skuTypes` for its type."""


def read_hived(text: str | bytes) -> Cluster:
    """The cluster that a text describes. Raises PaiError with a problem per mistake."""
    return read_hived_document(load(text))


def is_hived(document: Document) -> bool:
    """Whether it is such a file, or OpenPAI's that holds one."""
    return "physicalCluster" in document.value or _EMBEDDED[0] in document.value


def read_hived_document(document: Document) -> Cluster:
    """As `read_hived`, of a text that was read as YAML."""
    source = _whole(document)
    found: list[Finding] = []
    cluster: Cluster | None = None
    try:
        entries = HivedFile.model_validate(source.value)
    except ValidationError as error:
        found = mistakes(error, source.value)
    else:
        cluster = _cluster(entries)
        found = [*_wrong_types(entries.physical_cluster), *_wrong_skus(entries.physical_cluster)]
        if not found:
            found = [
                *_wrong_cells(entries.physical_cluster, cluster.types),
                *_wrong_promises(entries, cluster.types),
            ]
            found = [*found, *_wrong_pins(entries)]
        if not found:
            cluster = replace(cluster, cells=_cells(entries.physical_cluster, cluster.types))
            found = list(_wrong_trees(cluster))
        if not found:
            found = list(oversold(cluster))
    if source.problems or found or cluster is None:
        raise PaiError(*source.problems, *map(source.locate, found))
    return cluster


def _whole(source: Document) -> Document:
    """The document itself, or HiveD's, which OpenPAI's services-configuration holds as a block of text."""
    held = mapping(source.value, _EMBEDDED[0]).get(_EMBEDDED[1])
    if not isinstance(held, str) or "physicalCluster" in source.value:
        return source
    inner = load(held)
    place = source.values.get(_EMBEDDED)
    lines = place.line if place else 0  # the block begins on the line after its `|`
    first = source.text.splitlines()[lines : lines + 1]
    indent = len(first[0]) - len(first[0].lstrip()) if first else 0
    keys = {path: _shifted(at, lines, indent) for path, at in inner.keys.items()}
    values = {path: _shifted(at, lines, indent) for path, at in inner.values.items()}
    return replace(inner, keys=keys, values=values)


def _shifted(place: Place, lines: int, columns: int) -> Place:
    return replace(place, line=place.line + lines, column=place.column + columns)


def _cluster(entries: HivedFile) -> Cluster:
    """All but the cells, which need types without mistakes."""
    physical = entries.physical_cluster
    types = {name: _type(name, entry) for name, entry in physical.cell_types.items()}
    leaves = [kind.child for kind in types.values() if kind.child not in types]
    return Cluster(
        types=types,
        virtual_clusters={name: _promise(entry) for name, entry in entries.virtual_clusters.items()},
        skus={leaf: _sku(physical.sku_types.get(leaf)) for leaf in leaves},
    )


def _type(name: str, entry: CellTypeEntry) -> CellType:
    return CellType(name, entry.child_cell_type, entry.child_cell_number, entry.is_node_level)


def _promise(entry: VirtualClusterEntry) -> VirtualCluster:
    wanted = [(each.cell_type.split("."), each.cell_number) for each in entry.virtual_cells]
    return VirtualCluster(
        tuple(VirtualCells(path[0], path[-1], count) for path, count in wanted),
        tuple(each.pinned_cell_id for each in entry.pinned_cells),
    )


def _sku(entry: SkuEntry | None) -> Sku:
    if entry is None:
        return UNSTATED
    return Sku(entry.gpu, entry.cpu, memory_mb(entry.memory or "0") or 0)


def _wrong_skus(physical: PhysicalCluster) -> Iterator[Finding]:
    for name, entry in physical.sku_types.items():
        if entry.memory is not None and memory_mb(entry.memory) is None:
            path: Path = ("physicalCluster", "skuTypes", name, "memory")
            params = {"field": "memory", "value": entry.memory[:60], "allowed": EXAMPLES}
            yield Finding("WrongValue", path, params)


def _wrong_types(physical: PhysicalCluster) -> Iterator[Finding]:
    types = {name: _type(name, entry) for name, entry in physical.cell_types.items()}
    for name in types:
        levels = _levels(name, types)
        if levels[-1] in types:
            params = {"type": name, "ring": " → ".join(levels)}
            yield Finding("CellTypeRing", (*_TYPES, name, "childCellType"), params)
        elif types[name].is_node and any(types[low].is_node for low in levels[1:-1]):
            yield Finding("NodeInNode", (*_TYPES, name, "isNodeLevel"), {"type": name})


def _levels(name: str, types: Types) -> list[str]:
    """The types from this one down to its leaf type; a ring ends where it closes."""
    levels = [name]
    while levels[-1] in types and types[levels[-1]].child not in levels:
        levels.append(types[levels[-1]].child)
    if levels[-1] in types:
        levels.append(types[levels[-1]].child)
    return levels


def _wrong_cells(physical: PhysicalCluster, types: Types) -> Iterator[Finding]:
    for index, entry in enumerate(physical.physical_cells):
        path: Path = (*_CELLS, index)
        kind = entry.cell_type or ""
        if not kind:
            yield Finding("MissingField", (*path, "cellType"), {"field": "cellType"})
        elif kind not in types:
            yield Finding("CellTypeUnknown", (*path, "cellType"), {"type": kind, "known": listed(types)})
        elif not any(types[level].is_node for level in _levels(kind, types)[:-1]):
            yield Finding("ChainWithoutNode", (*path, "cellType"), {"type": kind})
        else:
            yield from _wrong_children(entry, kind, path, types)
    cells = sum(_leaf_count(entry.cell_type or "", types) for entry in physical.physical_cells)
    if cells > MOST_CELLS:
        yield Finding("ClusterTooLarge", _CELLS, {"cells": cells, "limit": MOST_CELLS}, at_key=True)


def _leaf_count(kind: str, types: Types) -> int:
    return prod(types[level].count for level in _levels(kind, types)[:-1] if level in types)


def _wrong_children(entry: PhysicalCellEntry, kind: str, path: Path, types: Types) -> Iterator[Finding]:
    given = len(entry.cell_children)
    wanted = types[kind].count if kind in types else 0
    if given and given != wanted:
        yield Finding(
            "CellChildrenCount", (*path, "cellChildren"), {"type": kind, "is": given, "wanted": wanted}
        )
        return
    if entry.cell_type and entry.cell_type != kind:
        yield Finding("CellTypeWrongHere", (*path, "cellType"), {"type": entry.cell_type, "wanted": kind})
    if kind not in types and entry.cell_address and not entry.cell_address.isdecimal():
        yield Finding("LeafAddress", (*path, "cellAddress"), {"address": entry.cell_address[:60]})
    for index, child in enumerate(entry.cell_children):
        yield from _wrong_children(child, types[kind].child, (*path, "cellChildren", index), types)


def _cells(physical: PhysicalCluster, types: Types) -> tuple[PhysicalCell, ...]:
    return tuple(
        _cell(entry.cell_type or "", entry, index, types)
        for index, entry in enumerate(physical.physical_cells)
    )


_GENERATED = PhysicalCellEntry()


def _cell(kind: str, entry: PhysicalCellEntry, index: int, types: Types) -> PhysicalCell:
    """The cell with all that is in it. An address that is not given is the index, which counts on from one level to
    the next, and anew in each node."""
    children: tuple[PhysicalCell, ...] = ()
    if kind in types:
        below = types[kind]
        first = 0 if below.is_node else index * below.count
        given = entry.cell_children or (_GENERATED,) * below.count
        children = tuple(_cell(below.child, child, first + i, types) for i, child in enumerate(given))
    return PhysicalCell(kind, entry.cell_address or str(index), entry.pinned_cell_id, children)


def _wrong_trees(cluster: Cluster) -> Iterator[Finding]:
    """Addresses and names of pinned cells that two cells have, and machines that stand twice in a chain."""
    nodes: set[tuple[str, str]] = set()
    pins: set[str] = set()
    tops: set[str] = set()
    for index, top in enumerate(cluster.cells):
        path: Path = (*_CELLS, index)
        if (top.type + "/" + top.address) in tops:
            yield Finding("CellAddressTwice", path, {"address": top.address})
        tops.add(top.type + "/" + top.address)
        yield from _wrong_tree(top, path, top.type, cluster.types, nodes, pins)


def _wrong_tree(
    cell: PhysicalCell, path: Path, chain: str, types: Types, nodes: set[tuple[str, str]], pins: set[str]
) -> Iterator[Finding]:
    if cell.pin is not None:
        if cell.pin in pins:
            yield Finding("PinTwice", (*path, "pinnedCellId"), {"pin": cell.pin})
        pins.add(cell.pin)
    kind = types.get(cell.type)
    if kind is not None and kind.is_node:
        if (chain, cell.address) in nodes:
            yield Finding("NodeTwice", path, {"node": cell.address, "chain": chain})
        nodes.add((chain, cell.address))
        leaves = [leaf.address for leaf in leaves_of(cell)]
        twice = next((address for i, address in enumerate(leaves) if address in leaves[:i]), None)
        if twice is not None:
            yield Finding("CellAddressTwice", path, {"address": f"{cell.address}/{twice}"})
        # below a machine there are only addresses and pins to look at
    for index, child in enumerate(cell.children):
        yield from _wrong_tree(child, (*path, "cellChildren", index), chain, types, nodes, pins)


def _wrong_promises(entries: HivedFile, types: Types) -> Iterator[Finding]:
    chains = list(dict.fromkeys(cell.cell_type or "" for cell in entries.physical_cluster.physical_cells))
    for name, entry in entries.virtual_clusters.items():
        for index, wanted in enumerate(entry.virtual_cells):
            at: Path = ("virtualClusters", name, "virtualCells", index, "cellType")
            yield from _wrong_path(wanted.cell_type, at, chains, types)


def _wrong_pins(entries: HivedFile) -> Iterator[Finding]:
    pins = list(_pins(entries.physical_cluster.physical_cells))
    owners: dict[str, str] = {}
    for name, entry in entries.virtual_clusters.items():
        for index, each in enumerate(entry.pinned_cells):
            pin, at = each.pinned_cell_id, ("virtualClusters", name, "pinnedCells", index, "pinnedCellId")
            around = next((each for each in pins if each[-1] == pin), None)
            if around is None:
                yield Finding("PinUnknown", at, {"pin": pin, "known": listed(each[-1] for each in pins)})
            elif pin in owners:
                yield Finding("PinShared", at, {"pin": pin, "owner": owners[pin]})
            elif other := _overlap(pin, owners, pins):
                yield Finding("PinInPin", at, {"pin": pin, "other": other})
            owners.setdefault(pin, name)


def _pins(cells: Iterable[PhysicalCellEntry], around: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Each pinned cell, after those that it is in, from the outermost."""
    for cell in cells:
        here = around if cell.pinned_cell_id is None else (*around, cell.pinned_cell_id)
        if cell.pinned_cell_id is not None:
            yield here
        yield from _pins(cell.cell_children, here)


def _overlap(pin: str, others: Iterable[str], pins: Iterable[tuple[str, ...]]) -> str | None:
    """One of the others that it is in, or that is in it."""
    taken = set(others)
    return next((o for each in pins if pin in each for o in each if o != pin and o in taken), None)


def _wrong_path(written: str, at: Path, chains: list[str], types: Types) -> Iterator[Finding]:
    """A dotted path must lead down from a top-level type, level by level; HiveD reads its two ends only."""
    chain, *rest = written.split(".")
    if chain not in chains:
        yield Finding("ChainUnknown", at, {"chain": chain, "known": listed(chains)})
        return
    levels = _levels(chain, types)
    wanted = rest[-1] if rest else chain
    if wanted not in levels:
        yield Finding("CellTypeNotInChain", at, {"type": wanted, "chain": chain, "known": listed(levels)})
    elif [chain, *rest] != (right := levels[: levels.index(wanted) + 1]):
        yield Finding("CellPathWrong", at, {"path": written, "right": ".".join(right)})
