"""Charging leaves to promised cells, and giving them back. Every change of who has what goes through here."""

from openpai.scheduler.cells.group import Group
from openpai.scheduler.cells.tree import Physical, Root, Virtual, bind, unbind


def occupy(leaf: Physical, by: int) -> None:
    """An opportunistic gang uses this leaf (1), or does no more (-1)."""
    machine = leaf.machine
    assert machine is not None
    machine.opportunistic += by
    leaf.chain.changed(machine)
    leaf.chain.change_opportunistic(leaf, by)


def charge(leaf: Physical, virtual: Virtual, group: Group) -> None:
    """Charge a physical leaf to a promised one that nobody has; what is above them is bound, and where the promised
    cell was not bound yet, its physical one leaves the free list."""
    root = virtual.root
    if virtual.physical is None:
        _bind_up(virtual, leaf)
    root.used += 1
    root.doomed = False
    virtual.owner = group
    assert virtual.node is not None
    virtual.node.charge(group.priority, 1)
    _count_machine(leaf, 1)


def discharge(leaf: Physical, virtual: Virtual) -> None:
    """Undo that: a promised cell in which nothing is used any more stands for no physical one, but for bad ones."""
    root = virtual.root
    assert virtual.node is not None
    virtual.node.charge(virtual.priority, -1)
    virtual.owner = None
    root.used -= 1
    _count_machine(leaf, -1)
    if root.used or root.pinned:
        unbind_up(virtual)
    else:
        give_root(root)


def take_root(root: Root, cell: Physical) -> None:
    """Let a promised cell stand for this free one."""
    bind(root, cell)
    cell.chain.take(cell)
    cell.chain.bound(root)
    _count_promise(root, -1)


def give_root(root: Root) -> None:
    """Let a promised cell in which nothing is used stand for nothing again."""
    cell = root.physical
    assert cell is not None
    _unbind_all(root)
    cell.chain.give(cell)
    _count_promise(root, 1)
    root.doomed = False


def unbind_up(virtual: Virtual) -> None:
    """Unbind an unused cell, and those above it that are left without any bound one. A bad leaf stays bound."""
    cell: Virtual = virtual
    while cell.parent is not None and not cell.bound and cell.physical is not None:
        if not cell.children and (cell.physical.bad or cell.owner is not None):
            return
        unbind(cell)
        cell = cell.parent


def bindings(root: Root) -> list[tuple[Virtual, Physical]]:
    """What stands for what in a promised cell, from above."""
    if root.physical is None:
        return []
    found: list[tuple[Virtual, Physical]] = [(root, root.physical)]
    for virtual, _ in found:
        found.extend((child, child.physical) for child in virtual.children if child.physical is not None)
    return found


def rebind(root: Root, pairs: list[tuple[Virtual, Physical]]) -> None:
    """Make the bindings those again. They may differ only in what nothing is charged to."""
    before = dict(pairs)
    for virtual, physical in reversed(bindings(root)):
        if before.get(virtual) is not physical:
            unbind(virtual)
    for virtual, physical in pairs:
        if virtual.physical is None:
            if virtual is root:
                take_root(root, physical)
            else:
                bind(virtual, physical)


def _bind_up(virtual: Virtual, leaf: Physical) -> None:
    cell: Virtual | None = virtual
    physical: Physical | None = leaf
    while cell is not None and cell.physical is None:
        assert physical is not None
        if isinstance(cell, Root):
            take_root(cell, physical)
        else:
            bind(cell, physical)
        cell, physical = cell.parent, physical.parent


def _unbind_all(virtual: Virtual) -> None:
    for child in virtual.children:
        if child.physical is not None:
            _unbind_all(child)
    unbind(virtual)


def _count_promise(root: Root, by: int) -> None:
    if not root.pinned:
        chain = root.view.chain
        chain.promised[root.level] += by
        chain.promises[root.view.vc][root.level] += by


def _count_machine(leaf: Physical, by: int) -> None:
    machine = leaf.machine
    assert machine is not None
    machine.used += by
    leaf.chain.changed(machine)
