"""Places gangs on nodes: oldest first, all tasks of a gang or none, and says what a gang waits for.

A gang that does not fit now does not hold back a later one that does, unless it is the first that waits:
what becomes free is kept for that one, so that a large gang is not starved by small ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from openpai.scheduler.resources import NOTHING, Node, Resources


@dataclass(frozen=True, slots=True)
class Gang:
    """Tasks that start together; `tasks` are what each needs, by a name of the caller's.

    `only`: task → the nodes that it can run on; a task that is not in it can run on any.
    """

    name: str
    tasks: Mapping[str, Resources]
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placed:
    """The gang starts: task → node name."""

    nodes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Waits:
    """The gang waits: what it needs in all, and what is free and there in all (empty: nothing is known).

    `behind`: the gang whose turn comes first. `only`: the gang would start if its tasks could run on any node; these
    are the nodes that they can run on.
    """

    needs: Resources
    free: Resources
    total: Resources
    behind: str | None = None
    only: frozenset[str] | None = None


Decision = Placed | Waits


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster at one moment: its nodes, what live tasks hold of each, and the gangs that wait, in turn."""

    nodes: Sequence[Node]
    held: Mapping[str, Resources]
    queue: Sequence[Gang]


def schedule(
    queue: Sequence[Gang], nodes: Sequence[Node], held: Mapping[str, Resources]
) -> dict[str, Decision]:
    """A decision for every gang of the queue, which is in the order of their turns.

    `held`: node name → what live tasks hold of it.
    """
    free = {node.name: node.capacity - held.get(node.name, NOTHING) for node in nodes}
    total = _sum(node.capacity for node in nodes)
    decisions: dict[str, Decision] = {}
    first: Gang | None = None
    reserved: dict[str, Resources] = {}
    for gang in queue:
        usable = {name: _beyond(amount, reserved.get(name, NOTHING)) for name, amount in free.items()}
        placed = fit(gang, usable)
        if placed is not None:
            for task, node in placed.items():
                free[node] -= gang.tasks[task]
            decisions[gang.name] = Placed(placed)
            continue
        blocked_by_first = first is not None and fit(gang, free) is not None
        behind = first.name if first and blocked_by_first else None
        only = None if behind else _only(gang, usable)
        decisions[gang.name] = Waits(_sum(gang.tasks.values()), _sum(free.values()), total, behind, only)
        if first is None:
            first = gang
            reserved = _reservation(gang, nodes)
    return decisions


def fit(gang: Gang, free: Mapping[str, Resources]) -> dict[str, str] | None:
    """Task → node for the whole gang, or None. Fills the fullest node that still has room; tasks that can run on
    few nodes choose first."""
    left = dict(free)
    placed: dict[str, str] = {}
    for task in _in_turn(gang):
        needs, only = gang.tasks[task], gang.only.get(task, left.keys())
        node = min(
            (name for name, amount in left.items() if name in only and needs.fits_in(amount)),
            key=lambda name: (_size(left[name]), name),
            default=None,
        )
        if node is None:
            return None
        left[node] -= needs
        placed[task] = node
    return placed


def ever_fits(gang: Gang, nodes: Sequence[Node]) -> bool:
    """Whether the gang would start if nothing else ran."""
    return fit(gang, {node.name: node.capacity for node in nodes}) is not None


def _in_turn(gang: Gang) -> list[str]:
    """The tasks in the order in which they choose: few nodes before many, large before small."""
    by_size = sorted(gang.tasks, key=lambda task: (_size(gang.tasks[task]), task), reverse=True)
    if not gang.only:
        return by_size
    return sorted(by_size, key=lambda task: (task not in gang.only, len(gang.only.get(task, ()))))


def _only(gang: Gang, free: Mapping[str, Resources]) -> frozenset[str] | None:
    """The nodes that the gang is bound to, where that alone keeps it from starting."""
    if not gang.only or fit(replace(gang, only={}), free) is None:
        return None
    return frozenset().union(*gang.only.values())


def _reservation(gang: Gang, nodes: Sequence[Node]) -> dict[str, Resources]:
    """Where the first waiting gang would go if nothing else ran: later ones leave that alone."""
    placed = fit(gang, {node.name: node.capacity for node in nodes}) or {}
    reserved: dict[str, Resources] = {}
    for task, node in placed.items():
        reserved[node] = reserved.get(node, NOTHING) + gang.tasks[task]
    return reserved


def _beyond(free: Resources, reserved: Resources) -> Resources:
    """What of `free` is not reserved: nothing where more is reserved than free."""
    return Resources(
        cpu=min(free.cpu, max(free.cpu - reserved.cpu, 0)),
        memory_mb=min(free.memory_mb, max(free.memory_mb - reserved.memory_mb, 0)),
        gpu=min(free.gpu, max(free.gpu - reserved.gpu, 0)),
    )


def _size(amount: Resources) -> tuple[int, int, int]:
    return amount.gpu, amount.cpu, amount.memory_mb


def _sum(amounts: Iterable[Resources]) -> Resources:
    total = NOTHING
    for amount in amounts:
        total += amount
    return total
