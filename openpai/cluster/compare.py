"""What is different between two clusters: machines, SKUs, and what each virtual cluster is promised. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openpai.cluster.described import Described
from openpai.cluster.promises import promises_to
from openpai.scheduler.cluster import Cluster, PhysicalCell, Sku, machines_of


@dataclass(frozen=True, slots=True)
class Promised:
    """What a virtual cluster has: SKU → leaf cells, its pinned cells by name, and who may use it (None: everybody)."""

    cells: Mapping[str, int] = field(default_factory=dict)
    pins: tuple[str, ...] = ()
    groups: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different; of each pair the first is what was, the second what is to be, None where it is not there.

    `machines`: those whose cells are not the same. `shapes`: virtual clusters that have as many cells as before, but
    others: larger or smaller ones, or in other chains.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    skus: Mapping[str, tuple[Sku | None, Sku | None]] = field(default_factory=dict)
    virtual_clusters: Mapping[str, tuple[Promised | None, Promised | None]] = field(default_factory=dict)
    shapes: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is none."""
        return self == Difference()


def compare(before: Described, after: Described) -> Difference:
    """What is different."""
    old, new = _machines(before.cluster), _machines(after.cluster)
    was, will = _all_promised(before), _all_promised(after)
    same = [vc for vc in will if vc in was and was[vc] == will[vc]]
    return Difference(
        added=tuple(node for node in new if node not in old),
        removed=tuple(node for node in old if node not in new),
        machines=tuple(node for node in new if node in old and old[node] != new[node]),
        skus={
            sku: (before.cluster.skus.get(sku), after.cluster.skus.get(sku))
            for sku in {**before.cluster.skus, **after.cluster.skus}
            if before.cluster.skus.get(sku) != after.cluster.skus.get(sku)
        },
        virtual_clusters={
            vc: (was.get(vc), will.get(vc)) for vc in {**was, **will} if was.get(vc) != will.get(vc)
        },
        shapes=tuple(vc for vc in same if _shape(vc, before.cluster) != _shape(vc, after.cluster)),
    )


def _machines(cluster: Cluster) -> Mapping[str, list[PhysicalCell]]:
    machines: dict[str, list[PhysicalCell]] = {}
    for cell in machines_of(cluster):
        machines.setdefault(cell.address, []).append(cell)
    return machines


def _all_promised(described: Described) -> Mapping[str, Promised]:
    return {
        vc: Promised(
            {each.leaf: each.count for each in promises_to(vc, described.cluster)},
            described.cluster.virtual_clusters[vc].pins,
            described.groups.get(vc),
        )
        for vc in described.cluster.virtual_clusters
    }


def _shape(vc: str, cluster: Cluster) -> Mapping[tuple[str, str], int]:
    shape: dict[tuple[str, str], int] = {}
    for each in cluster.virtual_clusters[vc].cells:
        if each.count:
            shape[each.chain, each.type] = shape.get((each.chain, each.type), 0) + each.count
    return shape
