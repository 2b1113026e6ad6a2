"""What a virtual cluster was promised in one chain, or as one pinned cell, seen as nodes with leaves.

Placement inside a virtual cluster looks at nothing else, so it is as if the virtual cluster had a cluster of its own.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from openpai.scheduler.cells.chain import Chain
from openpai.scheduler.cells.pack import Rooms
from openpai.scheduler.cells.shelves import Key, Shelves
from openpai.scheduler.cells.tree import Physical, Root, Virtual
from openpai.scheduler.gang import Blocked

Kept = Mapping["ViewNode", AbstractSet[Virtual]]
"""Leaves that are kept for another gang, by node."""


class ViewNode:
    """A promised node, or a promised cell that is smaller than a node. `used` counts its leaves by priority, `charged`
    all of them; `bad` those that are bound to bad ones; `free` is good and charged to nobody."""

    __slots__ = ("bad", "cell", "charged", "free", "key", "leaves", "number", "size", "used", "view")

    def __init__(self, view: "View", cell: Virtual, leaves: list[Virtual], number: int) -> None:
        self.view = view
        self.cell = cell
        self.leaves = leaves
        self.size = len(leaves)
        self.number = number
        self.used: dict[int, int] = {}
        self.charged = 0
        self.bad = 0
        self.free = self.size
        self.key: Key | None = None

    def sees(self, leaf: Virtual, physical: Physical, by: int) -> None:
        """One of its leaves was bound (1) to this one, or unbound from it (-1), or that turned bad or good."""
        if physical.bad:
            self.bad += by
            self.view.bad += by
            self.view.chain.changed(self)

    def charge(self, priority: int, by: int) -> None:
        """A leaf was charged (1), or is charged no more (-1)."""
        self.used[priority] = self.used.get(priority, 0) + by
        self.view.used[priority] = self.view.used.get(priority, 0) + by
        self.charged += by
        self.view.chain.changed(self)

    def available(self, priority: int, kept: AbstractSet[Virtual] = frozenset()) -> int:
        """The good leaves that a gang of this priority may take, be it from others."""
        if self.bad or kept:
            return sum(1 for leaf in self.leaves if may_take(leaf, priority) and leaf not in kept)
        return self.size - sum(count for other, count in self.used.items() if other >= priority)

    def prices(self, priority: int, kept: AbstractSet[Virtual] = frozenset()) -> dict[Virtual, int]:
        """Those leaves, each with 1 where it is taken from another, else 0."""
        return {
            leaf: int(leaf.owner is not None)
            for leaf in self.leaves
            if may_take(leaf, priority) and leaf not in kept
        }

    def settle(self) -> None:
        """Make `free` right, and go to the right shelf."""
        if self.bad:
            self.free = sum(1 for leaf in self.leaves if leaf.owner is None and is_good(leaf))
        else:
            self.free = self.size - self.charged
        self.key = self.view.shelves.move(self.number, self.key, (self.free,) if self.free else None)


class View:
    """All nodes of it, shelved by free leaves: the fewest first. `roots`: the promised cells; `used` counts leaves by
    priority, `bad` those bound to bad ones."""

    def __init__(self, vc: str, chain: Chain, pin: str | None) -> None:
        self.vc = vc
        self.chain = chain
        self.pin = pin
        self.roots: list[Root] = []
        self.nodes: list[ViewNode] = []
        self.size = 0
        self.used: dict[int, int] = {}
        self.bad = 0
        self.shelves = Shelves()

    def add(self, cell: Virtual, leaves: list[Virtual]) -> ViewNode:
        """One more node."""
        node = ViewNode(self, cell, leaves, len(self.nodes))
        self.nodes.append(node)
        self.size += node.size
        node.settle()
        return node

    def uses_below(self, priority: int) -> bool:
        """Whether there is anything to take from others."""
        return any(count and other < priority for other, count in self.used.items())

    def with_free(self, size: int) -> Iterator[ViewNode]:
        """The nodes with so many free leaves, those with the fewest first."""
        for key in self.shelves.ascending():
            if key[0] >= size:
                for number in self.shelves.shelf(key):
                    yield self.nodes[number]

    def why_not(self, size: int, priority: int, nodes: frozenset[str] | None) -> Blocked:
        """What keeps a task of this size out, where no node that the gang may use has room."""
        if nodes is not None and any(
            not admits(node, nodes) and node.available(priority) >= size for node in self.nodes
        ):
            return Blocked.ONLY_OTHER_NODES
        if self.bad and any(node.bad and _with_bad(node, priority) >= size for node in self.nodes):
            return Blocked.ONLY_BAD_NODES
        return Blocked.NO_ROOM


class FreeRooms(Rooms[ViewNode]):
    """The free leaves of a view, on nodes that the gang may use (`bound`: that are machines already); those of nodes
    with `kept` leaves last."""

    def __init__(self, view: View, nodes: frozenset[str] | None, kept: Kept, *, bound: bool) -> None:
        self._view = view
        self._nodes = nodes
        self._bound = bound
        self._kept = kept

    def with_room(self, size: int) -> Iterator[tuple[ViewNode, int]]:
        """As `Rooms` says."""
        for node in self._view.with_free(size):
            if node not in self._kept and admits(node, self._nodes, bound=self._bound):
                yield node, node.free
        for node, kept in self._kept.items():
            free = sum(1 for leaf in node.leaves if leaf.owner is None and is_good(leaf) and leaf not in kept)
            if free >= size and admits(node, self._nodes, bound=self._bound):
                yield node, free


class TakenRooms(Rooms[ViewNode]):
    """The leaves that a gang of this priority may take from others too: where it takes least first."""

    def __init__(
        self, view: View, priority: int, nodes: frozenset[str] | None, kept: Kept, *, bound: bool
    ) -> None:
        empty: frozenset[Virtual] = frozenset()
        found = [
            (node, node.available(priority, kept.get(node, empty)))
            for node in view.nodes
            if admits(node, nodes, bound=bound)
        ]
        self._found = sorted(((n, room) for n, room in found if room), key=_least_taken)

    def with_room(self, size: int) -> Iterator[tuple[ViewNode, int]]:
        """As `Rooms` says."""
        return ((node, room) for node, room in self._found if room >= size)


def _least_taken(found: tuple[ViewNode, int]) -> tuple[int, int, int]:
    node, room = found
    return room - node.free, room, node.number


def admits(node: ViewNode, nodes: frozenset[str] | None, *, bound: bool = False) -> bool:
    """Whether a gang that may use these machines only may use that node: one that is not yet bound may become one of
    them, unless it has to be `bound`."""
    if node.cell.physical is None:
        return not bound
    if nodes is None:
        return True
    machine = node.cell.physical.machine
    return machine is not None and machine.name in nodes


def is_good(leaf: Virtual) -> bool:
    """It is not bound to a bad leaf."""
    return leaf.physical is None or not leaf.physical.bad


def may_take(leaf: Virtual, priority: int) -> bool:
    """Whether a gang of this priority may have this leaf."""
    return is_good(leaf) and (leaf.owner is None or leaf.owner.priority < priority)


def _with_bad(node: ViewNode, priority: int) -> int:
    return sum(1 for leaf in node.leaves if leaf.owner is None or leaf.owner.priority < priority)
