"""The state of a scheduler as values: trees of cells, and numbers."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from openpai.scheduler.cells.build import Cells
from openpai.scheduler.cells.chain import Chain
from openpai.scheduler.cells.group import Group
from openpai.scheduler.cells.machine import Machine
from openpai.scheduler.cells.tree import FREE, C, Physical, Virtual, leaves_of
from openpai.scheduler.cells.view import View, is_good
from openpai.scheduler.gang import OPPORTUNISTIC


class CellState(StrEnum):
    """Of a leaf: `USED`; `RESERVING`: used, and reserved for another; `RESERVED`: only reserved. A larger cell has the
    first of these that one of its leaves has."""

    FREE = "Free"
    USED = "Used"
    RESERVING = "Reserving"
    RESERVED = "Reserved"


@dataclass(frozen=True, slots=True)
class Inside:
    """The leaves in a cell, each counted once: `used` by guaranteed gangs, `opportunistic` by others, `reserved` and
    not used yet, `bad` and nobody's, or `free`. `gangs`: whose they are, or will be."""

    leaves: int
    used: int
    opportunistic: int
    reserved: int
    bad: int
    free: int
    gangs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellStatus:
    """A cell and all cells in it.

    `address`: the whole one. `priority`: the highest of its leaves: -2 free, -1 opportunistic, else 0 to 1000.
    `virtual_cluster`: whom it is promised to; of an opportunistically used leaf the gang's. `gang` and `reserved_by`:
    at leaves, who uses it and who gets it then. `stands_for`: the address of the promised cell that a physical one is
    bound to, and the other way round. `opportunistic`: leaves that opportunistic gangs use. `promised`: a virtual
    cluster was promised it as it is; `doomed`: and it is bound to a bad one for want of healthy ones.
    `inside`: where only some cells are opened, what is in each that is larger than a leaf.
    """

    address: str
    type: str
    is_node: bool
    state: CellState
    healthy: bool
    priority: int
    virtual_cluster: str | None = None
    gang: str | None = None
    reserved_by: str | None = None
    stands_for: str | None = None
    opportunistic: int = 0
    pin: str | None = None
    promised: bool = False
    doomed: bool = False
    inside: Inside | None = None
    children: tuple["CellStatus", ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What a virtual cluster has in one chain, or as one pinned cell, in leaves. `used` by priority; `bad`: promised,
    but only bad ones are left for them, be they used or not; `free`: good and not used."""

    virtual_cluster: str
    chain: str
    leaf_type: str
    pin: str | None
    promised: int
    used: Mapping[int, int]
    bad: int
    free: int


@dataclass(frozen=True, slots=True)
class NodeUse:
    """A machine in one chain, in leaves. `used`: by guaranteed gangs, or reserved for them; `free`: good and idle.
    `gangs`: leaves by the gang that uses them."""

    node: str
    chain: str
    leaf_type: str
    leaves: int
    used: int
    opportunistic: int
    bad: int
    free: int
    gangs: Mapping[str, int]


Opened = Collection[str] | None
"""The addresses of the cells whose insides are shown: of one that holds machines its children, of others all that is in
them. None: everything is shown."""


def physical_status(cells: Cells, opened: Opened = None) -> tuple[CellStatus, ...]:
    """All that is there, chain by chain."""
    tops = (top for chain in cells.chains.values() for top in chain.levels[chain.top].cells)
    return tuple(_physical(top, top.address, None, opened) for top in tops)


def virtual_status(cells: Cells, vc: str, opened: Opened = None) -> tuple[CellStatus, ...]:
    """What a virtual cluster was promised, pinned cells last; then each leaf that it uses opportunistically, under the
    address of the physical one followed by `-opp`."""
    roots = [root for view in _views(cells, vc) for root in view.roots]
    return (*(_virtual(root, opened) for root in roots), *_opportunistic(cells, vc))


def shares(cells: Cells, vc: str) -> tuple[Share, ...]:
    """What a virtual cluster has, by chain, then by pinned cell."""
    return tuple(
        Share(
            vc,
            view.chain.name,
            view.chain.leaf_type,
            view.pin,
            view.size,
            {priority: count for priority, count in sorted(view.used.items()) if count},
            view.bad,
            sum(node.free for node in view.nodes),
        )
        for view in _views(cells, vc)
    )


def nodes(cells: Cells) -> Iterator[NodeUse]:
    """All machines, by chain."""
    for chain in cells.chains.values():
        for machine in chain.machines.all:
            yield _node(chain, machine)


def _node(chain: Chain, machine: Machine) -> NodeUse:
    gangs: dict[str, int] = {}
    for leaf in machine.leaves:
        if leaf.using is not None:
            gangs[leaf.using.name] = gangs.get(leaf.using.name, 0) + 1
    return NodeUse(
        machine.name,
        chain.name,
        chain.leaf_type,
        machine.size,
        machine.used,
        machine.opportunistic,
        machine.cell.bad,
        machine.free,
        gangs,
    )


def _views(cells: Cells, vc: str) -> list[View]:
    return [
        view for views in (cells.views, cells.pinned) for (owner, _), view in views.items() if owner == vc
    ]


def _physical(
    cell: Physical, path: str, promised_to: str | None, opened: Opened, *, within: bool = False
) -> CellStatus:
    chain = cell.chain
    root = cell.virtual.root if cell.virtual is not None else None
    vc = root.view.vc if root is not None else promised_to
    shown = opened is None or within or path in opened
    below = shown and cell.level <= chain.node_level
    children = tuple(
        _physical(child, f"{path}/{child.address}", vc, opened, within=below)
        for child in (cell.children if shown else ())
    )
    state, priority, inside = _use(cell, children, opened, _physical_leaf)
    user = cell.using
    return CellStatus(
        address=path,
        type=chain.levels[cell.level].type,
        is_node=cell.level == chain.node_level,
        state=state,
        healthy=cell.bad == 0,
        priority=priority,
        virtual_cluster=user.gang.virtual_cluster if user is not None and priority == OPPORTUNISTIC else vc,
        gang=_name(user),
        reserved_by=_name(cell.reserving),
        stands_for=None if cell.virtual is None else cell.virtual.address,
        opportunistic=cell.opportunistic,
        pin=cell.pin,
        promised=cell.virtual is root is not None,
        doomed=root is not None and cell.virtual is root and root.doomed,
        inside=inside,
        children=children,
    )


def _virtual(cell: Virtual, opened: Opened, *, within: bool = False) -> CellStatus:
    chain = cell.view.chain
    shown = opened is None or within or cell.address in opened
    below = shown and cell.level <= chain.node_level
    children = tuple(_virtual(child, opened, within=below) for child in (cell.children if shown else ()))
    state, priority, inside = _use(cell, children, opened, _virtual_leaf)
    physical = cell.physical
    taken = None if cell.owner is None else physical
    return CellStatus(
        address=cell.address,
        type=chain.levels[cell.level].type,
        is_node=cell.level == chain.node_level,
        state=state,
        healthy=all(child.healthy for child in children) if children else _all_good(cell),
        priority=priority,
        virtual_cluster=cell.view.vc,
        gang=None if taken is None else _name(taken.using),
        reserved_by=None if taken is None else _name(taken.reserving),
        stands_for=None if physical is None else physical.path,
        opportunistic=0 if physical is None else physical.opportunistic,
        pin=cell.view.pin if cell is cell.root else None,
        promised=cell is cell.root,
        doomed=cell is cell.root and cell.root.doomed,
        inside=inside,
        children=children,
    )


def _all_good(cell: Virtual) -> bool:
    return all(is_good(leaf) for leaf in leaves_of(cell))


def _opportunistic(cells: Cells, vc: str) -> Iterator[CellStatus]:
    for chain in cells.chains.values():
        for machine in chain.machines.all:
            for leaf in machine.leaves if machine.opportunistic else ():
                user = leaf.using
                if user is None or leaf.reserving is not None or user.gang.virtual_cluster != vc:
                    continue
                if user.priority == OPPORTUNISTIC:
                    yield CellStatus(
                        address=f"{leaf.path}-opp",
                        type=chain.leaf_type,
                        is_node=False,
                        state=CellState.USED,
                        healthy=not leaf.bad,
                        priority=OPPORTUNISTIC,
                        virtual_cluster=vc,
                        gang=user.name,
                        stands_for=leaf.path,
                        opportunistic=1,
                    )


_Leaf = tuple[Physical | None, bool]
"""The physical cell of a leaf, None of a promised one that nobody has; and whether it is bad."""


def _physical_leaf(leaf: Physical) -> _Leaf:
    return leaf, bool(leaf.bad)


def _virtual_leaf(leaf: Virtual) -> _Leaf:
    return None if leaf.owner is None else leaf.physical, not is_good(leaf)


def _use(
    cell: C, children: tuple[CellStatus, ...], opened: Opened, leaf_of: Callable[[C], _Leaf]
) -> tuple[CellState, int, Inside | None]:
    if not cell.children:
        return *_leaf_use(leaf_of(cell)[0]), None
    if opened is None:
        states = {child.state for child in children}
        return _first_of(states), max(child.priority for child in children), None
    return _inside([leaf_of(leaf) for leaf in leaves_of(cell)])


def _leaf_use(leaf: Physical | None) -> tuple[CellState, int]:
    if leaf is None:
        return CellState.FREE, FREE
    if leaf.reserving is not None:
        state = CellState.RESERVED if leaf.using is None else CellState.RESERVING
        return state, leaf.reserving.priority
    return (CellState.FREE, FREE) if leaf.using is None else (CellState.USED, leaf.using.priority)


def _inside(leaves: Sequence[_Leaf]) -> tuple[CellState, int, Inside]:
    """The state and the priority of a cell with these leaves, and their numbers."""
    uses = Counter((_leaf_use(leaf), _kind(leaf, bad)) for leaf, bad in leaves)
    kinds: Counter[str] = Counter()
    for (_, kind), count in uses.items():
        kinds[kind] += count
    groups = (leaf.using or leaf.reserving for leaf, _ in leaves if leaf is not None)
    gangs = dict.fromkeys(group.name for group in groups if group is not None)
    numbers = {kind: kinds[kind] for kind in ("used", "opportunistic", "reserved", "bad", "free")}
    state = _first_of({state for (state, _), _ in uses})
    priority = max(priority for (_, priority), _ in uses)
    return state, priority, Inside(len(leaves), gangs=tuple(gangs), **numbers)


def _kind(leaf: Physical | None, bad: bool) -> str:
    if leaf is not None and leaf.using is not None:
        return "opportunistic" if leaf.using.priority == OPPORTUNISTIC else "used"
    if leaf is not None and leaf.reserving is not None:
        return "reserved"
    return "bad" if bad else "free"


def _first_of(states: Collection[CellState]) -> CellState:
    order = (CellState.USED, CellState.RESERVING, CellState.RESERVED, CellState.FREE)
    return next(state for state in order if state in states)


def _name(group: Group | None) -> str | None:
    return None if group is None else group.name
