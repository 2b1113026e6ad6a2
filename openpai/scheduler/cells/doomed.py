"""Promises that only bad cells are left for.

A virtual cluster plans with its promised cells as if they were all healthy, and learns of bad ones by what its cells
are bound to. So where more cells are promised to it than healthy ones are left, some of its cells are bound to bad
ones ("doomed"); they are let go again when healthy ones are back.
"""

from openpai.scheduler.cells.chain import Chain
from openpai.scheduler.cells.ledger import give_root, take_root
from openpai.scheduler.cells.tree import Physical, Root
from openpai.scheduler.cells.view import View


class Dooms:
    """The doomed cells of one chain."""

    def __init__(self, chain: Chain, views: list[View]) -> None:
        self._chain = chain
        self._roots: dict[tuple[str, int], list[Root]] = {}
        for view in views:
            for root in view.roots:
                self._roots.setdefault((view.vc, root.level), []).append(root)
        self._order = sorted(self._roots, key=lambda place: (-place[1], place[0]))
        self._doomed: dict[tuple[str, int], list[Root]] = {place: [] for place in self._order}

    def settle(self) -> None:
        """Doom as many cells as have to be, and no more. Call it after every change."""
        if not self._chain.bad[1] and not any(self._doomed.values()):
            return
        while self._round():
            pass

    def _round(self) -> bool:
        changed = False
        for vc, level in self._order:
            changed |= self._save(vc, level)
            changed |= self._doom(vc, level)
        return changed

    def _save(self, vc: str, level: int) -> bool:
        doomed = [root for root in self._doomed[vc, level] if root.doomed]  # used ones are not any more
        self._doomed[vc, level] = []
        for root in doomed:
            if not _bad(root) or self._missing(vc, level) < 0:
                give_root(root)
            else:
                self._doomed[vc, level].append(root)
        return len(self._doomed[vc, level]) < len(doomed)

    def _doom(self, vc: str, level: int) -> bool:
        changed = False
        while self._missing(vc, level) > 0:
            cell = self._least_bad(level)
            root = next((r for r in self._roots[vc, level] if r.physical is None), None)
            if cell is None or root is None:
                break
            take_root(root, cell)
            root.doomed = True
            self._doomed[vc, level].append(root)
            changed = True
        return changed

    def _missing(self, vc: str, level: int) -> int:
        return self._chain.promises[vc][level] - self._chain.healthy_left(level)

    def _least_bad(self, level: int) -> Physical | None:
        """The bad cell in the free list with most good leaves that can be taken without harm to other promises."""
        best: Physical | None = None
        for cell in self._chain.bad[level]:
            if best is not None and (cell.bad, cell.ordinal) >= (best.bad, best.ordinal):
                continue
            whole = cell.on_free_list()
            if whole is not None and self._chain.keeps_promises(level, whole.level):
                best = cell
        return best


def _bad(root: Root) -> bool:
    return root.physical is not None and root.physical.bad > 0
