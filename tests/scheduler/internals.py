"""What must hold inside a scheduler after every event: the free list, bindings, and every count, each told anew from
what it counts."""

from collections import Counter
from collections.abc import Iterator

from openpai.scheduler.cells.chain import Chain
from openpai.scheduler.cells.machine import Machine, is_idle
from openpai.scheduler.cells.tree import Physical, Root, Virtual, leaves_of
from openpai.scheduler.cells.view import View, ViewNode, is_good
from openpai.scheduler.core import Scheduler
from tests.scheduler.inspected import chains, physical_cells, views


def check_internals(scheduler: Scheduler) -> None:
    """All of it."""
    for chain in chains(scheduler).values():
        at = [view for view in views(scheduler) if view.chain is chain]
        check_free_list(chain, at)
        check_shelves(chain)
        check_bad(chain)
        check_promises(chain, at)
        check_dooms(chain, at)
        for machine in chain.machines.all:
            check_machine(machine)
    for view in views(scheduler):
        check_view(view)
        for root in view.roots:
            check_binding(root)
    check_groups(scheduler)


def below(cell: Physical) -> Iterator[Physical]:
    yield cell
    for child in cell.children:
        yield from below(child)


def within(cell: Virtual) -> Iterator[Virtual]:
    yield cell
    for child in cell.children:
        yield from within(child)


def check_free_list(chain: Chain, at: list[View]) -> None:
    """Free cells, and those that promised ones stand for, are all there is, each leaf once; buddies are united."""
    owners: Counter[Physical] = Counter()
    for cell in physical_cells(chain):
        if cell.free:
            owners.update(leaves_of(cell))
            assert all(each.virtual is None for each in below(cell)), (
                f"{cell.path} is free and stands for something"
            )
        elif cell.children:
            assert not all(child.free for child in cell.children), (
                f"the cells in {cell.path} are not one again"
            )
    for view in at:
        for root in view.roots:
            if root.physical is not None:
                owners.update(leaves_of(root.physical))
    assert owners == Counter(chain.levels[1].cells)


def check_shelves(chain: Chain) -> None:
    """Each free cell stands where it is looked for."""
    for level in chain.levels[1:]:
        free = [cell for cell in level.cells if cell.free]
        whole = sorted((cell.opportunistic, cell.ordinal) for cell in free if not cell.bad)
        broken = sorted((cell.bad, cell.opportunistic, cell.ordinal) for cell in free if cell.bad)
        assert list(level.whole) == [ordinal for *_, ordinal in whole]
        assert list(level.broken) == [ordinal for *_, ordinal in broken]
        assert level.free == len(free)


def check_bad(chain: Chain) -> None:
    for cell in physical_cells(chain):
        if cell.children:
            assert cell.bad == sum(child.bad for child in cell.children)
            assert cell.opportunistic == sum(child.opportunistic for child in cell.children)
        else:
            assert cell.bad in (0, 1)
            by_right = cell.using is None or cell.charged is not None or cell.reserving is not None
            assert cell.opportunistic == (0 if by_right else 1)
    for number, level in enumerate(chain.levels[1:], start=1):
        left = [cell for cell in level.cells if cell.on_free_list() is not None]
        assert level.left == len(left)
        assert level.bad == sum(1 for cell in left if cell.bad)
        assert set(chain.bad[number]) == {cell for cell in level.cells if cell.bad}


def check_promises(chain: Chain, at: list[View]) -> None:
    """What is promised and not taken is counted right, and the free list can give it."""
    open_promises: Counter[tuple[str, int]] = Counter()
    for view in at:
        for root in view.roots:
            if root.physical is None:
                assert not root.pinned
                open_promises[view.vc, root.level] += 1
    for vc, counts in chain.promises.items():
        for number in range(1, len(counts)):
            assert counts[number] == open_promises[vc, number]
    spare = 0
    for number in range(chain.top, 0, -1):
        assert chain.promised[number] == sum(counts[number] for counts in chain.promises.values())
        width = chain.levels[number + 1].width if number < chain.top else 0
        spare = spare * width + chain.levels[number].free - chain.promised[number]
        assert spare >= 0, f"promises of level {number} in {chain.name} cannot be kept"


