"""A chain: all top-level cells of one type, and the free list of buddies that no virtual cluster has yet.

The free list holds cells at every level. Whoever needs one takes it out of the smallest that has it: its buddies stay
behind; when they come together again they are one cell again. So the list follows from what is taken, however it came
to be.

Safety (Zhao et al., section 3.2): `promised[l]` cells of each level l are not taken yet. The list must be able to give
them all: from the top level down, the free cells of a level less those promised there can be split for the next.
"""

from collections.abc import Iterator
from itertools import chain as joined
from typing import Protocol

from openpai.scheduler.cells.machine import Machines
from openpai.scheduler.cells.shelves import Key, Shelves
from openpai.scheduler.cells.tree import Physical, Root, show_bad


class Level:
    """What is free at one level: `whole` holds healthy cells, those used least by opportunistic gangs first;
    `broken` those with a bad leaf. `left` counts the cells in and below the free list, `bad` those with a bad leaf
    among them, `cells` are all of the level by ordinal; each has `width` children of the level below."""

    __slots__ = ("bad", "broken", "cells", "left", "type", "whole", "width")

    def __init__(self, type_name: str, width: int) -> None:
        self.type = type_name
        self.width = width
        self.cells: list[Physical] = []
        self.whole = Shelves()
        self.broken = Shelves()
        self.left = 0
        self.bad = 0

    @property
    def free(self) -> int:
        """How many cells stand in the free list at this level."""
        return self.whole.count + self.broken.count


class Node(Protocol):
    """A machine, or a promised node: something that stands on a shelf by what it has free."""

    def settle(self) -> None:
        """Count again, and go where it belongs."""


