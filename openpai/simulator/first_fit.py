"""Gangs on nodes by counting alone: a gang takes the first nodes that have room, all its tasks or none.

What `openpai.simulator.baselines` is made of. It knows nodes, and nothing of what is in them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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
class _Node:
    """The free leaf cells of a node; the next to be taken is the last."""

    free: list[int]


@dataclass(frozen=True, slots=True)
class _Charge:
    """What cells are counted to."""

    virtual_cluster: str
    leaf_type: str
    priority: int


@dataclass(frozen=True, slots=True)
class _Running:
    name: str
    charge: _Charge
    placement: Placement
    cells: int


class FirstFit:
    """Nodes, and for a virtual cluster and a leaf type the most cells that its guaranteed gangs may hold in all.
    Without a `quota` there is no limit."""

    def __init__(
        self, machines: Iterable[Machine], quota: Mapping[tuple[str, str], int] | None = None
    ) -> None:
        self._quota = quota
        self._nodes: dict[str, dict[str, _Node]] = {}
        self._running: dict[str, _Running] = {}
        self._used: Counter[_Charge] = Counter()
        for machine in machines:
            of_type = self._nodes.setdefault(machine.leaf_type, {})
            of_type[machine.name] = _Node(list(reversed(machine.leaves)))

    def decide(self, gang: Gang) -> Decision:
        """Without preemption where that is possible, else with; on the first leaf type that has room."""
        obstacles: list[Obstacle] = []
        for leaf_type, tasks in gang.needs.items():
            decision = self._start(gang, leaf_type, tasks) or self._preempt(gang, leaf_type, tasks)
            if decision is not None:
                return decision
            known = leaf_type in self._nodes
            obstacles.append(Obstacle(Blocked.NO_ROOM if known else Blocked.NO_SUCH_TYPE, leaf_type))
        return Wait(tuple(obstacles))

    def apply(self, gang: Gang, decision: Start | Preempt) -> None:
        """A `Preempt` keeps nothing: once its victims are gone, the same nodes are the first with room again."""
        if isinstance(decision, Preempt):
            return
        placement = decision.placement
        for place in placement.tasks.values():
            free = self._nodes[placement.leaf_type][place.node].free
            del free[len(free) - len(place.leaves) :]
        charge = _Charge(gang.virtual_cluster, placement.leaf_type, gang.priority)
        cells = sum(len(place.leaves) for place in placement.tasks.values())
        self._running[gang.name] = _Running(gang.name, charge, placement, cells)
        self._used[charge] += cells

    def release(self, name: str, tasks: Iterable[str] | None = None) -> None:
        """All of the gang; a part of one is never released here."""
        running = self._running.pop(name, None)
        if running is None:
            return
        self._used[running.charge] -= running.cells
        for place in running.placement.tasks.values():
            self._nodes[running.placement.leaf_type][place.node].free.extend(reversed(place.leaves))

    def _start(self, gang: Gang, leaf_type: str, tasks: Mapping[str, int]) -> Start | None:
        nodes = self._nodes.get(leaf_type, {})
        if self._over_quota(gang, leaf_type, sum(tasks.values()), OPPORTUNISTIC + 1) > 0:
            return None
        places = _fit(tasks, {name: len(node.free) for name, node in nodes.items()})
        if places is None:
            return None
        return Start(Placement(leaf_type, leaf_type, dict(_leaves(nodes, tasks, places))))

    def _preempt(self, gang: Gang, leaf_type: str, tasks: Mapping[str, int]) -> Preempt | None:
        """The same with the cells of gangs that must give way."""
        if not any(self._used.get(key, 0) and _gives_way(key, gang) for key in self._used):
            return None
        over = self._over_quota(gang, leaf_type, sum(tasks.values()), OPPORTUNISTIC + 1)
        if self._over_quota(gang, leaf_type, sum(tasks.values()), gang.priority) > 0:
            return None
        below = [each for each in self._running.values() if _gives_way(each.charge, gang)]
        below = [each for each in below if each.placement.leaf_type == leaf_type]
        free = {name: len(node.free) for name, node in self._nodes.get(leaf_type, {}).items()}
        room = dict(free)
        for each in below:
            for place in each.placement.tasks.values():
                room[place.node] += len(place.leaves)
        places = _fit(tasks, room)
        if places is None:
            return None
        chosen = Placement(leaf_type, leaf_type, {task: TaskPlace(name, ()) for task, name in places.items()})
        short = Counter({name: -free[name] for name in places.values()})
        for task, name in places.items():
            short[name] += tasks[task]
        return Preempt(chosen, tuple(_victims(gang, below, short, over)))

    def _over_quota(self, gang: Gang, leaf_type: str, cells: int, least: int) -> int:
        """By how many cells the gang would exceed its virtual cluster's quota beside the gangs of at least this
        priority."""
        if self._quota is None or gang.priority == OPPORTUNISTIC:
            return 0
        limit = self._quota.get((gang.virtual_cluster, leaf_type), 0)
        return (
            cells
            - limit
            + sum(
                count
                for charge, count in self._used.items()
                if (charge.virtual_cluster, charge.leaf_type) == (gang.virtual_cluster, leaf_type)
                and charge.priority >= least
            )
        )


def _victims(gang: Gang, below: Sequence[_Running], short: Counter[str], over: int) -> Iterator[str]:
    """Of the gangs that must give way, the lowest and latest first, until no node is short of cells, and no more cells
    than the quota are held. `short`: node → cells that it lacks; `over`: cells above the quota."""
    latest_first = below[::-1]
    for each in sorted(latest_first, key=lambda running: running.charge.priority):
        helps = any(short[place.node] > 0 for place in each.placement.tasks.values())
        guaranteed = each.charge.priority > OPPORTUNISTIC
        if not helps and not (guaranteed and over > 0):
            continue
        yield each.name
        for place in each.placement.tasks.values():
            short[place.node] -= len(place.leaves)
        over -= each.cells if guaranteed else 0


def _leaves(
    nodes: Mapping[str, _Node], tasks: Mapping[str, int], places: Mapping[str, str]
) -> Iterator[tuple[str, TaskPlace]]:
    taken: Counter[str] = Counter()
    for task, name in places.items():
        free = nodes[name].free
        end = len(free) - taken[name]
        taken[name] += tasks[task]
        yield task, TaskPlace(name, tuple(reversed(free[end - tasks[task] : end])))


def _fit(tasks: Mapping[str, int], free: dict[str, int]) -> dict[str, str] | None:
    """Task → node, the largest tasks first."""
    places: dict[str, str] = {}
    for task in sorted(tasks, key=lambda name: -tasks[name]):
        found = next((name for name, count in free.items() if count >= tasks[task]), None)
        if found is None:
            return None
        free[found] -= tasks[task]
        places[task] = found
    return places


def _gives_way(charge: _Charge, gang: Gang) -> bool:
    """Whether gangs are ended for this one: all opportunistic ones, and those of a lower priority in its own virtual
    cluster."""
    if charge.priority == OPPORTUNISTIC:
        return gang.priority > OPPORTUNISTIC
    return charge.virtual_cluster == gang.virtual_cluster and charge.priority < gang.priority
