"""Which nodes the tasks of a gang go to, and which leaves of a node a task gets. The same for promised cells and for
machines."""

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar

from openpai.scheduler.cells.tree import C

B = TypeVar("B")
Found = TypeVar("Found", covariant=True)


class Rooms(Protocol[Found]):
    """Where room is looked for."""

    def with_room(self, size: int) -> Iterator[tuple[Found, int]]:
        """The nodes with that many free leaves or more, and how many they have; those to be used first go first."""


def pack(needs: Mapping[str, int], rooms: Rooms[B]) -> dict[str, B] | int:
    """A node for each task (task → leaves), or the size that found no place.

    The largest tasks go first, each kind into the nodes that the gang has begun before into others: with sizes that
    divide one another (1, 2, 4, 8) this finds a place whenever there is one.
    """
    begun: dict[B, int] = {}
    found: dict[str, B] = {}
    for size, tasks in by_size(needs):
        waiting = iter(tasks)
        task: str | None = next(waiting)
        for node, free in _order(begun, rooms, size):
            while task is not None and free >= size:
                found[task] = node
                free -= size
                task = next(waiting, None)
            begun[node] = free
            if task is None:
                break
        if task is not None:
            return size
    return found


def by_size(needs: Mapping[str, int]) -> list[tuple[int, list[str]]]:
    """The tasks of each size, the largest size first."""
    tasks: dict[int, list[str]] = {}
    for task, size in needs.items():
        tasks.setdefault(size, []).append(task)
    return sorted(tasks.items(), reverse=True)


def _order(begun: dict[B, int], rooms: Rooms[B], size: int) -> Iterator[tuple[B, int]]:
    yield from sorted(((n, free) for n, free in begun.items() if free >= size), key=lambda found: found[1])
    known = set(begun)
    for node, free in rooms.with_room(size):
        if node not in known:
            yield node, free


def seats(root: C, size: int, cost: Mapping[C, int]) -> list[C]:
    """So many leaves of a node, as near to one another as can be: in the smallest cell that has them, and there those
    that cost least. `cost`: what each available leaf costs, 0 or 1; there are enough of them. Of equal cells the one
    is taken around which least is available: what is whole stays whole."""
    counts: dict[C, tuple[int, int]] = {}
    _count(root, cost, counts)
    fitting = (cell for cell, (available, _) in counts.items() if available >= size)
    best = min(fitting, key=lambda cell: (cell.level, *_waste(cell, root, size, counts)))
    chosen: list[C] = []
    _gather(best, size, counts, chosen)
    return sorted(chosen, key=lambda leaf: leaf.ordinal)


def _waste(cell: C, root: C, size: int, counts: Mapping[C, tuple[int, int]]) -> tuple[int, ...]:
    """What a task has to take from others in this cell; then what is available in it, and in each that it is in."""
    around: list[int] = [counts[cell][0]]
    above = cell
    while above is not root and above.parent is not None:
        above = above.parent
        around.append(counts[above][0])
    return max(0, size - counts[cell][1]), *around


def _count(cell: C, cost: Mapping[C, int], counts: dict[C, tuple[int, int]]) -> tuple[int, int]:
    """How many leaves of the cell are available, and how many of those cost nothing."""
    if not cell.children:
        price = cost.get(cell)
        found = (0, 0) if price is None else (1, 1 - price)
    else:
        available = free = 0
        for child in cell.children:
            more = _count(child, cost, counts)
            available += more[0]
            free += more[1]
        found = (available, free)
    counts[cell] = found
    return found


def _gather(cell: C, size: int, counts: Mapping[C, tuple[int, int]], chosen: list[C]) -> None:
    """Take `size` leaves of the cell from as few of its children as can be."""
    if not cell.children:
        chosen.append(cell)
        return
    children = [child for child in cell.children if counts[child][0]]
    while size:
        enough = [child for child in children if counts[child][0] >= size]
        if enough:
            best = min(enough, key=lambda child: _waste(child, cell, size, counts))
            part = size
        else:
            best = max(children, key=lambda child: counts[child])
            part = counts[best][0]
        _gather(best, part, counts, chosen)
        children.remove(best)
        size -= part
