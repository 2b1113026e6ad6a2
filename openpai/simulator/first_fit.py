"""Gangs on nodes by counting alone: a gang takes the first nodes that have room, all its tasks or none.

What `openpai.simulator.baselines` is made of. It knows nodes, and nothing of what is in them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from openpai.scheduler.gang import (
    OPPORTUNISTIC,
    Blocked,
    Decision,
    Gang,
    Obstacle,
    Placement,
    Preempt,
    Start,
    TaskPlace,
    Wait,
)
from openpai.simulator.engine import Machine


@dataclass(frozen=True, slots=True)
class Kept:
    """Cells of a leaf type that are kept for a gang, by node. `unused`: how many of them its virtual cluster does not
    use yet."""

    leaf_type: str
    leaves: Mapping[str, frozenset[int]]
    unused: int

    def __bool__(self) -> bool:
        return bool(self.leaves)


NOTHING = Kept("", {}, 0)


@dataclass(frozen=True, slots=True)
class _Charge:
    """What cells are counted to."""

    virtual_cluster: str
    leaf_type: str
    priority: int


@dataclass(frozen=True, slots=True)
class _Running:
    """`number`: how many had started before it."""

    name: str
    number: int
    charge: _Charge
    places: Sequence[TaskPlace]
    cells: int


_Room = dict[str, list[int]]
"""Node → the leaves that may be taken, the last first."""


class FirstFit:
    """Nodes, and for a virtual cluster and a leaf type the most cells that its guaranteed gangs may hold in all.
    Without a `quota` there is no limit. `version` grows with each change."""

    def __init__(
        self, machines: Iterable[Machine], quota: Mapping[tuple[str, str], int] | None = None
    ) -> None:
        self._quota = quota
        self._free: dict[str, _Room] = {}
        self._running: dict[_Charge, dict[str, _Running]] = {}
        self._charges: dict[str, _Charge] = {}
        self._promised: dict[str, Placement] = {}
        self._used: Counter[_Charge] = Counter()
        self._numbers = count()
        self.version = 0
        for machine in machines:
            self._free.setdefault(machine.leaf_type, {})[machine.name] = list(reversed(machine.leaves))

    def decide(self, gang: Gang, keep_off: Kept = NOTHING) -> Decision:
        """Without preemption where that is possible, else with; on the first leaf type that has room. A gang for which
        others had to leave gets what they have left."""
        if (promised := self._promised.get(gang.name)) is not None:
            return Start(promised)
        obstacles: list[Obstacle] = []
        for leaf_type in gang.needs:
            decision = self._start(gang, leaf_type, keep_off) or self._preempt(gang, leaf_type, keep_off)
            if decision is not None:
                return decision
            known = leaf_type in self._free
            obstacles.append(Obstacle(Blocked.NO_ROOM if known else Blocked.NO_SUCH_TYPE, leaf_type))
        return Wait(tuple(obstacles))

    def earmark(self, gang: Gang, before: Kept = NOTHING) -> Kept:
        """What the gang would get if nothing of its virtual cluster ran, and nothing opportunistic. Where others have
        left no such cells, none can be kept. It is found anew each time, whatever was kept `before`: the first nodes
        are always the same."""
        for leaf_type, tasks in gang.needs.items():
            held = self._all(leaf_type, lambda charge: _leaves_for(charge, gang))
            places = _place(tasks, self._room(leaf_type, held, NOTHING))
            if places is None:
                continue
            leaves: dict[str, frozenset[int]] = {}
            for place in places.values():
                leaves[place.node] = leaves.get(place.node, frozenset()) | frozenset(place.leaves)
            own = (each for each in held if each.charge.priority > OPPORTUNISTIC)
            used = sum(
                len(leaves.get(place.node, frozenset()).intersection(place.leaves))
                for each in own
                for place in each.places
            )
            return Kept(leaf_type, leaves, sum(tasks.values()) - used)
        return NOTHING

    def apply(self, gang: Gang, decision: Start | Preempt) -> None:
        """After a `Preempt`, nothing but the release of its victims may come before the gang starts."""
        placement = decision.placement
        self.version += 1
        if isinstance(decision, Preempt):
            self._promised[gang.name] = placement
            return
        self._promised.pop(gang.name, None)
        places = tuple(placement.tasks.values())
        room = self._free[placement.leaf_type]
        for place in places:
            room[place.node] = [leaf for leaf in room[place.node] if leaf not in place.leaves]
        charge = _Charge(gang.virtual_cluster, placement.leaf_type, gang.priority)
        cells = sum(len(place.leaves) for place in places)
        running = _Running(gang.name, next(self._numbers), charge, places, cells)
        self._running.setdefault(charge, {})[gang.name] = running
        self._charges[gang.name] = charge
        self._used[charge] += cells

    def release(self, name: str, tasks: Iterable[str] | None = None) -> None:
        """All of the gang; a part of one is never released here."""
        self.version += self._promised.pop(name, None) is not None
        charge = self._charges.pop(name, None)
        if charge is None:
            return
        self.version += 1
        running = self._running[charge].pop(name)
        self._used[charge] -= running.cells
        room = self._free[charge.leaf_type]
        for place in running.places:
            room[place.node] = [*room[place.node], *reversed(place.leaves)]

    def _start(self, gang: Gang, leaf_type: str, kept: Kept) -> Start | None:
        if self._over_quota(gang, leaf_type, OPPORTUNISTIC + 1, kept) > 0:
            return None
        places = _place(gang.needs[leaf_type], self._room(leaf_type, (), kept))
        return None if places is None else Start(Placement(leaf_type, leaf_type, places))

    def _preempt(self, gang: Gang, leaf_type: str, kept: Kept) -> Preempt | None:
        """The same with the cells of gangs that must give way."""
        below = self._all(leaf_type, lambda charge: _gives_way(charge, gang))
        if not below or self._over_quota(gang, leaf_type, gang.priority, kept) > 0:
            return None
        places = _place(gang.needs[leaf_type], self._room(leaf_type, below, kept))
        if places is None:
            return None
        over = self._over_quota(gang, leaf_type, OPPORTUNISTIC + 1, kept)
        victims = tuple(_victims(below, places.values(), over))
        return Preempt(Placement(leaf_type, leaf_type, places), victims)

    def _all(self, leaf_type: str, those: Callable[[_Charge], bool]) -> list[_Running]:
        """The gangs on these cells whose charge is one of those; the lowest priority first, the latest first."""
        found = [
            running
            for charge, of_charge in self._running.items()
            if of_charge and charge.leaf_type == leaf_type and those(charge)
            for running in of_charge.values()
        ]
        return sorted(found, key=lambda running: (running.charge.priority, -running.number))

    def _room(self, leaf_type: str, without: Iterable[_Running], kept: Kept) -> _Room:
        """The leaves that may be taken if these gangs were not there: free ones first, then those of the first gang."""
        room = dict(self._free.get(leaf_type, {}))
        for running in without:
            for place in running.places:
                room[place.node] = [*place.leaves, *room[place.node]]
        if leaf_type == kept.leaf_type:
            for node, leaves in kept.leaves.items():
                room[node] = [leaf for leaf in room[node] if leaf not in leaves]
        return room

    def _over_quota(self, gang: Gang, leaf_type: str, least: int, kept: Kept) -> int:
        """By how many cells the gang would exceed its virtual cluster's quota beside the gangs of at least this
        priority, and what is kept."""
        if self._quota is None or gang.priority == OPPORTUNISTIC:
            return 0
        limit = self._quota.get((gang.virtual_cluster, leaf_type), 0)
        used = sum(
            cells
            for charge, cells in self._used.items()
            if (charge.virtual_cluster, charge.leaf_type) == (gang.virtual_cluster, leaf_type)
            and charge.priority >= least
        )
        beside = kept.unused if kept.leaf_type == leaf_type else 0
        return used + beside + sum(gang.needs[leaf_type].values()) - limit


def _place(tasks: Mapping[str, int], room: _Room) -> dict[str, TaskPlace] | None:
    """The largest tasks first, each on the first node that has room for it."""
    left = {node: len(leaves) for node, leaves in room.items()}
    places: dict[str, TaskPlace] = {}
    for task in sorted(tasks, key=lambda name: -tasks[name]):
        size = tasks[task]
        node = next((node for node, cells in left.items() if cells >= size), None)
        if node is None:
            return None
        end = left[node]
        left[node] = end - size
        places[task] = TaskPlace(node, tuple(reversed(room[node][end - size : end])))
    return places


def _victims(below: Iterable[_Running], places: Iterable[TaskPlace], over: int) -> Iterator[str]:
    """Of the gangs that may have to give way those on these places, and more until no more cells are held than the
    quota; `over`: how many more are."""
    taken = {(place.node, leaf) for place in places for leaf in place.leaves}
    for each in below:
        guaranteed = each.charge.priority > OPPORTUNISTIC
        on_it = any((place.node, leaf) in taken for place in each.places for leaf in place.leaves)
        if on_it or (guaranteed and over > 0):
            yield each.name
            over -= each.cells if guaranteed else 0


def _leaves_for(charge: _Charge, gang: Gang) -> bool:
    """Whether these gangs will have left when a gang that is first in its virtual cluster starts, at the latest."""
    return charge.virtual_cluster == gang.virtual_cluster or charge.priority == OPPORTUNISTIC


def _gives_way(charge: _Charge, gang: Gang) -> bool:
    """Whether gangs are ended for this one: all opportunistic ones, and those of a lower priority in its own virtual
    cluster."""
    if charge.priority == OPPORTUNISTIC:
        return gang.priority > OPPORTUNISTIC
    return charge.virtual_cluster == gang.virtual_cluster and charge.priority < gang.priority
