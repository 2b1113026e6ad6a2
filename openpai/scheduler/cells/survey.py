"""How what a gang may use stands, in numbers. Changes nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from openpai.scheduler.cells.chain import Chain
from openpai.scheduler.cells.group import Group, Seat
from openpai.scheduler.cells.machine import is_idle
from openpai.scheduler.cells.view import View, admits, is_good
from openpai.scheduler.gang import Blocked, Gang
from openpai.scheduler.room import Holder, Room


def survey_promised(view: View, gang: Gang, sku: str, groups: Iterable[Group], why: Blocked | None) -> Room:
    """Of what the gang's virtual cluster is promised in a chain."""
    free, elsewhere, bad, largest = 0, 0, 0, 0
    for node in view.nodes:
        good = [leaf for leaf in node.leaves if leaf.owner is None and is_good(leaf)]
        free += len(good)
        bad += sum(1 for leaf in node.leaves if leaf.owner is None and not is_good(leaf))
        if admits(node, gang.nodes):
            largest = max(largest, len(good))
        else:
            elsewhere += len(good)
    holders = _holders(groups, lambda seat: seat.charged is not None and seat.charged.view is view)
    return _room(view.chain, gang, sku, (view.size, free, elsewhere, bad, largest), holders, why)


def survey_idle(chain: Chain, gang: Gang, sku: str, groups: Iterable[Group], why: Blocked | None) -> Room:
    """Of all that a chain has, which an opportunistic gang may use while it is idle."""
    free, elsewhere, bad, largest, size = 0, 0, 0, 0, 0
    for machine in chain.machines.all:
        size += machine.size
        good = len(machine.idle())
        free += good
        bad += sum(1 for leaf in machine.leaves if leaf.bad and is_idle(leaf))
        if gang.nodes is None or machine.name in gang.nodes:
            largest = max(largest, good)
        else:
            elsewhere += good
    holders = _holders(groups, lambda seat: seat.leaf.chain is chain)
    return _room(chain, gang, sku, (size, free, elsewhere, bad, largest), holders, why)


def _holders(groups: Iterable[Group], counts: Callable[[Seat], bool]) -> list[Holder]:
    found = []
    for group in groups:
        cells = sum(1 for seat in group.all_seats() if counts(seat))
        if cells:
            found.append(Holder(group.name, group.priority, cells, reserved=group.preempting))
    return sorted(found, key=lambda holder: (-holder.cells, holder.gang))


def _room(
    chain: Chain,
    gang: Gang,
    sku: str,
    numbers: tuple[int, int, int, int, int],
    holders: list[Holder],
    why: Blocked | None,
) -> Room:
    cells, free, elsewhere, bad, largest = numbers
    needs: Mapping[str, int] = gang.needs.get(sku, {})
    used: Counter[int] = Counter()
    for holder in holders:
        used[holder.priority] += holder.cells
    return Room(
        chain=chain.name,
        sku=sku,
        cells=cells,
        free=free,
        elsewhere=elsewhere,
        bad=bad,
        largest_free=largest,
        needed=sum(needs.values()),
        largest_needed=max(needs.values(), default=0),
        used=dict(sorted(used.items(), reverse=True)),
        holders=tuple(holders),
        why=why,
    )
