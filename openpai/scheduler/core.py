"""The scheduler: which cells a gang gets, whom it has to wait for, and who has what.

HiveD (Zhao et al., OSDI 2020) for gangs that are known whole. A virtual cluster is promised cells; a gang is placed
inside its virtual cluster as if that were a cluster of its own, and the promised cells that it needs are then matched
with physical ones by buddy allocation. Opportunistic gangs use what is idle, whoever it is promised to, and give way
to all others.

Mutable and deterministic: the same calls in the same order give the same answers. `decide` changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from openpai.scheduler.cells.build import build
from openpai.scheduler.cells.chain import Chain
from openpai.scheduler.cells.changes import (
    as_if_cancelled,
    as_if_downgraded,
    as_if_gone,
    cancel,
    downgrade,
    leave,
    reserve,
    start,
    take_reserved,
)
from openpai.scheduler.cells.doomed import Dooms
from openpai.scheduler.cells.earmark import NOTHING, Earmark, earmark_in, still_kept
from openpai.scheduler.cells.group import Group, Plan, Seat
from openpai.scheduler.cells.health import turn_bad, turn_good
from openpai.scheduler.cells.mapping import find_physical
from openpai.scheduler.cells.place import place_idle, place_promised
from openpai.scheduler.cells.recovery import find_leaves, plan_of, reserve_again, use_again
from openpai.scheduler.cells.survey import survey_idle, survey_promised
from openpai.scheduler.cells.tree import Physical, Virtual
from openpai.scheduler.cells.view import View
from openpai.scheduler.cluster import Cluster
from openpai.scheduler.gang import (
    Blocked,
    Decision,
    Gang,
    Held,
    Obstacle,
    Placement,
    Preempt,
    Start,
    Wait,
)
from openpai.scheduler.inspect import CellStatus, Opened, Share, physical_status, shares, virtual_status
from openpai.scheduler.room import Room, Whereabouts


class Scheduler:
    """The cells of a cluster and the gangs that have them. `version` grows with each change."""

    def __init__(self, cluster: Cluster) -> None:
        """All nodes are healthy, and nobody has anything."""
        self.cluster = cluster
        self.version = 0
        self._cells = build(cluster)
        self._groups: dict[str, Group] = {}
        self._bad: dict[Physical, None] = {}
        self._dooms = {
            name: Dooms(chain, [view for view in self._cells.views.values() if view.chain is chain])
            for name, chain in self._cells.chains.items()
        }
        self.held: Mapping[str, Held] = _HeldGangs(self._groups)

    def decide(self, gang: Gang, keep_off: Earmark = NOTHING) -> Decision:
        """What the gang gets as things are. Nothing changes: `apply` what is to happen. `keep_off`: leaves of its
        virtual cluster that are kept for another.

        A gang that has its cells is told where. One that has reserved cells starts on them once they are free; where
        they have turned bad, or are on nodes that it may not use any more, it is decided on as if it had not: whoever
        gets `Wait` then should `release` it.
        """
        group = self._groups.get(gang.name)
        if group is None:
            return self._decide_new(gang, keep_off)
        if not group.preempting:
            return Start(group.placement)
        if _usable(group, gang.nodes):
            victims = _users(seat.leaf for seat in group.all_seats())
            return Preempt(group.placement, victims) if victims else Start(group.placement)
        with as_if_cancelled(group):
            return self._decide_new(gang, keep_off, instead=(gang.name,))

    def decide_without(self, gang: Gang, ended: str, keep_off: Earmark = NOTHING) -> Decision:
        """What a gang that has nothing yet would get if another one, which runs, had ended. Nothing changes, and it
        cannot be applied."""
        with as_if_gone(self._groups[ended]):
            decision = self._decide_new(gang, keep_off)
        return decision if isinstance(decision, Wait) else replace(decision, plan=None)

    def earmark(self, gang: Gang, before: Earmark = NOTHING) -> Earmark:
        """The leaves that are to be kept for a guaranteed gang that waits: where it would go if nobody else was in its
        virtual cluster. Empty where it would not find room even then. `before`: what was kept for it so far, which it
        stays with while it can have all of that: else it might wait for others than those that had been there."""
        options = [option for option in self._options(gang) if not isinstance(option, Obstacle)]
        views = {view: sku for sku, view in options if isinstance(view, View)}
        if before and still_kept(before, views.keys(), gang.nodes):
            return before
        found = (earmark_in(view, gang.needs[sku], gang.nodes) for view, sku in views.items())
        return next((kept for kept in found if kept is not None), NOTHING)

    def rooms(self, gang: Gang) -> list[Room]:
        """How each part of the cluster that the gang may use stands, and what keeps it out of there."""
        groups = [group for name, group in self._groups.items() if name != gang.name]
        return [
            survey_promised(where, gang, sku, groups, self._kept_out(gang, sku, where))
            if isinstance(where, View)
            else survey_idle(where, gang, sku, groups, self._kept_out(gang, sku, where))
            for option in self._options(gang)
            if not isinstance(option, Obstacle)
            for sku, where in [option]
        ]

    def _kept_out(self, gang: Gang, sku: str, where: View | Chain) -> Blocked | None:
        plan = (
            self._plan_promised(gang, sku, where, NOTHING)
            if isinstance(where, View)
            else self._plan_idle(gang, sku, where)
        )
        return plan if isinstance(plan, Blocked) else None

    def whereabouts(self, name: str) -> Whereabouts:
        """Where a gang is that has all its cells in one chain."""
        group = self._groups[name]
        machines = dict.fromkeys(seat.leaf.machine for seat in group.all_seats())
        users = (leaf.using for machine in machines if machine is not None for leaf in machine.leaves)
        others = dict.fromkeys(user.name for user in users if user is not None and user is not group)
        cells = {seat.leaf for seat in group.all_seats()}
        while len(cells) > 1 and all(cell.parent is not None for cell in cells):
            cells = {cell.parent for cell in cells if cell.parent is not None}
        cell = next(iter(cells))
        return Whereabouts(cell.chain.levels[cell.level].type, len(cells), tuple(others))

    def restore(self, gang: Gang, placement: Placement, *, downgraded: bool = False) -> Held:
        """A gang that ran before has again what of its cells is there and free. Where its promise is gone, or others
        have it, it goes on as an opportunistic one. Restore everything before `set_bad`."""
        found = find_leaves(self._cells, gang, placement, in_use=False)
        plan = plan_of(gang, found, placement, self.version)
        group = self._groups[gang.name] = Group(gang, plan, preempting=False)
        use_again(self._cells, group, found, idle=downgraded)
        self._changed(*self._cells.chains)
        return group.held()

    def restore_reservation(self, gang: Gang, placement: Placement) -> bool:
        """A gang that had reserved cells before has them reserved again; False where that cannot be any more."""
        found = find_leaves(self._cells, gang, placement, in_use=True)
        wanted = {task: len(place.leaves) for task, place in placement.tasks.items()}
        if {task: len(leaves) for task, leaves in found.items()} != wanted:
            return False
        group = Group(gang, plan_of(gang, found, placement, self.version), preempting=True)
        reserved = reserve_again(self._cells, group, found)
        if reserved:
            self._groups[gang.name] = group
        self._changed(*self._cells.chains)
        return reserved

    def apply(self, gang: Gang, decision: Start | Preempt) -> None:
        """Make a decision true: the gang has its cells, or has reserved them. Nothing may have changed in between
        (ValueError)."""
        group = self._groups.get(gang.name)
        if group is not None and gang.name not in decision.cancelled:
            if group.preempting and isinstance(decision, Start):
                self._start_reserved(group)
            return
        plan = decision.plan
        if not isinstance(plan, Plan) or plan.version != self.version:
            raise ValueError(f"the decision on {gang.name} is not fresh")
        chains = [plan.chain]
        for name in decision.cancelled:
            other = self._groups.pop(name)
            chains.extend(other.chains())
            cancel(other)
        for name in decision.downgraded:
            chains.extend(self._groups[name].chains())
            downgrade(self._groups[name], gang.name)
        group = self._groups[gang.name] = Group(gang, plan, preempting=isinstance(decision, Preempt))
        if group.preempting:
            reserve(group)
        else:
            start(group)
        self._changed(*dict.fromkeys(chains))

    def release(self, name: str, tasks: Iterable[str] | None = None) -> None:
        """These tasks of a gang (None: all) are gone, and nobody has their cells. A reservation ends as a whole. It is
        no error when they are not known."""
        group = self._groups.get(name)
        if group is None:
            return
        chains = group.chains()
        if group.preempting:
            cancel(group)
            group.seats.clear()
        else:
            leave(group, list(group.seats) if tasks is None else tasks)
        if not group.seats:
            del self._groups[name]
        self._changed(*chains)

    def set_bad(self, nodes: frozenset[str], leaves: frozenset[tuple[str, int]] = frozenset()) -> None:
        """These nodes, and these GPUs of other nodes, are bad from now on, and all others are good: a machine's cores
        count from 0 too, and stay good. Gangs keep what they have; nothing bad is given to any other."""
        bad = self._find(nodes, leaves)
        was = self._bad
        for leaf in was:
            if leaf not in bad:
                turn_good(leaf)
        for leaf in bad:
            if leaf not in was:
                turn_bad(leaf)
        if was != bad:
            self._bad = bad
            self._changed(*self._cells.chains)

    def physical(self, opened: Opened = None) -> tuple[CellStatus, ...]:
        """All cells that are there, from the top down."""
        return physical_status(self._cells, opened)

    def virtual(self, vc: str, opened: Opened = None) -> tuple[CellStatus, ...]:
        """The cells that a virtual cluster is promised, and the leaves that its gangs use while they are idle."""
        return virtual_status(self._cells, vc, opened)

    def shares(self, vc: str) -> tuple[Share, ...]:
        """How much a virtual cluster has, and how much of it is used: without a look at each cell."""
        return shares(self._cells, vc)

    def _decide_new(self, gang: Gang, kept: Earmark, instead: tuple[str, ...] = ()) -> Decision:
        obstacles = []
        for option in self._options(gang):
            if isinstance(option, Obstacle):
                obstacles.append(option)
                continue
            leaf_type, where = option
            if isinstance(where, View):
                plan = self._plan_promised(gang, leaf_type, where, kept)
            else:
                plan = self._plan_idle(gang, leaf_type, where)
            if isinstance(plan, Plan):
                return _decision(plan, instead)
            chain = where.chain if isinstance(where, View) else where
            obstacles.append(Obstacle(plan, chain.name))
        return Wait(tuple(obstacles))

    def _options(self, gang: Gang) -> Iterator[tuple[str, View | Chain] | Obstacle]:
        """What the gang may try, in order: parts of its virtual cluster, or whole chains for an opportunistic one."""
        vc = gang.virtual_cluster
        if vc not in self.cluster.virtual_clusters:
            yield Obstacle(Blocked.NO_SUCH_VIRTUAL_CLUSTER)
        elif gang.pinned is not None:
            yield self._pinned(gang, gang.pinned)
        else:
            for leaf_type in gang.needs:
                chains = [c for c in self._cells.chains.values() if c.leaf_type == leaf_type]
                if not chains:
                    yield Obstacle(Blocked.NO_SUCH_TYPE)
                elif gang.priority < 0:
                    yield from ((leaf_type, chain) for chain in chains)
                else:
                    views = [v for c in chains if (v := self._cells.views.get((vc, c.name))) is not None]
                    yield from ((leaf_type, view) for view in views)
                    if not views:
                        yield Obstacle(Blocked.TYPE_NOT_IN_VIRTUAL_CLUSTER)

    def _pinned(self, gang: Gang, pin: str) -> tuple[str, View] | Obstacle:
        view = self._cells.pinned.get((gang.virtual_cluster, pin))
        if view is None:
            return Obstacle(Blocked.NO_SUCH_PIN)
        if gang.priority < 0:
            return Obstacle(Blocked.PIN_FOR_OPPORTUNISTIC)
        if view.chain.leaf_type not in gang.needs:
            return Obstacle(Blocked.TYPE_NOT_IN_VIRTUAL_CLUSTER, view.chain.name)
        return view.chain.leaf_type, view

    def _plan_idle(self, gang: Gang, leaf_type: str, chain: Chain) -> Plan | Blocked:
        found = place_idle(chain, gang, gang.needs[leaf_type])
        if isinstance(found, Blocked):
            return found
        seats = {task: tuple(Seat(leaf, None) for leaf in leaves) for task, leaves in found.items()}
        return Plan(chain.name, leaf_type, seats, self.version)

    def _plan_promised(self, gang: Gang, leaf_type: str, view: View, kept: Earmark) -> Plan | Blocked:
        """Where no physical cells are left for the best place, there may be one where cells stand for physical ones
        already, be it in use by gangs of lower priority."""
        plan = self._plan_among(gang, leaf_type, view, kept, bound=False)
        if plan is Blocked.NO_PHYSICAL_CELLS:
            other = self._plan_among(gang, leaf_type, view, kept, bound=True)
            return other if isinstance(other, Plan) else plan
        return plan

    def _plan_among(
        self, gang: Gang, leaf_type: str, view: View, kept: Earmark, *, bound: bool
    ) -> Plan | Blocked:
        here = {node: leaves for node, leaves in kept.items() if node.view is view}
        found = place_promised(view, gang, gang.needs[leaf_type], here, bound=bound)
        if isinstance(found, Blocked):
            return found
        leaves = [leaf for chosen in found.values() for leaf in chosen]
        lazy = _lazy(leaves)
        with as_if_downgraded(lazy):
            physical = find_physical(view.chain, leaves, gang.nodes)
        if physical is None:
            return Blocked.NO_PHYSICAL_CELLS
        seats = {task: tuple(Seat(physical[leaf], leaf) for leaf in chosen) for task, chosen in found.items()}
        return Plan(view.chain.name, leaf_type, seats, self.version, tuple(g.name for g in lazy))

    def _start_reserved(self, group: Group) -> None:
        if _users(seat.leaf for seat in group.all_seats()):
            raise ValueError(f"the decision on {group.name} is not fresh")
        take_reserved(group)
        self._changed(group.placement.chain)

    def _find(self, nodes: frozenset[str], leaves: frozenset[tuple[str, int]]) -> dict[Physical, None]:
        found: dict[Physical, None] = {}
        for name in sorted(nodes):
            for machine in self._cells.machines.get(name, ()):
                found.update(dict.fromkeys(machine.leaves))
        for name, index in sorted(leaves):
            for machine in self._cells.machines.get(name, ()):
                if self.cluster.skus[machine.cell.chain.leaf_type].gpu:
                    found.update((leaf, None) for leaf in machine.leaves if leaf.address == str(index))
        return found

    def _changed(self, *chains: str) -> None:
        for name in chains:
            if name in self._dooms:  # a gang may have nothing left in a cluster that was changed
                self._dooms[name].settle()
                self._cells.chains[name].settle()
        self.version += 1


class _HeldGangs(Mapping[str, Held]):
    """Gangs as others see them, by name."""

    def __init__(self, groups: Mapping[str, Group]) -> None:
        self._groups = groups

    def __getitem__(self, name: str) -> Held:
        return self._groups[name].held()

    def __contains__(self, name: object) -> bool:
        return name in self._groups

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)


def _decision(plan: Plan, instead: tuple[str, ...]) -> Start | Preempt:
    leaves = [seat.leaf for seat in plan.all_seats()]
    victims = _users(leaves)
    preemptors = dict.fromkeys(leaf.reserving.name for leaf in leaves if leaf.reserving is not None)
    cancelled = (*instead, *preemptors)
    if victims:
        return Preempt(plan.placement(), victims, plan.downgrades, cancelled, plan)
    return Start(plan.placement(), plan.downgrades, cancelled, plan)


def _users(leaves: Iterable[Physical]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(leaf.using.name for leaf in leaves if leaf.using is not None))


def _usable(group: Group, nodes: frozenset[str] | None) -> bool:
    return not any(
        seat.leaf.bad
        or (nodes is not None and (seat.leaf.machine is None or seat.leaf.machine.name not in nodes))
        for seat in group.all_seats()
    )


def _lazy(leaves: Iterable[Virtual]) -> list[Group]:
    """The gangs that have these leaves, and would rather be opportunistic than ended."""
    found: dict[Group, None] = {}
    for leaf in leaves:
        owner = leaf.owner
        if owner is not None and owner.gang.lazy and not owner.preempting:
            found[owner] = None
    return list(found)
