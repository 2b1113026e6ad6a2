"""Clusters of described GPUs, for the benchmarks of the scheduler: racks of 8 nodes of 8 GPUs."""

import random
from collections.abc import Iterator

from openpai.scheduler.cluster import CellType, Cluster, PhysicalCell, Sku, VirtualCells, VirtualCluster
from openpai.scheduler.gang import OPPORTUNISTIC, Gang

GPUS = 8
"""of a node"""
_RACK = 8  # nodes
_VIRTUAL_CLUSTERS = 10
_SIZES = (1, 1, 1, 1, 2, 2, 4, 8)
_GANGS = (1, 1, 1, 1, 1, 1, 2, 4, 8)


def racks(nodes: int) -> Cluster:
    """So many nodes, divided among ten virtual clusters: the first has a third of the racks, the others the rest; the
    nodes that make no rack are the last one's."""
    types = {
        "NODE": CellType("NODE", "GPU", GPUS, is_node=True),
        "RACK": CellType("RACK", "NODE", _RACK),
        "SPARE": CellType("SPARE", "GPU", GPUS, is_node=True),
    }
    full, rest = divmod(nodes, _RACK)
    cells = [PhysicalCell("RACK", str(rack), children=tuple(_nodes(rack))) for rack in range(full)]
    cells += [_node("SPARE", f"spare-{number}") for number in range(rest)]
    first = full // 3
    each, left = divmod(full - first, _VIRTUAL_CLUSTERS - 1)
    counts = [first, *(each + (number < left) for number in range(_VIRTUAL_CLUSTERS - 1))]
    promises = {f"vc{number}": [VirtualCells("RACK", "RACK", count)] for number, count in enumerate(counts)}
    if rest:
        promises[f"vc{_VIRTUAL_CLUSTERS - 1}"].append(VirtualCells("SPARE", "SPARE", rest))
    clusters = {name: VirtualCluster(tuple(promised)) for name, promised in promises.items()}
    return Cluster(types, tuple(cells), clusters, {"GPU": Sku(1, 8, 65536)})


def promised_gpus(cluster: Cluster, vc: str) -> int:
    sizes = {"RACK": _RACK * GPUS, "SPARE": GPUS}
    return sum(cells.count * sizes[cells.type] for cells in cluster.virtual_clusters[vc].cells)


def mixed_gangs(seed: int, name: str = "job") -> Iterator[Gang]:
    """Gangs without end: one in five opportunistic, most of one task, up to 8 tasks of up to 8 GPUs."""
    chance = random.Random(seed)
    number = 0
    while True:
        vc = "vc0" if chance.random() < 1 / 3 else f"vc{chance.randrange(1, _VIRTUAL_CLUSTERS)}"
        size, tasks = chance.choice(_SIZES), chance.choice(_GANGS)
        priority = OPPORTUNISTIC if chance.random() < 0.2 else chance.choice((10, 100))
        yield gang(f"{name}-{number}", vc, priority, size, tasks)
        number += 1


def gang(name: str, vc: str, priority: int, size: int, tasks: int = 1) -> Gang:
    return Gang(name, vc, priority, {"GPU": {f"task-{number}": size for number in range(tasks)}})


def _nodes(rack: int) -> Iterator[PhysicalCell]:
    return (_node("NODE", f"rack{rack}-{number}") for number in range(_RACK))


def _node(kind: str, name: str) -> PhysicalCell:
    return PhysicalCell(kind, name, children=tuple(PhysicalCell("GPU", str(gpu)) for gpu in range(GPUS)))
