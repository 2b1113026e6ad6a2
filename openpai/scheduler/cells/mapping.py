"""From promised leaves to physical ones: those already bound are known; for the others cells are looked for, below what
is bound, or by buddy allocation from the free list."""

from openpai.scheduler.cells.chain import Chain
from openpai.scheduler.cells.tree import Physical, Root, Virtual

Pairs = list[tuple[Virtual, Physical]]


def find_physical(
    chain: Chain, leaves: list[Virtual], nodes: frozenset[str] | None
) -> dict[Virtual, Physical] | None:
    """A physical leaf for each promised one, or None: none are left but bad ones, ones on machines that the gang may
    not use, or ones that others are promised. Changes nothing."""
    search = _Search(chain, nodes)
    try:
        return search.run(leaves)
    finally:
        search.undo()


class _Search:
    """`below`: of each unbound cell the unbound children that are needed."""

    def __init__(self, chain: Chain, nodes: frozenset[str] | None) -> None:
        self._chain = chain
        self._nodes = nodes
        self._found: dict[Virtual, Physical] = {}
        self._below: dict[Virtual, list[Virtual]] = {}
        self._taken: list[Physical] = []

    def run(self, leaves: list[Virtual]) -> dict[Virtual, Physical] | None:
        roots, groups = self._sort(leaves)
        for root in roots:
            if not self._from_free_list(root):
                return None
        for parent, cells in groups.items():
            assert parent.physical is not None
            pairs = self._match(cells, parent.physical.children)
            if pairs is None:
                return None
            self._found.update(pairs)
        return self._found

    def undo(self) -> None:
        """Give back what was taken from the free list for the search."""
        for cell in reversed(self._taken):
            self._chain.give(cell)
            self._chain.promised[cell.level] += 1

    def _sort(self, leaves: list[Virtual]) -> tuple[list[Root], dict[Virtual, list[Virtual]]]:
        """The unbound roots that are needed, and by bound cell its unbound children that are."""
        roots: list[Root] = []
        groups: dict[Virtual, list[Virtual]] = {}
        for leaf in leaves:
            if leaf.physical is not None:
                self._found[leaf] = leaf.physical
                continue
            cell = self._climb(leaf)
            if cell is None:
                continue
            if cell.parent is None:
                roots.append(cell.root)
            else:
                groups.setdefault(cell.parent, []).append(cell)
        return roots, groups

    def _climb(self, leaf: Virtual) -> Virtual | None:
        """The highest unbound cell above a leaf, noting the way; None where that is known already."""
        cell = leaf
        while cell.parent is not None and cell.parent.physical is None:
            siblings = self._below.get(cell.parent)
            if siblings is not None:
                siblings.append(cell)
                return None
            self._below[cell.parent] = [cell]
            cell = cell.parent
        return cell

    def _from_free_list(self, root: Root) -> bool:
        chain = self._chain
        for whole in range(root.level, chain.top + 1):
            if not chain.levels[whole].free or not chain.keeps_promises(root.level, whole):
                continue
            for candidate in chain.candidates(whole, split=whole > root.level):
                found = self._descend(root, candidate)
                if found is not None:
                    cell, pairs = found
                    chain.take(cell)
                    chain.promised[root.level] -= 1
                    self._taken.append(cell)
                    self._found.update(pairs)
                    return True
        return False

    def _descend(self, root: Root, cell: Physical) -> tuple[Physical, Pairs] | None:
        """A cell of the root's level in this free one that can stand for it."""
        if cell.level == root.level:
            pairs = self._fit(root, cell)
            return None if pairs is None else (cell, pairs)
        if cell.bad == cell.size or not self._allowed(cell):
            return None
        for child in sorted(cell.children, key=_evictions):
            found = self._descend(root, child)
            if found is not None:
                return found
        return None

    def _fit(self, virtual: Virtual, physical: Physical) -> Pairs | None:
        """How the needed leaves of an unbound cell come to lie in an unbound physical one."""
        if not self._usable(physical):
            return None
        if not virtual.children:
            return [(virtual, physical)]
        return self._match(self._below[virtual], physical.children)

    def _match(self, cells: list[Virtual], children: list[Physical]) -> Pairs | None:
        return _Matching(self, cells, sorted(children, key=_evictions)).run()

    def fit(self, virtual: Virtual, physical: Physical) -> Pairs | None:
        """For `_Matching`."""
        return self._fit(virtual, physical)

    def _usable(self, cell: Physical) -> bool:
        if cell.virtual is not None or not self._allowed(cell):
            return False
        return cell.bad == 0 if cell.level <= self._chain.node_level else cell.bad < cell.size

    def _allowed(self, cell: Physical) -> bool:
        return self._nodes is None or cell.machine is None or cell.machine.name in self._nodes


class _Matching:
    """Each cell gets a candidate of its own; one that has a candidate already moves to another for the sake of one that
    would get none (augmenting paths)."""

    def __init__(self, search: _Search, cells: list[Virtual], candidates: list[Physical]) -> None:
        self._search = search
        self._cells = cells
        self._candidates = candidates
        self._fits: dict[tuple[int, int], Pairs | None] = {}
        self._owner: dict[int, int] = {}

    def run(self) -> Pairs | None:
        for cell in range(len(self._cells)):
            if not self._give_free(cell) and not self._give(cell, set()):
                return None
        return [
            pair
            for place, cell in sorted(self._owner.items(), key=lambda item: item[1])
            for pair in self._fit(cell, place) or ()
        ]

    def _give_free(self, cell: int) -> bool:
        for place in range(len(self._candidates)):
            if place not in self._owner and self._fit(cell, place) is not None:
                self._owner[place] = cell
                return True
        return False

    def _give(self, cell: int, seen: set[int]) -> bool:
        for place in range(len(self._candidates)):
            if place in seen or self._fit(cell, place) is None:
                continue
            seen.add(place)
            if place not in self._owner or self._give(self._owner[place], seen):
                self._owner[place] = cell
                return True
        return False

    def _fit(self, cell: int, place: int) -> Pairs | None:
        key = (cell, place)
        if key not in self._fits:
            self._fits[key] = self._search.fit(self._cells[cell], self._candidates[place])
        return self._fits[key]


def _evictions(cell: Physical) -> int:
    return cell.opportunistic
