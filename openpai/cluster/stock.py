"""Cells that nobody is promised yet, by chain and level: what is taken is split off from the smallest that holds it."""

from openpai.cluster.promises import beside_pins
from openpai.scheduler.cluster import Cluster, levels_of, size_of


class Stock:
    """All cells of a cluster but the pinned ones that are promised."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.levels = {
            chain: levels_of(chain, cluster) for chain in dict.fromkeys(c.type for c in cluster.cells)
        }
        whole = beside_pins(cluster)
        self._free = {chain: [whole[chain, kind] for kind in levels] for chain, levels in self.levels.items()}

    def size(self, chain: str, level: int) -> int:
        """The leaf cells in a cell of this level; 0 is the top."""
        return size_of(self.levels[chain][level], self._cluster)

    def machine_level(self, chain: str) -> int:
        """The level whose cells are machines."""
        return next(i for i, kind in enumerate(self.levels[chain]) if self._cluster.types[kind].is_node)

    def room(self, chain: str, level: int) -> int:
        """How many cells of a level could be taken."""
        room = 0
        for above, free in enumerate(self._free[chain][: level + 1]):
            room += free * (self.size(chain, above) // self.size(chain, level))
        return room

    def take(self, chain: str, level: int, count: int) -> int:
        """Take so many cells of a level, or as many as there are. Returns how many."""
        free, taken = self._free[chain], min(count, self.room(chain, level))
        missing = taken - free[level]
        if missing > 0:
            inside = self._cluster.types[self.levels[chain][level - 1]].count
            split = self.take(chain, level - 1, -(-missing // inside))
            free[level] += split * inside
        free[level] -= taken
        return taken

    def rest(self, chain: str) -> list[tuple[int, int]]:
        """(level, cells) of all that is left; then nothing is."""
        left = [(level, count) for level, count in enumerate(self._free[chain]) if count]
        self._free[chain] = [0 for _ in self._free[chain]]
        return left
