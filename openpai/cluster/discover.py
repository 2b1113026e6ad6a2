"""The cluster that is found where no file says what there is: every machine, and one virtual cluster with all of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from openpai.cluster.parts import CPU, Levels, Part, Trees
from openpai.images.cuda.machine import Gpu, GpuLevel, Machine
from openpai.scheduler.cluster import Cluster, Sku, VirtualCells, VirtualCluster
from openpai.scheduler.resources import Node, Resources

DEFAULT = "default"
"""The virtual cluster that has everything, and that jobs ask for which name none."""

KEPT_FOR_CPU = 4
"""One part in so many of a GPU machine's cores and memory is for jobs that need no GPU."""

_VENDOR = re.compile(r"^(NVIDIA|Tesla|GeForce|\s)+", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")


@dataclass(slots=True)
class Found:
    """The machines that are there, in parts of equal leaf cells."""

    parts: list[Part] = field(default_factory=list)
    skus: dict[str, Sku] = field(default_factory=dict)

    def add(self, node: str, kind: str, sku: Sku, leaves: Sequence[int], levels: Levels = ()) -> None:
        """A part. Its SKU has the kind's name, or one with a number where another machine's share is not the same."""
        name, number = kind, 1
        while self.skus.setdefault(name, sku) != sku:
            number += 1
            name = f"{kind}-{number}"
        self.parts.append(Part(node, name, tuple(leaves), levels))


def discover(nodes: Sequence[Node], machines: Sequence[Machine]) -> Cluster:
    """A leaf cell is a GPU with its share of cores and memory, or a core with its share of memory. A machine with GPUs
    keeps a quarter of its cores and memory as cells without a GPU. Unlike machines are in chains of their own."""
    found = look(nodes, machines)
    trees = Trees()
    trees.add(found.parts, {}, found.skus)
    promised = tuple(
        VirtualCells(chain, chain, sum(cell.type == chain for cell in trees.cells))
        for chain in dict.fromkeys(cell.type for cell in trees.cells)
    )
    return Cluster(trees.types, tuple(trees.cells), {DEFAULT: VirtualCluster(promised)}, found.skus)


def look(nodes: Sequence[Node], machines: Sequence[Machine]) -> Found:
    """The machines in parts: of each, those with GPUs first."""
    there = {machine.name: machine for machine in machines}
    found = Found()
    for node in nodes:
        machine = there.get(node.name)
        for kind, sku, leaves in _parts(node.capacity, machine.gpus if machine else ()):
            if machine and len(leaves) == len(machine.gpus):
                found.add(node.name, kind, sku, *arranged(leaves, machine.levels))
            else:
                found.add(node.name, kind, sku, leaves)
    return found


def arranged(gpus: Sequence[int], near: Sequence[GpuLevel]) -> tuple[Sequence[int], Levels]:
    """The GPUs in an order in which those that are near are side by side, and the levels of that. A level is left out
    whose groups are not of equal size, or that tells nothing new.

    >>> arranged(range(4), [GpuLevel("socket", ((0, 2), (1, 3)))])
    ([0, 2, 1, 3], (('socket', 2),))
    """
    levels: list[tuple[str, int]] = []
    kept: list[GpuLevel] = []
    for level in near:
        before = len(kept[-1].groups) if kept else 1
        sizes = {len(group) for group in level.groups}
        whole = sorted(place for group in level.groups for place in group) == sorted(gpus)
        if whole and len(sizes) == 1 and sizes != {1} and len(level.groups) > before:
            levels.append((level.name, len(level.groups) // before))
            kept.append(level)
    return sorted(gpus, key=lambda gpu: [*(_group_of(gpu, level) for level in kept), gpu]), tuple(levels)


def _group_of(gpu: int, level: GpuLevel) -> int:
    return next(min(group) for group in level.groups if gpu in group)


def _parts(has: Resources, gpus: Sequence[Gpu]) -> Iterator[tuple[str, Sku, Sequence[int]]]:
    if not gpus:
        yield from _cores(has.cpu, has.memory_mb)
        return
    kept = Resources(max(has.cpu // KEPT_FOR_CPU, 1), has.memory_mb // KEPT_FOR_CPU, 0)
    share = Sku(
        gpu=1,
        cpu=max((has.cpu - kept.cpu) // len(gpus), 1),
        memory_mb=(has.memory_mb - kept.memory_mb) // len(gpus),
    )
    for kind, indices in _by_model(gpus).items():
        yield kind, share, indices
    yield from _cores(kept.cpu, kept.memory_mb)


def _cores(cpu: int, memory_mb: int) -> Iterator[tuple[str, Sku, Sequence[int]]]:
    if cpu:
        yield CPU, Sku(gpu=0, cpu=1, memory_mb=memory_mb // cpu), range(cpu)


def _by_model(gpus: Sequence[Gpu]) -> Mapping[str, list[int]]:
    models: dict[str, list[int]] = {}
    for index, gpu in enumerate(gpus):
        models.setdefault(short_model(gpu.model), []).append(index)
    return models


def short_model(model: str) -> str:
    """A GPU's marketing name as the name of a SKU.

    >>> short_model("NVIDIA H100 80GB HBM3"), short_model("Tesla V100-SXM2-32GB")
    ('H100-80GB-HBM3', 'V100-SXM2-32GB')
    """
    return _NOT_IN_NAMES.sub("-", _VENDOR.sub("", model)).strip("-") or "GPU"
