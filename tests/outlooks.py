"""Schedulers of machines as a test describes them."""

from collections.abc import Sequence

from openpai.cluster.discover import discover
from openpai.images.cuda.machine import Gpu, Machine
from openpai.runtime.outlook import Outlook
from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Gang, Start
from openpai.scheduler.resources import Node


def cluster_of(*nodes: Node) -> Cluster:
    """All of these machines as one virtual cluster; they have as many V100 as their capacity says."""
    machines = [
        Machine(node.name, "amd64", "535.104.05", tuple(map(_gpu, range(node.capacity.gpu))))
        for node in nodes
    ]
    return discover(nodes, machines)


def _gpu(index: int) -> Gpu:
    return Gpu("Tesla V100-SXM2-32GB", f"GPU-{index}", (7, 0), 32_510)


def outlook_of(*nodes: Node, taken: Sequence[Gang] = ()) -> Outlook:
    """What is foretold where these gangs run."""
    cluster = cluster_of(*nodes)
    scheduler = Scheduler(cluster)
    for gang in taken:
        decision = scheduler.decide(gang)
        assert isinstance(decision, Start), decision
        scheduler.apply(gang, decision)
    return Outlook(scheduler, Scheduler(cluster), names={gang.name: f"ann~{gang.name}" for gang in taken})
