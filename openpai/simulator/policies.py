"""The ways to share a cluster that can be simulated: `cells` is the scheduler of this program."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.simulator.baselines import private, private_cells, private_machines, quota_only
from openpai.simulator.engine import Engine, Machine, machines


@dataclass(frozen=True, slots=True)
class Policy:
    """How its engine is made for a cluster, and which nodes its gangs are placed on. `alone`: the policy that places
    gangs in the same way, with each virtual cluster in a cluster of its own."""

    name: str
    engine: Callable[[Cluster], Engine]
    machines: Callable[[Cluster], Iterable[Machine]] = machines
    alone: str = ""


POLICIES: Mapping[str, Policy] = {
    each.name: each
    for each in (
        Policy("cells", Scheduler, alone="private-cells"),
        Policy("quota", quota_only, alone="private"),
        Policy("private", private, private_machines),
        Policy("private-cells", private_cells, private_machines),
    )
}


def counted_types(cluster: Cluster) -> tuple[str, ...]:
    """The leaf types whose cells a trace speaks of: those with a GPU, or all where none has one."""
    with_gpu = tuple(name for name, sku in cluster.skus.items() if sku.gpu)
    return with_gpu or tuple(cluster.skus)
