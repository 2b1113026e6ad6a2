"""Where a gang goes inside what it may use: nodes for its tasks, then leaves on them."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from openpai.scheduler.cells.chain import Chain
from openpai.scheduler.cells.machine import IdleRooms, Machine
from openpai.scheduler.cells.pack import pack, seats
from openpai.scheduler.cells.tree import C, Physical, Virtual
from openpai.scheduler.cells.view import FreeRooms, Kept, TakenRooms, View, ViewNode
from openpai.scheduler.gang import OPPORTUNISTIC, Blocked, Gang

B = TypeVar("B", ViewNode, Machine)


def place_promised(
    view: View, gang: Gang, needs: Mapping[str, int], kept: Kept, *, bound: bool
) -> dict[str, list[Virtual]] | Blocked:
    """Promised leaves for each task: free ones, or else such as gangs of lower priority have. `bound`: only of nodes
    that stand for machines already."""
    priority = OPPORTUNISTIC
    found = pack(needs, FreeRooms(view, gang.nodes, kept, bound=bound))
    if isinstance(found, int) and view.uses_below(gang.priority):
        priority = gang.priority
        found = pack(needs, TakenRooms(view, priority, gang.nodes, kept, bound=bound))
    if isinstance(found, int):
        return view.why_not(found, gang.priority, gang.nodes)
    empty: frozenset[Virtual] = frozenset()
    return _seat(
        needs, found, lambda node: node.prices(priority, kept.get(node, empty)), lambda node: node.cell
    )


def place_idle(chain: Chain, gang: Gang, needs: Mapping[str, int]) -> dict[str, list[Physical]] | Blocked:
    """Idle leaves for each task of an opportunistic gang."""
    found = pack(needs, IdleRooms(chain.machines, gang.nodes))
    if isinstance(found, int):
        return _why_not_idle(chain, found, gang.nodes)
    return _seat(needs, found, lambda machine: dict.fromkeys(machine.idle(), 0), lambda machine: machine.cell)


def _seat(
    needs: Mapping[str, int],
    found: Mapping[str, B],
    prices: Callable[[B], dict[C, int]],
    cell: Callable[[B], C],
) -> dict[str, list[C]]:
    left: dict[B, dict[C, int]] = {}
    chosen: dict[str, list[C]] = {}
    for task, node in found.items():
        cost = left.get(node)
        if cost is None:
            cost = left[node] = prices(node)
        size = needs[task]
        chosen[task] = list(cost) if size == len(cost) else seats(cell(node), size, cost)
        for leaf in chosen[task]:
            del cost[leaf]
    return chosen


def _why_not_idle(chain: Chain, size: int, nodes: frozenset[str] | None) -> Blocked:
    if nodes is not None and any(machine.name not in nodes for machine in chain.machines.with_room(size)):
        return Blocked.ONLY_OTHER_NODES
    if chain.bad[1] and any(
        machine.cell.bad and machine.size - machine.used - machine.opportunistic >= size
        for machine in chain.machines.all
    ):
        return Blocked.ONLY_BAD_NODES
    return Blocked.NO_ROOM
