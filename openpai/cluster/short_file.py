"""The short form of the cluster file → a cluster, and who may use which virtual cluster. All mistakes are told at once,
with their place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from math import prod

from pydantic import BaseModel, ValidationError

from openpai.cluster.amounts import EXAMPLES, memory_mb
from openpai.cluster.described import Described
from openpai.cluster.discover import DEFAULT, KEPT_FOR_CPU, Found
from openpai.cluster.division import REST, Division, Entries
from openpai.cluster.hived_file import MOST_CELLS
from openpai.cluster.parts import CPU, Part, Trees, pinned
from openpai.cluster.ranges import names_of
from openpai.cluster.short_models import NodeEntry, PerGpu, ShortFile, UserRules, VirtualClusterEntry
from openpai.errors import PaiError, Params
from openpai.protocol.document import Document
from openpai.protocol.findings import Finding, Path, listed, mapping
from openpai.protocol.mistakes import mistakes
from openpai.scheduler.cluster import Cluster, PhysicalCell, Sku, VirtualCluster, all_of, leaves_of
from openpai.scheduler.sharing import Limits, Rules

_PERCENT = re.compile(r"\d{1,3}(\.\d{1,6})?\s*%")
_LEAVES_PER_MACHINE = 4096
_ALL = {DEFAULT: VirtualClusterEntry(share=REST)}

KEYS = ("nodes", "racks", "virtual-clusters", "users")
"""What a file of this form begins with."""


def read_short(source: Document, found: Found) -> Described:
    """What the file says. `found`: the machines that are there, for a file that names none. Raises PaiError with a
    problem per mistake."""
    entries, wrong = _entries(source.value)
    wrong += [*_unknown_fields(source.value), *_wrong_entries(entries)]
    described: Described | None = None
    if not wrong:
        described, wrong = _described(entries, found)
    if source.problems or wrong or described is None:
        raise PaiError(*source.problems, *map(source.locate, wrong))
    return described


def _entries(document: Mapping[str, object]) -> tuple[ShortFile, list[Finding]]:
    """The entries without mistakes, and the mistakes of the others: so these do not hide what else is wrong."""
    try:
        return ShortFile.model_validate(document), []
    except ValidationError as error:
        wrong = mistakes(error, document)
    bad = {finding.path[:2] for finding in wrong}
    good: dict[str, object] = {}
    for key, value in document.items():
        if (key,) not in bad and isinstance(value, Mapping):
            good[key] = {name: entry for name, entry in value.items() if (key, name) not in bad}
    return ShortFile.model_validate(good), wrong


def _described(entries: ShortFile, found: Found) -> tuple[Described | None, list[Finding]]:
    if entries.nodes is not None:
        found = _parts(entries.nodes)
    elif not found.parts:
        return None, [Finding("NoNodesKnown", ())]
    else:
        found = Found([replace(part, levels=part.levels or None) for part in found.parts], found.skus)
    trees = Trees()
    racks = {node: rack for rack, names in entries.racks.items() for node in _names(names)}
    trees.add(found.parts, racks, found.skus)
    cluster = Cluster(trees.types, tuple(trees.cells), {}, found.skus)
    virtual = entries.virtual_clusters or _ALL
    cluster, wrong = _with_pins(cluster, virtual)
    wrong += _unknown_nodes(entries.racks, found.parts)
    division = Division(cluster)
    wrong += division.divide(virtual)
    cluster = replace(cluster, virtual_clusters=division.virtual_clusters(virtual))
    groups = {name: frozenset(each.groups) for name, each in virtual.items() if each.groups is not None}
    return Described(cluster, groups, _rules(entries.users, virtual)), wrong


def _rules(everywhere: UserRules, virtual: Entries) -> Rules:
    within = {name: _limits(each.users) for name, each in virtual.items() if _limits(each.users) != Limits()}
    fair = {
        name: everywhere.fair if each.users.fair is None else each.users.fair
        for name, each in virtual.items()
    }
    return Rules(_limits(everywhere), within, frozenset(name for name in fair if fair[name]))


def _limits(users: UserRules) -> Limits:
    return Limits(users.tasks, users.gpus)


def _parts(nodes: Mapping[str, NodeEntry]) -> Found:
    """The machines as they are written."""
    found = Found()
    for pattern, entry in nodes.items():
        for node in names_of(pattern):
            for each in _parts_of(node, entry):
                found.skus[each.part.sku] = each.sku
                found.parts.append(each.part)
    return found


@dataclass(frozen=True, slots=True)
class _Given:
    part: Part
    sku: Sku


def _parts_of(node: str, entry: NodeEntry) -> Iterator[_Given]:
    memory = memory_mb(entry.memory) or 0
    levels = tuple(entry.inside.items()) if entry.inside is not None else None
    if not entry.gpus:
        cells = entry.cpu if entry.cpu_cells is None else entry.cpu_cells
        sku = Sku(gpu=0, cpu=1, memory_mb=memory // max(cells, 1))
        yield _Given(Part(node, entry.sku or CPU, tuple(range(cells)), levels), sku)
        return
    share = _gpu_share(entry, memory)
    yield _Given(Part(node, entry.sku or "GPU", tuple(range(entry.gpus)), levels), share)
    cells = _cpu_cells(entry, share)
    if cells:
        rest = max(memory - share.memory_mb * entry.gpus, 0)
        yield _Given(
            Part(node, f"{entry.sku or 'GPU'}-CPU", tuple(range(cells)), None), Sku(0, 1, rest // cells)
        )


def _gpu_share(entry: NodeEntry, memory: int) -> Sku:
    """A GPU's share of its machine: what is written, or an equal part of three quarters; of all where no cells without
    a GPU are wanted."""
    if entry.per_gpu is not None:
        return Sku(1, entry.per_gpu.cpu, memory_mb(entry.per_gpu.memory) or 0)
    kept_cpu, kept_memory = max(entry.cpu // KEPT_FOR_CPU, 1), memory // KEPT_FOR_CPU
    if entry.cpu_cells == 0:
        kept_cpu = kept_memory = 0
    return Sku(1, max((entry.cpu - kept_cpu) // entry.gpus, 1), (memory - kept_memory) // entry.gpus)


def _cpu_cells(entry: NodeEntry, share: Sku) -> int:
    return max(entry.cpu - share.cpu * entry.gpus, 0) if entry.cpu_cells is None else entry.cpu_cells


def _wrong_entries(entries: ShortFile) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    skus: dict[str, tuple[str, Sku]] = {}
    for pattern, entry in (entries.nodes or {}).items():
        path: Path = ("nodes", pattern)
        wrong = [*_wrong_names(pattern, path, owners), *_wrong_amounts(entry, path)]
        yield from wrong
        if not wrong:
            yield from _wrong_skus(pattern, entry, path, skus)
    cells = sum(len(names_of(name)) * (each.gpus + each.cpu) for name, each in (entries.nodes or {}).items())
    if cells > MOST_CELLS:
        yield Finding("ClusterTooLarge", ("nodes",), {"cells": cells, "limit": MOST_CELLS}, at_key=True)
    yield from _wrong_racks(entries.racks)
    yield from _wrong_shares(entries.virtual_clusters or {})


def _wrong_names(pattern: str, path: Path, owners: dict[str, str]) -> Iterator[Finding]:
    names = names_of(pattern)
    if not names:
        yield Finding("NodesPattern", path, {"pattern": pattern[:100]}, at_key=True)
    twice = next((name for name in names if name in owners), None)
    if twice is not None:
        yield Finding("NodeDescribedTwice", path, {"node": twice, "other": owners[twice]}, at_key=True)
    owners.update(dict.fromkeys(names, pattern))


def _wrong_amounts(entry: NodeEntry, path: Path) -> Iterator[Finding]:
    memories = [(entry.memory, path)] + (
        [(entry.per_gpu.memory, (*path, "per-gpu"))] if entry.per_gpu else []
    )
    for memory, at in memories:
        if not memory_mb(memory):
            params: Params = {"field": "memory", "value": memory[:60], "allowed": EXAMPLES}
            yield Finding("WrongValue", (*at, "memory"), params)
    for field, count in (("gpus", entry.gpus), ("cpu", entry.cpu), ("cpu-cells", entry.cpu_cells or 0)):
        if count > _LEAVES_PER_MACHINE:
            params = {"field": field, "value": count, "allowed": f"<= {_LEAVES_PER_MACHINE}"}
            yield Finding("WrongValue", (*path, field), params)
    if entry.inside is not None:
        leaves, parts = entry.gpus or entry.cpu_cells or entry.cpu, prod(entry.inside.values())
        if leaves % parts:
            yield Finding("InsideUneven", (*path, "inside"), {"cells": leaves, "parts": parts}, at_key=True)


def _wrong_skus(
    pattern: str, entry: NodeEntry, path: Path, skus: dict[str, tuple[str, Sku]]
) -> Iterator[Finding]:
    """Machines whose cells have one name, but are not the same."""
    for given in _parts_of("", entry):
        other, sku = skus.setdefault(given.part.sku, (pattern, given.sku))
        if sku != given.sku:
            told: Params = {
                "sku": given.part.sku,
                "other": other,
                **_amounts("", given.sku),
                **_amounts("other_", sku),
            }
            yield Finding("SkuDiffers", path, told, at_key=True)


def _amounts(prefix: str, sku: Sku) -> Params:
    return {f"{prefix}cpu": sku.cpu, f"{prefix}memory_mb": sku.memory_mb}


def _wrong_racks(racks: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for rack, patterns in racks.items():
        for pattern in patterns:
            if not names_of(pattern):
                yield Finding("NodesPattern", ("racks", rack), {"pattern": pattern[:100]})
        twice = next((name for name in _names(patterns) if name in owners), None)
        if twice is not None:
            yield Finding(
                "RackNodeTwice", ("racks", rack), {"node": twice, "other": owners[twice]}, at_key=True
            )
        owners.update(dict.fromkeys(_names(patterns), rack))


def _unknown_nodes(racks: Mapping[str, Sequence[str]], parts: Sequence[Part]) -> Iterator[Finding]:
    known = dict.fromkeys(part.node for part in parts)
    for rack, patterns in racks.items():
        unknown = [name for name in _names(patterns) if name not in known]
        if unknown:
            yield Finding(
                "RackNodeUnknown", ("racks", rack), {"nodes": listed(unknown), "known": listed(known)}
            )


def _wrong_shares(virtual: Entries) -> Iterator[Finding]:
    rest: str | None = None
    for vc, entry in virtual.items():
        path: Path = ("virtual-clusters", vc, "share")
        if entry.share == REST:
            if rest is not None:
                yield Finding("RestTwice", path, {"virtual_cluster": vc, "other": rest})
            rest = vc
        elif entry.share is not None and not _PERCENT.fullmatch(entry.share):
            params: Params = {"field": "share", "value": entry.share[:60], "allowed": f"50% | {REST}"}
            yield Finding("WrongValue", path, params)


def _with_pins(cluster: Cluster, virtual: Entries) -> tuple[Cluster, list[Finding]]:
    """The cluster with the names of pinned cells at them, and promised."""
    wrong: list[Finding] = []
    cells = list(cluster.cells)
    owners: dict[str, str] = {}
    for vc, entry in virtual.items():
        for pin, target in entry.pinned.items():
            path: Path = ("virtual-clusters", vc, "pinned", pin)
            place = next(
                ((i, cell) for i, top in enumerate(cells) if (cell := _target(top, target, cluster))), None
            )
            if pin in owners:
                wrong.append(Finding("PinShared", path, {"pin": pin, "owner": owners[pin]}, at_key=True))
            elif place is None:
                wrong.append(Finding("PinTargetUnknown", path, {"target": target[:100]}))
            elif taken := next((cell.pin for cell in _around(cells[place[0]], place[1]) if cell.pin), None):
                wrong.append(Finding("PinInPin", path, {"pin": pin, "other": taken}))
            else:
                cells[place[0]] = pinned(cells[place[0]], place[1], pin)
            owners.setdefault(pin, vc)
    promised = {vc: VirtualCluster(pins=tuple(entry.pinned)) for vc, entry in virtual.items()}
    return replace(cluster, cells=tuple(cells), virtual_clusters=promised), wrong


def _around(top: PhysicalCell, cell: PhysicalCell) -> Iterator[PhysicalCell]:
    """A cell, all in it, and all that it is in."""
    yield from all_of(cell)
    for each in all_of(top):
        if any(inner is cell for inner in all_of(each)):
            yield each


def _target(top: PhysicalCell, target: str, cluster: Cluster) -> PhysicalCell | None:
    """The cell that is meant: `rack`, `machine`, or `machine/0-3` for the cell with just these GPUs."""
    node, _, part = target.partition("/")
    first, _, last = part.partition("-")
    for cell in all_of(top):
        machine = cell.type in cluster.types and cluster.types[cell.type].is_node
        if cell.address != node or not (machine or cell is top):
            continue
        if not part:
            return cell
        if not (first.isdecimal() and (last or first).isdecimal() and len(part) < 20):
            return None
        wanted = {str(number) for number in range(int(first), int(last or first) + 1)}
        return next(
            (each for each in all_of(cell) if {leaf.address for leaf in leaves_of(each)} == wanted), None
        )
    return None


def _names(patterns: Sequence[str]) -> list[str]:
    return [name for pattern in patterns for name in names_of(pattern)]


def _unknown_fields(document: Mapping[str, object]) -> Iterator[Finding]:
    yield from _unknown(document, ShortFile, ())
    for name in mapping(document, "nodes"):
        entry = mapping(mapping(document, "nodes"), name)
        yield from _unknown(entry, NodeEntry, ("nodes", name))
        yield from _unknown(mapping(entry, "per-gpu"), PerGpu, ("nodes", name, "per-gpu"))
    for name in mapping(document, "virtual-clusters"):
        entry = mapping(mapping(document, "virtual-clusters"), name)
        yield from _unknown(entry, VirtualClusterEntry, ("virtual-clusters", name))
        yield from _unknown(mapping(entry, "users"), UserRules, ("virtual-clusters", name, "users"))
    yield from _unknown(mapping(document, "users"), UserRules, ("users",))


def _unknown(value: Mapping[str, object], model: type[BaseModel], path: Path) -> Iterator[Finding]:
    known = [field.alias or name for name, field in model.model_fields.items()]
    for name in value:
        if name not in known:
            nearest = get_close_matches(name, known, n=1, cutoff=0.0)[0]
            params = {"field": name[:100], "nearest": nearest, "known": ", ".join(known)}
            yield Finding("UnknownField", (*path, name), params, at_key=True)
