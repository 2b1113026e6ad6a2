"""What the scheduler of cells is compared with; neither ever runs a job.

`quota`: what most schedulers call a quota. A virtual cluster may use as many cells as it was promised, anywhere.
`private`: each virtual cluster is a cluster of its own, of the nodes that it was promised.
Both take the first nodes that have room, a gang all or none, and use the same priorities and the same preemption:
opportunistic gangs give way to all others, gangs of a lower priority to those of their own virtual cluster.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from openpai.scheduler.cluster import Cluster, VirtualCluster
from openpai.scheduler.gang import Blocked, Decision, Gang, Obstacle, Preempt, Start, Wait
from openpai.simulator.engine import Machine, leaf_type_of, machines, shape_of
from openpai.simulator.first_fit import FirstFit


def quota_only(cluster: Cluster) -> FirstFit:
    """The cluster with all its nodes, and a number of cells for each virtual cluster. Pinned cells do not count: no job
    of a trace asks for one."""
    quota: Counter[tuple[str, str]] = Counter()
    for name, virtual_cluster in cluster.virtual_clusters.items():
        for leaf_type in cluster.skus:
            quota[name, leaf_type] = 0
        for machine in promised(cluster, name, virtual_cluster):
            quota[name, machine.leaf_type] += len(machine.leaves)
    return FirstFit(machines(cluster), quota)


class Private:
    """A cluster for each virtual cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._own = {
            name: FirstFit(promised(cluster, name, virtual_cluster))
            for name, virtual_cluster in cluster.virtual_clusters.items()
        }
        self._of: dict[str, str] = {}

    def decide(self, gang: Gang) -> Decision:
        own = self._own.get(gang.virtual_cluster)
        if own is None:
            return Wait((Obstacle(Blocked.NO_SUCH_VIRTUAL_CLUSTER),))
        return own.decide(gang)

    def apply(self, gang: Gang, decision: Start | Preempt) -> None:
        self._of[gang.name] = gang.virtual_cluster
        self._own[gang.virtual_cluster].apply(gang, decision)

    def release(self, name: str, tasks: Iterable[str] | None = None) -> None:
        if (virtual_cluster := self._of.pop(name, None)) is not None:
            self._own[virtual_cluster].release(name, tasks)


def private_machines(cluster: Cluster) -> Iterator[Machine]:
    """The nodes of all private clusters."""
    for name, virtual_cluster in cluster.virtual_clusters.items():
        yield from promised(cluster, name, virtual_cluster)


def promised(cluster: Cluster, name: str, virtual_cluster: VirtualCluster) -> Iterator[Machine]:
    """The nodes that a virtual cluster was promised, with names of their own. A promised cell within a node is a
    node."""
    number = 0
    for cells in virtual_cluster.cells:
        nodes, leaves = shape_of(cluster, cells.type)
        for _ in range(nodes * cells.count):
            yield Machine(f"{name}/{number}", leaf_type_of(cluster, cells.type), tuple(range(leaves)))
            number += 1
