"""The cluster that is found where no file says what there is: every machine, and one virtual cluster with all of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from openpai.images.cuda.machine import Gpu, Machine
from openpai.scheduler.cluster import CellType, Cluster, PhysicalCell, Sku, VirtualCells, VirtualCluster
from openpai.scheduler.resources import Node, Resources

DEFAULT = "default"
"""The virtual cluster that has everything, and that jobs ask for which name none."""

CPU = "CPU"
_KEPT_FOR_CPU = 4  # one part in so many of a GPU machine's cores and memory is for jobs that need no GPU
_VENDOR = re.compile(r"^(NVIDIA|Tesla|GeForce|\s)+", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class _Part:
    """The equal leaf cells of one machine."""

    node: str
    kind: str
    sku: Sku
    leaves: tuple[int, ...]


def discover(nodes: Sequence[Node], machines: Sequence[Machine]) -> Cluster:
    """A leaf cell is a GPU with its share of cores and memory, or a core with its share of memory. A machine with GPUs
    keeps a quarter of its cores and memory as cells without a GPU. Unlike machines are in chains of their own."""
    gpus = {machine.name: machine.gpus for machine in machines}
    types: dict[str, CellType] = {}
    skus: dict[str, Sku] = {}
    cells: list[PhysicalCell] = []
    for node in nodes:
        for part in _parts(node, gpus.get(node.name, ())):
            leaf = _name(part.kind, part.sku, skus)
            skus[leaf] = part.sku
            chain = _chain(leaf, len(part.leaves), types)
            types[chain] = CellType(chain, leaf, len(part.leaves), is_node=True)
            children = tuple(PhysicalCell(leaf, str(index)) for index in part.leaves)
            cells.append(PhysicalCell(chain, part.node, children=children))
    promised = tuple(VirtualCells(chain, chain, sum(cell.type == chain for cell in cells)) for chain in types)
    return Cluster(types, tuple(cells), {DEFAULT: VirtualCluster(promised)}, skus)


def _parts(node: Node, gpus: Sequence[Gpu]) -> Iterator[_Part]:
    has = node.capacity
    if not gpus:
        yield from _cores(node.name, has.cpu, has.memory_mb)
        return
    kept = Resources(max(has.cpu // _KEPT_FOR_CPU, 1), has.memory_mb // _KEPT_FOR_CPU, 0)
    share = Sku(
        gpu=1,
        cpu=max((has.cpu - kept.cpu) // len(gpus), 1),
        memory_mb=(has.memory_mb - kept.memory_mb) // len(gpus),
    )
    for kind, indices in _by_model(gpus).items():
        yield _Part(node.name, kind, share, tuple(indices))
    yield from _cores(node.name, kept.cpu, kept.memory_mb)


def _cores(node: str, cpu: int, memory_mb: int) -> Iterator[_Part]:
    if cpu:
        yield _Part(node, CPU, Sku(gpu=0, cpu=1, memory_mb=memory_mb // cpu), tuple(range(cpu)))


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


def _name(kind: str, sku: Sku, skus: Mapping[str, Sku]) -> str:
    """The kind's own name, or one with a number where another machine's share is not the same."""
    name, number = kind, 1
    while skus.get(name, sku) != sku:
        number += 1
        name = f"{kind}-{number}"
    return name


def _chain(leaf: str, count: int, types: Mapping[str, CellType]) -> str:
    """The type of a machine with so many of these leaf cells."""
    name, number = f"{leaf}-NODE", 1
    while name in types and types[name].count != count:
        number += 1
        name = f"{leaf}-NODE-{number}"
    return name
