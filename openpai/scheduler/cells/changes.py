"""What befalls whole gangs: they start, reserve, are cancelled, downgraded, leave; and what would be if they did."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from openpai.scheduler.cells.chain import Chain
from openpai.scheduler.cells.group import Group, Seat
from openpai.scheduler.cells.ledger import bindings, charge, discharge, occupy, rebind
from openpai.scheduler.cells.tree import Physical, Root, Virtual


def start(group: Group) -> None:
    """It gets its leaves; nobody has them."""
    for seat in group.all_seats():
        _use(seat, group)
        hold(seat.leaf, group)


def reserve(group: Group) -> None:
    """It gets its leaves as soon as others have left them; to all others they are its own already."""
    for seat in group.all_seats():
        user = seat.leaf.using
        if user is not None:
            let_go(seat.leaf)
            user.reserved += 1
        assert seat.charged is not None
        seat.leaf.reserving = group
        charge(seat.leaf, seat.charged, group)


def take_reserved(group: Group) -> None:
    """All have left: it starts."""
    for seat in group.all_seats():
        seat.leaf.reserving = None
        _use(seat, group)
    group.preempting = False


def cancel(group: Group) -> None:
    """Its reservation ends: those who have not left stay."""
    for seat in group.all_seats():
        assert seat.charged is not None
        give_up(seat.leaf, seat.charged)


def give_up(leaf: Physical, charged: Virtual) -> None:
    """A reserved leaf is reserved no more: who has not left it stays."""
    discharge(leaf, charged)
    leaf.reserving = None
    if leaf.using is not None:
        hold(leaf, leaf.using)
        leaf.using.reserved -= 1


def downgrade(group: Group, by: str | None) -> None:
    """It goes on as an opportunistic gang."""
    for seat in group.all_seats():
        if seat.leaf.reserving is None:
            let_go(seat.leaf)
            occupy(seat.leaf, 1)
        seat.leaf.charged = None
    group.downgrade(by)


def leave(group: Group, tasks: Iterable[str]) -> None:
    """These tasks are gone."""
    for seat in group.lose(tasks):
        if seat.leaf.reserving is None:
            let_go(seat.leaf)
        else:
            group.reserved -= 1
        seat.leaf.using = None
        seat.leaf.charged = None


@contextmanager
def as_if_downgraded(groups: Iterable[Group]) -> Iterator[None]:
    """These gangs are opportunistic for a while."""
    held = [(seat.leaf, g) for g in groups for seat in g.all_seats() if seat.leaf.reserving is None]
    before = _bindings(leaf.charged for leaf, _ in held)
    for leaf, _ in held:
        let_go(leaf)
        occupy(leaf, 1)
    try:
        yield
    finally:
        _bind_again(before)
        for leaf, group in reversed(held):
            occupy(leaf, -1)
            hold(leaf, group)
        _bind_again(before)
        _settle(leaf.chain for leaf, _ in held)


@contextmanager
def as_if_cancelled(group: Group) -> Iterator[None]:
    """The gang has no reservation for a while."""
    before = _bindings(seat.charged for seat in group.all_seats())
    cancel(group)
    _settle(seat.leaf.chain for seat in group.all_seats())
    try:
        yield
    finally:
        _bind_again(before)
        reserve(group)
        _bind_again(before)
        _settle(seat.leaf.chain for seat in group.all_seats())


@contextmanager
def as_if_gone(group: Group) -> Iterator[None]:
    """The gang, which has its leaves, does not have them for a while."""
    leaves = [seat.leaf for seat in group.all_seats()]
    mine = [leaf for leaf in leaves if leaf.reserving is None]
    before = _bindings(leaf.charged for leaf in mine)
    for leaf in mine:
        let_go(leaf)
    for leaf in leaves:
        leaf.using = None
    _settle(leaf.chain for leaf in leaves)
    try:
        yield
    finally:
        _bind_again(before)
        for leaf in reversed(mine):
            hold(leaf, group)
        for leaf in leaves:
            leaf.using = group
        _bind_again(before)
        _settle(leaf.chain for leaf in leaves)


def _use(seat: Seat, group: Group) -> None:
    seat.leaf.using = group
    seat.leaf.charged = seat.charged


def hold(leaf: Physical, group: Group) -> None:
    """Charge a leaf to whom it is used for."""
    if leaf.charged is None:
        occupy(leaf, 1)
    else:
        charge(leaf, leaf.charged, group)


def let_go(leaf: Physical) -> None:
    """Charge it to him no more."""
    if leaf.charged is None:
        occupy(leaf, -1)
    else:
        discharge(leaf, leaf.charged)


def _bind_again(before: Mapping[Root, list[tuple[Virtual, Physical]]]) -> None:
    """What shows bad leaves must not be where something is to be charged, nor be another afterwards."""
    for root, pairs in before.items():
        rebind(root, pairs)


def _settle(chains: Iterable[Chain]) -> None:
    for chain in dict.fromkeys(chains):
        chain.settle()


def _bindings(charged: Iterable[Virtual | None]) -> dict[Root, list[tuple[Virtual, Physical]]]:
    roots = dict.fromkeys(cell.root for cell in charged if cell is not None)
    return {root: bindings(root) for root in roots}
