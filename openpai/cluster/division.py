"""Divides a cluster among virtual clusters as the short form of the file says: machines, cells, shares, the rest."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from openpai.cluster.short_models import THE_ONLY, VirtualClusterEntry
from openpai.cluster.stock import Stock
from openpai.errors import Params
from openpai.protocol.findings import Finding, Path, listed
from openpai.scheduler.cluster import Cluster, PhysicalCell, VirtualCells, VirtualCluster, all_of, leaves_of

REST = "rest"

Entries = Mapping[str, VirtualClusterEntry]

Cell = tuple[str, str]
"""Chain and type."""

Give = Callable[[str, str, int], int]
"""Promises a virtual cluster so many of a SKU; how many it could."""

_AT = "virtual-clusters"


@dataclass(frozen=True, slots=True)
class _Ask:
    """One thing that a virtual cluster is to have: so many machines, racks or cells of a SKU, written there."""

    vc: str
    field: str
    sku: str
    count: int

    @property
    def path(self) -> Path:
        """Where it is written."""
        at: Path = (_AT, self.vc, self.field)
        return (*at, self.sku) if self.sku != THE_ONLY else at


class Division:
    """Who is promised what. The virtual clusters of `cluster` have their pinned cells only."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._stock = Stock(cluster)
        self._promised: dict[str, Counter[Cell]] = {}
        self._machines = Counter(_machine_kinds(cluster).values())

    def divide(self, entries: Entries) -> Iterator[Finding]:
        """Promise everything, the larger cells first. Yields what cannot be."""
        self._promised = {vc: Counter() for vc in entries}
        for field, give in (("racks", self._racks), ("nodes", self._nodes), ("cells", self._leaves)):
            for ask in _asks(entries, field):
                yield from self._given(ask, give)
        for vc, entry in entries.items():
            if entry.share not in (None, REST):
                yield from self._share(vc, str(entry.share))
        for vc in (vc for vc, entry in entries.items() if entry.share == REST):
            self._rest(vc)

    def virtual_clusters(self, entries: Entries) -> dict[str, VirtualCluster]:
        """What was promised."""
        return {
            vc: VirtualCluster(
                tuple(VirtualCells(*cell, count) for cell, count in self._promised[vc].items() if count),
                tuple(entry.pinned),
            )
            for vc, entry in entries.items()
        }

    def _given(self, ask: _Ask, give: Give) -> Iterator[Finding]:
        skus = self._skus_of(ask.field)
        sku = ask.sku or (skus[0] if len(skus) == 1 else THE_ONLY)
        told: Params = {"virtual_cluster": ask.vc, "known": listed(skus)}
        if sku == THE_ONLY:
            yield Finding("WhichSku", ask.path, {**told, "field": ask.field})
        elif sku not in skus:
            yield Finding("PromiseSkuUnknown", ask.path, {**told, "sku": ask.sku[:100]})
        else:
            given = give(ask.vc, sku, ask.count)
            if given < ask.count:
                yield _too_few(ask, sku, given)

    def _skus_of(self, field: str) -> list[str]:
        if field == "nodes":
            return list(dict.fromkeys(kinds[0][2] for kinds in self._machines))
        if field == "racks":
            chains = [chain for chain in self._stock.levels if self._stock.machine_level(chain)]
        else:
            chains = list(self._stock.levels)
        return list(dict.fromkeys(self._stock.levels[chain][-1] for chain in chains))

    def _racks(self, vc: str, sku: str, count: int) -> int:
        given = 0
        for chain in self._chains(sku):
            if self._stock.machine_level(chain):
                given += self._promise(vc, chain, 0, count - given)
        return given

    def _nodes(self, vc: str, sku: str, count: int) -> int:
        """Whole machines: all cells of each, those without a GPU too."""
        given = 0
        for kinds, there in self._machines.items():
            if kinds[0][2] != sku:
                continue
            levels = [(chain, self._stock.levels[chain].index(kind)) for chain, kind, _ in kinds]
            now = min(count - given, there, *(self._stock.room(*level) for level in levels))
            for chain, level in levels:
                self._promise(vc, chain, level, now)
            given += now
        return given

    def _leaves(self, vc: str, sku: str, count: int) -> int:
        given = 0
        for chain in self._chains(sku):
            given += self._leaves_of(vc, chain, count - given)
        return given

    def _leaves_of(self, vc: str, chain: str, count: int) -> int:
        """So many leaf cells, in cells as large as can be, up to whole machines."""
        given = 0
        for level in range(self._stock.machine_level(chain), len(self._stock.levels[chain])):
            size = self._stock.size(chain, level)
            given += size * self._promise(vc, chain, level, (count - given) // size)
        return given

    def _share(self, vc: str, percent: str) -> Iterator[Finding]:
        part = Fraction(percent.rstrip("% ")) / 100
        for chain in self._stock.levels:
            tops = sum(cell.type == chain for cell in self._cluster.cells)
            wanted = int(tops * self._stock.size(chain, 0) * part)
            given = self._leaves_of(vc, chain, wanted)
            if given < wanted:
                sku = self._stock.levels[chain][-1]
                yield _too_few(_Ask(vc, "share", THE_ONLY, wanted), sku, given)

    def _rest(self, vc: str) -> None:
        for chain, levels in self._stock.levels.items():
            for level, count in self._stock.rest(chain):
                self._promised[vc][chain, levels[level]] += count

    def _promise(self, vc: str, chain: str, level: int, count: int) -> int:
        taken = self._stock.take(chain, level, count)
        self._promised[vc][chain, self._stock.levels[chain][level]] += taken
        return taken

    def _chains(self, sku: str) -> list[str]:
        return [chain for chain, levels in self._stock.levels.items() if levels[-1] == sku]


def _asks(entries: Entries, field: str) -> list[_Ask]:
    return [
        _Ask(vc, field, sku, count)
        for vc, entry in entries.items()
        for sku, count in getattr(entry, field).items()
    ]


def _too_few(ask: _Ask, sku: str, left: int) -> Finding:
    told: Params = {"virtual_cluster": ask.vc, "sku": sku, "wanted": ask.count, "left": left}
    return Finding("NotEnoughLeft", ask.path, {**told, "cause": f"promise.{ask.field}"})


_Kinds = tuple[tuple[str, str, str], ...]


def _machine_kinds(cluster: Cluster) -> Mapping[str, _Kinds]:
    """Machine → chain, type and SKU of each of its parts, those with GPUs first."""
    kinds: dict[str, list[tuple[str, str, str]]] = {}
    for top in cluster.cells:
        for cell in all_of(top):
            if cell.type in cluster.types and cluster.types[cell.type].is_node:
                kinds.setdefault(cell.address, []).append((top.type, cell.type, _leaf(cell)))
    return {
        node: tuple(sorted(parts, key=lambda part: not cluster.skus[part[2]].gpu))
        for node, parts in kinds.items()
    }


def _leaf(cell: PhysicalCell) -> str:
    return next(leaves_of(cell)).type
