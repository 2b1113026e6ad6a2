"""Gangs that ran before: after a restart, or in a cluster that was changed, they have again what they had.

What is not there any more is left out. A gang whose promise is gone goes on as an opportunistic one.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from openpai.scheduler.cells.build import Cells
from openpai.scheduler.cells.chain import Chain
from openpai.scheduler.cells.changes import downgrade, give_up, hold, let_go
from openpai.scheduler.cells.group import Group, Plan, Seat
from openpai.scheduler.cells.ledger import charge, discharge, occupy
from openpai.scheduler.cells.machine import Machine
from openpai.scheduler.cells.tree import Physical, Root, Virtual
from openpai.scheduler.cells.view import View
from openpai.scheduler.gang import Gang, Placement

Found = dict[str, list[tuple[Physical, str]]]
"""Task → its leaves, each with the type of the promised cell that it was charged to."""


def find_leaves(cells: Cells, gang: Gang, placement: Placement, *, in_use: bool) -> Found:
    """The leaves of a placement that are there, in its chain or, where a machine has moved or has other names, in
    another one. `in_use`: also those that another gang has."""
    found: Found = {}
    for task, place in placement.tasks.items():
        machines = sorted(
            cells.machines.get(place.node, ()),
            key=lambda machine: _likeness(machine.cell.chain, gang, placement),
        )
        types = place.preassigned or ("",) * len(place.leaves)
        leaves = [
            (leaf, kind)
            for address, kind in zip(place.leaves, types, strict=True)
            if (leaf := _leaf(machines, str(address), in_use)) is not None
        ]
        if leaves:
            found[task] = leaves
    return found


def _likeness(chain: Chain, gang: Gang, placement: Placement) -> tuple[bool, bool, int]:
    """How unlike its chain this one is; where not even the leaf type is the same, the one that the gang would try
    first is next: its GPUs are not taken for cores because both are called something else now."""
    tried = list(gang.needs)
    turn = tried.index(chain.leaf_type) if chain.leaf_type in tried else len(tried)
    return chain.name != placement.chain, chain.leaf_type != placement.leaf_type, turn


def _leaf(machines: Iterable[Machine], address: str, in_use: bool) -> Physical | None:
    leaves = (leaf for machine in machines for leaf in machine.leaves if leaf.address == address)
    return next((leaf for leaf in leaves if in_use or leaf.using is None), None)


def plan_of(gang: Gang, found: Found, placement: Placement, version: int) -> Plan:
    """Where a gang is again, charged to nobody yet."""
    first = next((leaf for leaves in found.values() for leaf, _ in leaves), None)
    chain, leaf_type = placement.chain, placement.leaf_type
    if first is not None:
        chain, leaf_type = first.chain.name, first.chain.leaf_type
    seats = {task: tuple(Seat(leaf, None) for leaf, _ in leaves) for task, leaves in found.items()}
    return Plan(chain, leaf_type, seats, version)


def use_again(cells: Cells, group: Group, found: Found, *, idle: bool) -> None:
    """Let a gang have these leaves, which nobody has: charged as they were, or as an opportunistic one."""
    guaranteed = group.priority >= 0
    charged = None
    if guaranteed and not idle:
        charged = _seat_all(found, partial(_charge_one, cells, group), discharge)
    if charged is not None:
        group.sit(charged)
    elif guaranteed:
        group.downgrade(None)
    for seat in group.all_seats():
        seat.leaf.using = group
        seat.leaf.charged = seat.charged
        if seat.charged is None:
            occupy(seat.leaf, 1)


def reserve_again(cells: Cells, group: Group, found: Found) -> bool:
    """Reserve these leaves for a gang once more; False, and nothing has changed, where it cannot be."""
    seats = _seat_all(found, partial(_reserve_one, cells, group), give_up)
    if seats is None:
        return False
    group.sit(seats)
    return True


def _seat_all(
    found: Found,
    take: Callable[[Physical, str], Virtual | None],
    give_back: Callable[[Physical, Virtual], None],
) -> dict[str, tuple[Seat, ...]] | None:
    """All leaves taken, each for a promised one; None, and those taken are given back, where one cannot be."""
    seats: dict[str, tuple[Seat, ...]] = {}
    done: list[tuple[Physical, Virtual]] = []
    for task, leaves in found.items():
        own = []
        for leaf, kind in leaves:
            virtual = take(leaf, kind)
            if virtual is None:
                for taken, to in reversed(done):
                    give_back(taken, to)
                return None
            done.append((leaf, virtual))
            own.append(Seat(leaf, virtual))
        seats[task] = tuple(own)
    return seats


def _reserve_one(cells: Cells, group: Group, leaf: Physical, kind: str) -> Virtual | None:
    """Reserve a leaf: taken from its user, if that gives way to the gang."""
    user = leaf.using
    if leaf.reserving is not None or (user is not None and not _gives_way(cells, user, leaf, group)):
        return None
    virtual = leaf.charged
    if user is not None:
        let_go(leaf)
    if virtual is not None:
        charge(leaf, virtual, group)
    else:
        virtual = _charge_one(cells, group, leaf, kind)
    if virtual is None:
        if user is not None:
            hold(leaf, user)
        return None
    if user is not None:
        user.reserved += 1
    leaf.reserving = group
    return virtual


def _gives_way(cells: Cells, user: Group, leaf: Physical, group: Group) -> bool:
    """Opportunistic gangs do, and in its own part of its own virtual cluster those of lower priority."""
    if leaf.charged is None:
        return True
    return leaf.charged.view is _view(cells, group.gang, leaf) and user.priority < group.priority


def _charge_one(cells: Cells, group: Group, leaf: Physical, kind: str) -> Virtual | None:
    """Charge a leaf to a promised one below a cell of this type; which one it was before does not matter. Where there
    is none, a free one of another size will do: what is promised may be the same in other pieces. Only then do less
    urgent gangs make room."""
    view = _view(cells, group.gang, leaf)
    if view is None or not kind:
        return None
    was = leaf.chain.level_of(kind)
    for level, make_room in _steps(view, was):
        path, cell = _climb(leaf, level)
        top = cell.virtual or _root_for(view, level, cell, group, make_room=make_room)
        virtual = _descend(top, path, view) if top is not None else None
        if virtual is not None and virtual.owner is None:
            charge(leaf, virtual, group)
            return virtual
    return None


def _steps(view: View, was: int | None) -> Iterator[tuple[int, bool]]:
    """The levels to try in turn, and whether others make room there."""
    if was is not None:
        yield was, False
    left = view.chain.promises[view.vc]
    yield from ((level, False) for level in range(view.chain.top, 0, -1) if level != was and left[level])
    if was is not None:
        yield was, True


def _view(cells: Cells, gang: Gang, leaf: Physical) -> View | None:
    if gang.pinned is not None:
        return cells.pinned.get((gang.virtual_cluster, gang.pinned))
    return cells.views.get((gang.virtual_cluster, leaf.chain.name))


def _climb(leaf: Physical, level: int) -> tuple[list[Physical], Physical]:
    """The unbound cells from a leaf up to below the first that is bound, or that is of this level; and that one."""
    path: list[Physical] = []
    cell = leaf
    while cell.virtual is None and cell.level < level and cell.parent is not None:
        path.append(cell)
        cell = cell.parent
    return path, cell


def _root_for(view: View, level: int, cell: Physical, group: Group, *, make_room: bool) -> Root | None:
    """A promised cell of this level that may stand for a free physical one: one that stands for none, or else with
    `make_room` the one whose gangs are the least urgent, which go on as opportunistic ones."""
    whole = cell.on_free_list()
    if cell.level != level or whole is None or view.pin is not None:
        return None
    free: Root | None = None
    if view.chain.promises[view.vc][level]:
        free = next((root for root in view.roots if root.level == level and root.physical is None), None)
    if free is None and make_room and view.uses_below(group.priority):
        free = _least_urgent((root for root in view.roots if root.level == level), group)
        whole = cell.on_free_list()
    if free is None or whole is None or not view.chain.keeps_promises(level, whole.level):
        return None
    return free


def _least_urgent(roots: Iterable[Root], group: Group) -> Root | None:
    users = [(root, _groups_in(root)) for root in roots]
    below = [
        (max((each.priority for each in groups), default=-1), number, root, groups)
        for number, (root, groups) in enumerate(users)
        if all(each.priority < group.priority and not each.preempting for each in groups)
    ]
    if not below:
        return None
    _, _, root, groups = min(below, key=lambda each: each[:2])
    for each in groups:
        downgrade(each, group.name)
    return root if root.physical is None else None


def _groups_in(root: Root) -> list[Group]:
    found: dict[Group, None] = {}
    cells: list[Virtual] = [root]
    for cell in cells:
        cells.extend(cell.children)
        if cell.owner is not None:
            found[cell.owner] = None
    return list(found)


def _descend(top: Virtual, path: list[Physical], view: View) -> Virtual | None:
    """The promised leaf below `top` for a physical one that this path leads to: by cells that stand for none yet."""
    if top.view is not view:
        return None
    cell = top
    for _ in path:
        below = next((child for child in cell.children if child.physical is None), None)
        if below is None:
            return None
        cell = below
    return cell
