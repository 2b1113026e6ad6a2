"""Whose turn it is: the more urgent first, then who came first; and what those behind may take.

For the first guaranteed gang that waits in a virtual cluster, cells are kept: those that it would get if nothing else
of its virtual cluster ran. Those behind it may start beside them, not on them. So what is first starts when those end
that were there when it became first, whatever is submitted later. Opportunistic gangs may use what is kept: they give
way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from openpai.scheduler.cells.earmark import Earmark
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Blocked, Decision, Gang, Obstacle, Start, Wait

Shape = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A gang that waits, and since when: whoever's is less came first.

    `turn`: its place in the order of all that wait. `shape`: what a decision on it depends on. Both are asked for again
    and again.
    """

    gang: Gang
    since: tuple[int, str]
    turn: tuple[int, tuple[int, str], str] = field(init=False, repr=False, compare=False)
    shape: Shape = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "turn", (-self.gang.priority, self.since, self.gang.name))
        object.__setattr__(self, "shape", shape_of(self.gang))


@dataclass(frozen=True, slots=True)
class First:
    """The first that waits in a virtual cluster, and the cells that are kept for it."""

    name: str
    kept: Earmark


@dataclass(frozen=True, slots=True)
class Turns:
    """A decision for every gang that waited, and by virtual cluster, for whom cells are kept. `queue`: those that go on
    waiting, in turn, each with its virtual cluster."""

    decisions: Mapping[str, Decision]
    first: Mapping[str, First]
    queue: Sequence[tuple[str, str]] = ()


def take_turns(scheduler: Scheduler, waiting: Sequence[Waiting]) -> Turns:
    """Everybody's turn; what starts, or reserves cells, does so in the scheduler."""
    decisions: dict[str, Decision] = {}
    first: dict[str, First] = {}
    failed: dict[Shape, Wait] = {}
    clusters = {each.gang.name: each.gang.virtual_cluster for each in waiting}
    for each in sorted(waiting, key=attrgetter("turn")):
        gang = each.gang
        ahead = first.get(gang.virtual_cluster) if gang.priority >= 0 else None
        alike = failed.get(each.shape)
        decision = alike or decide_behind(scheduler, gang, ahead)
        decisions[gang.name] = decision
        if isinstance(decision, Wait):
            scheduler.release(gang.name)  # what was reserved for it may be of no use any more
            failed[each.shape] = decision
            if gang.priority >= 0 and ahead is None and _may_start_one_day(decision):
                first[gang.virtual_cluster] = First(gang.name, scheduler.earmark(gang))
        else:
            scheduler.apply(gang, decision)
    queue = [(name, clusters[name]) for name, each in decisions.items() if not isinstance(each, Start)]
    return Turns(decisions, first, queue)


def decide_behind(scheduler: Scheduler, gang: Gang, ahead: First | None) -> Decision:
    """What it gets beside what is kept for whoever is ahead."""
    if ahead is None:
        return scheduler.decide(gang)
    decision = scheduler.decide(gang, keep_off=ahead.kept)
    if isinstance(decision, Wait) and not isinstance(scheduler.decide(gang), Wait):
        return Wait((Obstacle(Blocked.BEHIND), *decision.obstacles), behind=ahead.name)
    return decision


def _may_start_one_day(wait: Wait) -> bool:
    """Whether it waits for room, and not for something that is not there at all."""
    return any(obstacle.chain for obstacle in wait.obstacles)


def shape_of(gang: Gang) -> Shape:
    """What a decision depends on: where one gang finds no room, another one like it finds none."""
    needs = tuple((leaf, tuple(sorted(sizes.values()))) for leaf, sizes in gang.needs.items())
    return gang.virtual_cluster, gang.priority, needs, gang.pinned, gang.lazy, gang.nodes
