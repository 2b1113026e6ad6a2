"""How full the nodes are, kept up to date as gangs come and go."""

from collections import Counter
from collections.abc import Iterable, Mapping

from openpai.scheduler.gang import Placement
from openpai.simulator.engine import Machine


class Occupancy:
    """`cells`: all there are; `used`: in use; `scattered`: free ones on nodes that are partly in use."""

    def __init__(self, machines: Iterable[Machine]) -> None:
        self._size: Mapping[tuple[str, str], int] = {
            (machine.leaf_type, machine.name): len(machine.leaves) for machine in machines
        }
        self._used: Counter[tuple[str, str]] = Counter()
        self.cells = sum(self._size.values())
        self.used = 0
        self.scattered = 0

    def add(self, placement: Placement) -> None:
        self._change(placement, 1)

    def remove(self, placement: Placement) -> None:
        self._change(placement, -1)

    def _change(self, placement: Placement, sign: int) -> None:
        for place in placement.tasks.values():
            node = (placement.leaf_type, place.node)
            if node not in self._size:  # of a SKU that is not counted
                continue
            before = self._used[node]
            after = before + sign * len(place.leaves)
            self._used[node] = after
            self.used += after - before
            self.scattered += self._free_beside(node, after) - self._free_beside(node, before)

    def _free_beside(self, node: tuple[str, str], used: int) -> int:
        return self._size[node] - used if used else 0
