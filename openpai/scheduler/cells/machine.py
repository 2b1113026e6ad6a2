"""Machines: where opportunistic gangs look for idle leaves, whoever they are promised to."""

from collections.abc import Iterator

from openpai.scheduler.cells.pack import Rooms
from openpai.scheduler.cells.shelves import Key, Shelves
from openpai.scheduler.cells.tree import Physical


class Machine:
    """A node of one chain. `used` counts leaves of guaranteed gangs (reserved ones too), `opportunistic` the others in
    use; `free` is good and idle."""

    __slots__ = (
        "cell",
        "free",
        "key",
        "leaves",
        "name",
        "number",
        "opportunistic",
        "shelves",
        "size",
        "used",
    )

    def __init__(self, cell: Physical, leaves: list[Physical], number: int, shelves: Shelves) -> None:
        self.cell = cell
        self.shelves = shelves
        self.name = cell.address
        self.leaves = leaves
        self.size = len(leaves)
        self.number = number
        self.used = 0
        self.opportunistic = 0
        self.free = self.size
        self.key: Key | None = None

    def idle(self) -> list[Physical]:
        """Its leaves that are good, and that nobody has."""
        return [leaf for leaf in self.leaves if is_idle(leaf) and not leaf.bad]

    def settle(self) -> None:
        """Make `free` right, and go to the right shelf."""
        if self.cell.bad:
            self.free = len(self.idle())
        else:
            self.free = self.size - self.used - self.opportunistic
        key = (-self.opportunistic, self.used, self.free) if self.free else None
        self.key = self.shelves.move(self.number, self.key, key)


class Machines:
    """All machines of a chain, shelved by use: the first are those with most opportunistic leaves, and of these those
    with the fewest guaranteed ones."""

    def __init__(self) -> None:
        self.all: list[Machine] = []
        self._shelves = Shelves()

    def add(self, cell: Physical, leaves: list[Physical]) -> Machine:
        """One more."""
        machine = Machine(cell, leaves, len(self.all), self._shelves)
        machine.settle()
        self.all.append(machine)
        return machine

    def with_room(self, size: int) -> Iterator[Machine]:
        """Those with so many idle leaves, in the order in which to use them."""
        for key in self._shelves.ascending():
            if key[2] >= size:
                for number in self._shelves.shelf(key):
                    yield self.all[number]


def is_idle(leaf: Physical) -> bool:
    """Nobody has this leaf."""
    return leaf.using is None and leaf.reserving is None


class IdleRooms(Rooms[Machine]):
    """The idle leaves of the machines that a gang may use (None: of all)."""

    def __init__(self, machines: Machines, nodes: frozenset[str] | None) -> None:
        self._machines = machines
        self._nodes = nodes

    def with_room(self, size: int) -> Iterator[tuple[Machine, int]]:
        """As `Rooms` says."""
        for machine in self._machines.with_room(size):
            if self._nodes is None or machine.name in self._nodes:
                yield machine, machine.free
