"""Whether the cells that are there are enough for what all virtual clusters are promised."""

from collections import Counter
from collections.abc import Iterator

from openpai.errors import Params
from openpai.protocol.findings import Finding
from openpai.scheduler.cluster import Cluster, PhysicalCell


def levels_of(chain: str, cluster: Cluster) -> list[str]:
    """The types of a chain, from the top down to its leaf type."""
    levels = [chain]
    while levels[-1] in cluster.types:
        levels.append(cluster.types[levels[-1]].child)
    return levels


def oversold(cluster: Cluster) -> Iterator[Finding]:
    """A finding for each level at which more is promised than there is, from the top down: larger promises come first,
    and what they leave is divided."""
    tops = Counter(cell.type for cell in cluster.cells)
    promised = _promised(cluster)
    for chain, available in tops.items():
        for level in levels_of(chain, cluster):
            wanted = promised[chain, level]
            if wanted > available:
                params: Params = {"chain": chain, "type": level, "wanted": wanted, "available": available}
                yield Finding("Oversold", ("virtualClusters",), params, at_key=True)
                break
            if level in cluster.types:
                available = (available - wanted) * cluster.types[level].count


def _promised(cluster: Cluster) -> Counter[tuple[str, str]]:
    """(chain, type) → cells promised to all virtual clusters together, pinned ones too."""
    promised: Counter[tuple[str, str]] = Counter()
    pins = {pin: place for top in cluster.cells for pin, place in _pins(top, top.type)}
    for virtual in cluster.virtual_clusters.values():
        for wanted in virtual.cells:
            promised[wanted.chain, wanted.type] += wanted.count
        promised.update(pins[pin] for pin in virtual.pins)
    return promised


def _pins(cell: PhysicalCell, chain: str) -> Iterator[tuple[str, tuple[str, str]]]:
    if cell.pin is not None:
        yield cell.pin, (chain, cell.type)
    for child in cell.children:
        yield from _pins(child, chain)
