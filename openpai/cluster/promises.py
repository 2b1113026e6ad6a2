"""Whether the cells that are there are enough for what all virtual clusters are promised."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openpai.errors import Params
from openpai.protocol.findings import Finding
from openpai.scheduler.cluster import Cluster, PhysicalCell, Sku, all_of, levels_of, size_of
from openpai.scheduler.resources import Resources


@dataclass(frozen=True, slots=True)
class Promise:
    """The leaf cells of one type that a virtual cluster has: how many it can have on one machine, and in all."""

    leaf: str
    sku: Sku
    most: int
    count: int

    @property
    def on_one_machine(self) -> Resources:
        """What the largest task can have."""
        return _times(self.sku, self.most)

    @property
    def total(self) -> Resources:
        """What all tasks together can have."""
        return _times(self.sku, self.count)


def promises_to(vc: str | None, cluster: Cluster) -> list[Promise]:
    """What a virtual cluster is promised, by leaf type; None: all that there is, which idle cells are taken from."""
    most: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for chain, kind, cells in _cells_of(vc, cluster):
        leaf = levels_of(chain, cluster)[-1]
        most[leaf] = max(most[leaf], _leaves_on_one_machine(kind, cluster))
        count[leaf] += cells * size_of(kind, cluster)
    return [Promise(leaf, cluster.skus[leaf], most[leaf], count[leaf]) for leaf in count if count[leaf]]


def _cells_of(vc: str | None, cluster: Cluster) -> list[tuple[str, str, int]]:
    """Chain, type and number of the cells."""
    if vc is None:
        return [(cell.type, cell.type, 1) for cell in cluster.cells]
    virtual = cluster.virtual_clusters[vc]
    pins = {pin: place for top in cluster.cells for pin, place in _pins(top, top.type)}
    pinned = [(*pins[pin], 1) for pin in virtual.pins]
    return [*((each.chain, each.type, each.count) for each in virtual.cells if each.count), *pinned]


def _leaves_on_one_machine(kind: str, cluster: Cluster) -> int:
    levels = levels_of(kind, cluster)
    machine: Sequence[str] = [level for level in levels[:-1] if cluster.types[level].is_node]
    return size_of(machine[0] if machine else kind, cluster)


def _times(sku: Sku, cells: int) -> Resources:
    return Resources(sku.cpu * cells, sku.memory_mb * cells, sku.gpu * cells)


def oversold(cluster: Cluster) -> Iterator[Finding]:
    """A finding for each chain in which more is promised than there is: the level where it shows, from the top down.
    Pinned cells are taken first, then larger promises; what they leave is divided."""
    whole = beside_pins(cluster)
    promised = _promised(cluster)
    for chain in dict.fromkeys(cell.type for cell in cluster.cells):
        available = 0
        for level in levels_of(chain, cluster):
            available += whole[chain, level]
            wanted = promised[chain, level]
            if wanted > available:
                params: Params = {"chain": chain, "type": level, "wanted": wanted, "available": available}
                yield Finding("Oversold", ("virtualClusters",), params, at_key=True)
                break
            if level in cluster.types:
                available = (available - wanted) * cluster.types[level].count


def _promised(cluster: Cluster) -> Counter[tuple[str, str]]:
    """(chain, type) → cells promised to all virtual clusters together; not the pinned ones."""
    promised: Counter[tuple[str, str]] = Counter()
    for virtual in cluster.virtual_clusters.values():
        for wanted in virtual.cells:
            promised[wanted.chain, wanted.type] += wanted.count
    return promised


def beside_pins(cluster: Cluster) -> Counter[tuple[str, str]]:
    """(chain, type) → the largest cells without any promised pinned cell in them."""
    pins = {pin for virtual in cluster.virtual_clusters.values() for pin in virtual.pins}
    whole: Counter[tuple[str, str]] = Counter()
    left = [(top.type, top) for top in cluster.cells]
    for chain, cell in left:
        if cell.pin in pins:
            continue
        if any(pin in pins for pin, _ in _pins(cell, chain)):
            left.extend((chain, child) for child in cell.children)
        else:
            whole[chain, cell.type] += 1
    return whole


def _pins(cell: PhysicalCell, chain: str) -> Iterator[tuple[str, tuple[str, str]]]:
    return ((each.pin, (chain, each.type)) for each in all_of(cell) if each.pin is not None)