class Chain:
    """`levels[l]` from 1 at the leaves; `levels[0]` is not used. `promised[l]`: cells that virtual clusters may still
    take at that level; `promises[vc][l]` the same of one. Bad cells by level are in `bad`."""

    def __init__(self, name: str, levels: list[Level], node_level: int) -> None:
        self.name = name
        self.levels = levels
        self.node_level = node_level
        self.top = len(levels) - 1
        self.leaf_type = levels[1].type
        self.machines = Machines()
        self.promised = [0] * len(levels)
        self.promises: dict[str, list[int]] = {}
        self.bad: list[dict[Physical, None]] = [{} for _ in levels]
        self._changed: dict[Node, None] = {}
        self._fresh: dict[Root, None] = {}

    def level_of(self, type_name: str) -> int | None:
        """The level of a type in this chain."""
        return next((n for n, level in enumerate(self.levels) if n and level.type == type_name), None)

    def changed(self, node: Node) -> None:
        """What this node has is not what it had."""
        self._changed[node] = None

    def bound(self, root: Root) -> None:
        """This promised cell stands for another physical one than before."""
        self._fresh[root] = None

    def settle(self) -> None:
        """Show the bad leaves in promised cells that were bound, and put all changed nodes where they belong. Do it
        before anybody looks for nodes; not before all leaves of a gang are charged: what shows a bad leaf may be
        meant for another."""
        for root in self._fresh:
            if root.physical is not None and root.physical.bad:
                show_bad(root, root.physical)
        self._fresh.clear()
        for node in self._changed:
            node.settle()
        self._changed.clear()

    def put_all(self) -> None:
        """Make every top-level cell free: the start."""
        for cell in self.levels[self.top].cells:
            self._put(cell)
        for level in self.levels[1:]:
            level.left = len(level.cells)

    def take(self, cell: Physical) -> None:
        """Take a cell out of the free list, splitting the one that it is in."""
        whole = cell.on_free_list()
        assert whole is not None, "only what is free can be taken"
        self._drop(whole)
        self._count(cell, whole.level, -1)
        part = cell
        while part is not whole:
            above = part.parent
            assert above is not None
            for buddy in above.children:
                if buddy is not part:
                    self._put(buddy)
            part = above

    def give(self, cell: Physical) -> None:
        """Put a cell back, and make one of all buddies that are free."""
        above = cell
        while above.parent is not None and all(b.free for b in above.parent.children if b is not above):
            for buddy in above.parent.children:
                if buddy is not above:
                    self._drop(buddy)
            above = above.parent
        self._put(above)
        self._count(cell, above.level, 1)

    def candidates(self, level: int, *, split: bool) -> Iterator[Physical]:
        """The free cells of a level with healthy leaves: least used by opportunistic gangs first. To be split, those
        that are broken already go first: whole ones are worth more."""
        at = self.levels[level]
        if split:
            order: Iterator[int] = joined(at.broken, at.whole)
        else:
            order = joined(at.whole, at.broken) if level > self.node_level else iter(at.whole)
        return (at.cells[n] for n in order)

    def healthy_left(self, level: int) -> int:
        """Healthy cells of that level in and below the free list."""
        return self.levels[level].left - self.levels[level].bad

    def keeps_promises(self, level: int, whole: int) -> bool:
        """Whether a promised cell of `level` may come out of a free one of the level `whole`."""
        spare = 0
        for n in range(self.top, 0, -1):
            at = self.levels[n]
            spare = spare * self.levels[n + 1].width + at.free if n < self.top else at.free
            if n == whole:
                spare -= 1
            if level <= n < whole:
                spare += self.levels[n + 1].width - 1
            spare -= self.promised[n] - (n == level)
            if spare < 0:
                return False
        return True

    def change_opportunistic(self, leaf: Physical, by: int) -> None:
        """Count a leaf in or out that an opportunistic gang uses."""
        cell: Physical | None = leaf
        while cell is not None:
            if cell.free:
                self._drop(cell)
                cell.opportunistic += by
                self._put(cell)
            else:
                cell.opportunistic += by
            cell = cell.parent

    def change_bad(self, leaf: Physical, by: int) -> None:
        """Make a leaf bad (1) or good (-1) for all cells that it is in."""
        listed = leaf.on_free_list()
        if listed is not None:
            self._drop(listed)
        cell: Physical | None = leaf
        while cell is not None:
            if cell.bad == (0 if by > 0 else 1):
                self._turn(cell, by, counted=listed is not None and cell.level <= listed.level)
            cell.bad += by
            cell = cell.parent
        if listed is not None:
            self._put(listed)

    def _turn(self, cell: Physical, by: int, *, counted: bool) -> None:
        if by > 0:
            self.bad[cell.level][cell] = None
        else:
            del self.bad[cell.level][cell]
        if counted:
            self.levels[cell.level].bad += by

    def _count(self, cell: Physical, whole: int, by: int) -> None:
        """A cell, and every one above it up to the level `whole`, is left for promises no more (-1), or again."""
        above: Physical | None = cell
        while above is not None and above.level <= whole:
            self.levels[above.level].left += by
            self.levels[above.level].bad += by if above.bad else 0
            above = above.parent
        within = 1
        for n in range(cell.level - 1, 0, -1):
            within *= self.levels[n + 1].width
            self.levels[n].left += by * within
        if cell.bad:
            self._count_bad(cell, by)

    def _count_bad(self, cell: Physical, by: int) -> None:
        for child in cell.children:
            if child.bad:
                self.levels[child.level].bad += by
                self._count_bad(child, by)

    def _put(self, cell: Physical) -> None:
        cell.free = True
        shelves, key = self._place(cell)
        shelves.put(key, cell.ordinal)

    def _drop(self, cell: Physical) -> None:
        shelves, key = self._place(cell)
        shelves.drop(key, cell.ordinal)
        cell.free = False

    def _place(self, cell: Physical) -> tuple[Shelves, Key]:
        at = self.levels[cell.level]
        return (at.broken, (cell.bad, cell.opportunistic)) if cell.bad else (at.whole, (cell.opportunistic,))
