"""Who has what of a cluster: by machine and by virtual cluster, in leaf cells of each SKU. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from openpai.cluster.health import Health
from openpai.scheduler.cluster import Cluster, leaves_of, machines_of
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import GangState, Held


@dataclass(frozen=True, slots=True)
class Use:
    """Leaf cells of one SKU. `used` are those of guaranteed gangs, `opportunistic` those of others, which give way;
    `bad` are out of order, and nobody's. The rest is free."""

    total: int = 0
    used: int = 0
    opportunistic: int = 0
    bad: int = 0

    @property
    def free(self) -> int:
        """What could be used now."""
        return max(self.total - self.used - self.opportunistic - self.bad, 0)


@dataclass(slots=True)
class NodeUse:
    """SKU → its cells on a machine, and the gangs that have some: name → SKU → leaf indices."""

    skus: dict[str, Use] = field(default_factory=dict)
    gangs: dict[str, dict[str, list[int]]] = field(default_factory=dict)


def on_idle(held: Held) -> bool:
    """Whether a gang uses what is idle, and gives way."""
    return held.gang.priority < 0 or held.downgraded


def by_node(cluster: Cluster, health: Health, held: Iterable[Held]) -> Mapping[str, NodeUse]:
    """Every machine of the cluster, in its order, and those beside it that gangs still have."""
    leaves: dict[str, dict[str, set[int]]] = {}
    for machine in machines_of(cluster):
        kinds = leaves.setdefault(machine.address, {})
        for leaf in leaves_of(machine):
            kinds.setdefault(leaf.type, set()).add(int(leaf.address))
    used: Counter[tuple[str, str]] = Counter()
    idle: Counter[tuple[str, str]] = Counter()
    found = {node: NodeUse() for node in leaves}
    left = {node: {sku: set(indices) for sku, indices in kinds.items()} for node, kinds in leaves.items()}
    for each, node, sku, indices in _taken(held):
        (idle if on_idle(each) else used)[node, sku] += len(indices)
        mine = found.setdefault(node, NodeUse()).gangs.setdefault(each.gang.name, {})
        mine.setdefault(sku, []).extend(indices)
        left.get(node, {}).get(sku, set()).difference_update(indices)
    for node, kinds in leaves.items():
        for sku, all_of_it in kinds.items():
            bad = left[node][sku]
            if node not in health.bad_nodes:
                gpus = bool(cluster.skus[sku].gpu)
                bad = {index for index in bad if gpus and (node, index) in health.bad_leaves}
            found[node].skus[sku] = Use(len(all_of_it), used[node, sku], idle[node, sku], len(bad))
    return found


def _taken(held: Iterable[Held]) -> Iterator[tuple[Held, str, str, tuple[int, ...]]]:
    """What gangs have, task by task: the machine, the SKU, the indices. A reservation is not had yet."""
    for each in held:
        if each.state != GangState.PREEMPTING:
            for place in each.placement.tasks.values():
                yield each, place.node, each.placement.leaf_type, place.leaves


def by_virtual_cluster(scheduler: Scheduler) -> Mapping[str, Mapping[str, Use]]:
    """Virtual cluster → SKU → what it is promised, and what its gangs have. `opportunistic` cells are another's, or
    nobody's: they are not of its `total`."""
    idle: Counter[tuple[str, str]] = Counter()
    for each, _, sku, indices in _taken(scheduler.held.values()):
        if on_idle(each):
            idle[each.gang.virtual_cluster, sku] += len(indices)
    return {
        vc: {
            sku: replace(use, opportunistic=idle[vc, sku])
            for sku in scheduler.cluster.skus
            if (use := promised.get(sku, Use())).total or idle[vc, sku]
        }
        for vc in scheduler.cluster.virtual_clusters
        for promised in [_promised(scheduler, vc)]
    }


def _promised(scheduler: Scheduler, vc: str) -> Mapping[str, Use]:
    found: dict[str, Use] = {}
    for share in scheduler.shares(vc):
        use, used = found.get(share.leaf_type, Use()), sum(share.used.values())
        found[share.leaf_type] = Use(
            total=use.total + share.promised,
            used=use.used + used,
            bad=use.bad + share.promised - used - share.free,
        )
    return found