def check_dooms(chain: Chain, at: list[View]) -> None:
    """Where a virtual cluster was promised more than is healthy, its cells stand for bad ones, as far as that harms no
    other; where it was not, none does."""
    for view in at:
        for root in view.roots:
            if root.doomed:
                assert root.physical is not None
                assert root.physical.bad
                assert not root.used
                assert not root.pinned
                assert chain.promises[view.vc][root.level] >= chain.healthy_left(root.level)
            else:
                assert (root.physical is not None) == (root.used > 0 or root.pinned)
    for vc, counts in chain.promises.items():
        for number in range(1, len(counts)):
            if counts[number] > chain.healthy_left(number):
                takeable = [
                    cell.path
                    for cell in chain.bad[number]
                    for whole in [cell.on_free_list()]
                    if whole is not None and chain.keeps_promises(number, whole.level)
                ]
                assert not takeable, f"{vc} counts on a bad cell; one of {takeable} should be its"


def check_machine(machine: Machine) -> None:
    leaves = machine.leaves
    assert machine.opportunistic == machine.cell.opportunistic
    busy = [leaf for leaf in leaves if not is_idle(leaf)]
    assert machine.used == len(busy) - machine.opportunistic
    assert machine.free == sum(1 for leaf in leaves if is_idle(leaf) and not leaf.bad)
    assert machine.key == ((-machine.opportunistic, machine.used, machine.free) if machine.free else None)
    assert machine.key is None or machine.number in machine.shelves.shelf(machine.key)


def check_view(view: View) -> None:
    assert sum(node.size for node in view.nodes) == view.size == sum(root.size for root in view.roots)
    assert view.bad == sum(node.bad for node in view.nodes)
    used: Counter[int] = Counter()
    for node in view.nodes:
        check_view_node(node)
        used.update(node.used)
    assert used == Counter(view.used)
    assert sorted(view.shelves) == [node.number for node in view.nodes if node.free]


def check_view_node(node: ViewNode) -> None:
    owners = Counter(leaf.owner.priority for leaf in node.leaves if leaf.owner is not None)
    assert owners == Counter(node.used)
    assert node.charged == owners.total()
    assert node.bad == sum(1 for leaf in node.leaves if not is_good(leaf))
    assert node.free == sum(1 for leaf in node.leaves if leaf.owner is None and is_good(leaf))
    assert node.key == ((node.free,) if node.free else None)


def check_binding(root: Root) -> None:
    """One cell stands for one, with the cells above; unused ones only for bad ones; and no bad one is hidden."""
    assert root.used == sum(1 for leaf in leaves_of(root) if leaf.owner is not None)
    for cell in within(root):
        assert cell.bound == sum(1 for child in cell.children if child.physical is not None)
        if cell.physical is None:
            assert cell.owner is None
            assert not cell.bound
            continue
        assert cell.physical.virtual is cell
        assert (cell.physical.chain, cell.physical.level) == (cell.view.chain, cell.level)
        if cell.parent is not None:
            assert cell.parent.physical is cell.physical.parent
            needed = cell.bound or cell.owner is not None or cell.physical.bad
            assert needed, f"{cell.address} stands for {cell.physical.path} for nothing"
        hidden = [child.path for child in cell.physical.children if child.bad and child.virtual is None]
        assert not hidden, f"{hidden} are bad, and {cell.view.vc} does not know"


def check_groups(scheduler: Scheduler) -> None:
    """Gangs and leaves agree on who has whom."""
    users: dict[Physical, str] = {}
    reservers: dict[Physical, str] = {}
    charged: dict[Virtual, str] = {}
    for name, group in scheduler._groups.items():
        reserved = 0
        for seat in group.all_seats():
            owner = reservers if group.preempting else users
            owner[seat.leaf] = name
            assert (seat.charged is None) == (group.priority < 0)
            if group.preempting:
                assert seat.leaf.reserving is group
            else:
                assert seat.leaf.using is group
                assert seat.leaf.charged is seat.charged
                reserved += seat.leaf.reserving is not None
            if seat.charged is not None and (group.preempting or seat.leaf.reserving is None):
                charged[seat.charged] = name
                assert seat.charged.owner is group
                assert seat.charged.physical is seat.leaf
                assert seat.charged.view.vc == group.gang.virtual_cluster
                assert seat.charged.view.pin == group.gang.pinned
        assert group.reserved == reserved
    for chain in chains(scheduler).values():
        for leaf in chain.levels[1].cells:
            assert (leaf.using.name if leaf.using else None) == users.get(leaf)
            assert (leaf.reserving.name if leaf.reserving else None) == reservers.get(leaf)
            assert leaf.using is not None or leaf.charged is None
    for view in views(scheduler):
        for promised in (leaf for root in view.roots for leaf in leaves_of(root)):
            assert (promised.owner.name if promised.owner else None) == charged.get(promised)
