"""Small clusters and traces for the tests of the simulator."""

import random
from collections.abc import Mapping, Sequence

from openpai.scheduler.cluster import CellType, Cluster, PhysicalCell, Sku, VirtualCells, VirtualCluster
from openpai.simulator.trace import TraceJob

MINUTE = 60.0


def nodes(size: int, shares: Mapping[str, int]) -> Cluster:
    """Nodes of `size` GPUs, so many as the virtual clusters are promised."""
    types = {"NODE": CellType("NODE", "GPU", size, is_node=True)}
    cells = tuple(
        PhysicalCell(
            "NODE", f"n{number}", children=tuple(PhysicalCell("GPU", str(gpu)) for gpu in range(size))
        )
        for number in range(sum(shares.values()))
    )
    clusters = {
        name: VirtualCluster((VirtualCells("NODE", "NODE", count),)) for name, count in shares.items()
    }
    return Cluster(types, cells, clusters, {"GPU": Sku(1, 4, 8192)})


def job(
    submitted: float,
    duration: float,
    tasks: Sequence[int],
    virtual_cluster: str,
    priority: int = 10,
    sku: str | None = None,
) -> TraceJob:
    """A job; times in minutes."""
    return TraceJob(
        f"{virtual_cluster}-{submitted:g}", submitted * MINUTE, duration * MINUTE, tuple(tasks), virtual_cluster,
        priority, sku=sku,
    )  # fmt: skip


def made_trace(seed: int, count: int, names: Sequence[str], *, opportunistic: float = 0.0) -> list[TraceJob]:
    """Jobs in bursts, most of one GPU, some of a whole node of 8 or two: the mix that the real traces have."""
    chance = random.Random(seed)
    now = 0.0
    jobs = []
    for _ in range(count):
        now += chance.expovariate(1 / 2) if chance.random() < 0.9 else chance.expovariate(1 / 60)
        tasks = chance.choice(((1,), (1,), (1,), (1,), (2,), (4,), (8,), (8, 8)))
        priority = -1 if chance.random() < opportunistic else 10
        jobs.append(job(now, chance.lognormvariate(3.5, 1.2), tasks, chance.choice(names), priority))
    return jobs
