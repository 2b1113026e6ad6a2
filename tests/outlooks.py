"""Schedulers of machines as a test describes them."""

from collections.abc import Sequence

from openpai.cluster.discover import discover
from openpai.images.cuda.machine import Gpu, Machine
from openpai.runtime.outlook import Outlook
from openpai.scheduler.cluster import (
    CellType,
    Cluster,
    PhysicalCell,
    Sku,
    VirtualCells,
    VirtualCluster,
)
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


def cluster_of_units(*nodes: Node) -> Cluster:
    """Machines of one kind, of which each core has a GPU and its share of memory, as one virtual cluster."""
    if not nodes:
        return discover((), ())
    capacity = nodes[0].capacity
    assert all(node.capacity == capacity for node in nodes)
    unit = Sku(gpu=1, cpu=1, memory_mb=capacity.memory_mb // capacity.cpu)
    leaves = tuple(PhysicalCell("UNIT", str(index)) for index in range(capacity.cpu))
    return Cluster(
        {"NODE": CellType("NODE", "UNIT", capacity.cpu, is_node=True)},
        tuple(PhysicalCell("NODE", node.name, children=leaves) for node in nodes),
        {"default": VirtualCluster((VirtualCells("NODE", "NODE", len(nodes)),))},
        {"UNIT": unit},
    )


def _gpu(index: int) -> Gpu:
    return Gpu("Tesla V100-SXM2-32GB", f"GPU-{index}", (7, 0), 32_510)


def outlook_of(*nodes: Node, taken: Sequence[Gang] = ()) -> Outlook:
    """What is foretold of these machines, where these gangs run."""
    return outlook(cluster_of(*nodes), taken)


def outlook(cluster: Cluster, taken: Sequence[Gang] = ()) -> Outlook:
    """What is foretold of a cluster, where these gangs run."""
    scheduler = Scheduler(cluster)
    for gang in taken:
        decision = scheduler.decide(gang)
        assert isinstance(decision, Start), decision
        scheduler.apply(gang, decision)
    return Outlook(scheduler, Scheduler(cluster), names={gang.name: f"ann~{gang.name}" for gang in taken})
