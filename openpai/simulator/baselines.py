"""What the scheduler of cells is compared with. None of these ever runs a job.

`quota`: what most schedulers call a quota. A virtual cluster may use as many cells as it was promised, anywhere.
`private`: each virtual cluster is a cluster of its own, of the nodes that it was promised.
Both take the first nodes that have room, a gang all or none, and use the same priorities and the same preemption:
opportunistic gangs give way to all others, gangs of a lower priority to those of their own virtual cluster.
`private-cells`: the same clusters, each under the scheduler of cells.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from openpai.scheduler.cluster import CellType, Cluster, PhysicalCell, VirtualCells, VirtualCluster, levels_of
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Blocked, Decision, Gang, Obstacle, Preempt, Start, Wait
from openpai.simulator.engine import Engine, Machine, machines, shape_of
from openpai.simulator.first_fit import FirstFit


def quota_only(cluster: Cluster) -> FirstFit:
    """The cluster with all its nodes, and a number of cells for each virtual cluster. Pinned cells do not count: no job
    of a trace asks for one."""
    quota: Counter[tuple[str, str]] = Counter()
    for name in cluster.virtual_clusters:
        for machine in promised(cluster, name):
            quota[name, machine.leaf_type] += len(machine.leaves)
    return FirstFit(machines(cluster), quota)


class Private:
    """A scheduler for each virtual cluster, of what it was promised."""

    def __init__(self, own: Mapping[str, Engine]) -> None:
        self._own = own
        self._of: dict[str, Engine] = {}

    @property
    def version(self) -> int:
        return sum(own.version for own in self._own.values())

    def decide(self, gang: Gang, keep_off: Any = None) -> Decision:
        own = self._own.get(gang.virtual_cluster)
        if own is None:
            return Wait((Obstacle(Blocked.NO_SUCH_VIRTUAL_CLUSTER),))
        return own.decide(gang) if keep_off is None else own.decide(gang, keep_off)

    def earmark(self, gang: Gang, before: Any = None) -> Any:
        own = self._own[gang.virtual_cluster]
        return own.earmark(gang, before) if before else own.earmark(gang)

    def apply(self, gang: Gang, decision: Start | Preempt) -> None:
        own = self._of[gang.name] = self._own[gang.virtual_cluster]
        own.apply(gang, decision)

    def release(self, name: str, tasks: Iterable[str] | None = None) -> None:
        if (own := self._of.pop(name, None)) is not None:
            own.release(name, tasks)


def private(cluster: Cluster) -> Private:
    """Each counts cells on its own nodes."""
    return Private({name: FirstFit(promised(cluster, name)) for name in cluster.virtual_clusters})


def private_cells(cluster: Cluster) -> Private:
    """Each has the scheduler of cells for itself, over its own nodes."""
    return Private({name: Scheduler(_own_cluster(cluster, name)) for name in cluster.virtual_clusters})


def private_machines(cluster: Cluster) -> Iterator[Machine]:
    """The nodes of all private clusters."""
    return (machine for name in cluster.virtual_clusters for machine in promised(cluster, name))


def promised(cluster: Cluster, virtual_cluster: str) -> Iterator[Machine]:
    """The nodes that a virtual cluster was promised, with names of their own. A promised cell within a node is a
    node."""
    number = 0
    for cells in cluster.virtual_clusters[virtual_cluster].cells:
        nodes, leaves = shape_of(cluster, cells.type)
        for _ in range(nodes * cells.count):
            leaf_type = levels_of(cells.type, cluster)[-1]
            yield Machine(f"{virtual_cluster}/{number}", leaf_type, tuple(range(leaves)))
            number += 1


def _own_cluster(cluster: Cluster, virtual_cluster: str) -> Cluster:
    """The nodes that a virtual cluster was promised as a cluster, all of it promised to it. What is above and in the
    nodes is left out: it matters to which cells a gang gets, not to whether it fits. Nodes of one size are a chain, so
    no gang is on nodes of several sizes."""
    types: dict[str, CellType] = {}
    cells: list[PhysicalCell] = []
    for machine in promised(cluster, virtual_cluster):
        size = len(machine.leaves)
        kind = CellType(f"{machine.leaf_type} x {size}", machine.leaf_type, size, is_node=True)
        types[kind.name] = kind
        leaves = tuple(PhysicalCell(machine.leaf_type, str(leaf)) for leaf in machine.leaves)
        cells.append(PhysicalCell(kind.name, machine.name, children=leaves))
    counts = Counter(cell.type for cell in cells)
    promise = VirtualCluster(tuple(VirtualCells(kind, kind, number) for kind, number in counts.items()))
    return Cluster(types, tuple(cells), {virtual_cluster: promise}, cluster.skus)
