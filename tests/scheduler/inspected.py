"""What stands in the cells of a scheduler, in plain words, as tests compare it."""

from collections.abc import Iterator

from openpai.scheduler.cells.chain import Chain
from openpai.scheduler.cells.tree import Physical, leaves_of
from openpai.scheduler.cells.view import View
from openpai.scheduler.core import Scheduler


def chains(scheduler: Scheduler) -> dict[str, Chain]:
    return scheduler._cells.chains


def views(scheduler: Scheduler) -> list[View]:
    return [*scheduler._cells.views.values(), *scheduler._cells.pinned.values()]


def physical_cells(chain: Chain) -> Iterator[Physical]:
    for level in chain.levels[1:]:
        yield from level.cells


def free_cells(scheduler: Scheduler) -> dict[str, dict[str, list[str]]]:
    """Chain → type → the addresses of the cells in the free list, sorted."""
    return {
        name: {
            level.type: sorted(cell.path for cell in level.cells if cell.free)
            for level in chain.levels[1:]
            if any(cell.free for cell in level.cells)
        }
        for name, chain in chains(scheduler).items()
    }


def promised_cells(scheduler: Scheduler) -> dict[str, dict[str, dict[str, int]]]:
    """Virtual cluster → chain and type → how many cells that are not pinned it was promised, how many of them are
    unused, bad, both, and stand for a physical one."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for view in scheduler._cells.views.values():
        for root in view.roots:
            kind = f"{view.chain.name}|{view.chain.levels[root.level].type}"
            counts = found.setdefault(view.vc, {}).setdefault(
                kind, {"total": 0, "free": 0, "bad": 0, "free_bad": 0, "bound": 0}
            )
            bad = root.physical is not None and root.physical.bad > 0
            counts["total"] += 1
            counts["free"] += not root.used
            counts["bad"] += bad
            counts["free_bad"] += bad and not root.used
            counts["bound"] += root.physical is not None
    return found


def opportunistic_leaves(scheduler: Scheduler) -> dict[str, list[str]]:
    """Virtual cluster → the leaves that its gangs use although nothing is charged for them."""
    found: dict[str, list[str]] = {}
    for chain in chains(scheduler).values():
        for leaf in chain.levels[1].cells:
            if leaf.using is not None and leaf.charged is None:
                found.setdefault(leaf.using.gang.virtual_cluster, []).append(leaf.path)
    return found


def charged_leaves(scheduler: Scheduler, name: str) -> dict[str, int]:
    """Virtual cluster → so many of its leaves are charged to this gang."""
    found: dict[str, int] = {}
    for view in views(scheduler):
        for leaf in (leaf for root in view.roots for leaf in leaves_of(root)):
            if leaf.owner is not None and leaf.owner.name == name:
                found[view.vc] = found.get(view.vc, 0) + 1
    return found


def used_cells(scheduler: Scheduler) -> dict[str, list[tuple[str, str]]]:
    """Virtual cluster → chain and address of the physical cells that promised ones in use stand for, and of pinned
    ones."""
    found: dict[str, list[tuple[str, str]]] = {}
    for view in views(scheduler):
        for root in view.roots:
            if root.physical is not None and not root.doomed:
                found.setdefault(view.vc, []).append((view.chain.name, root.physical.path))
    return {vc: sorted(cells) for vc, cells in found.items()}
