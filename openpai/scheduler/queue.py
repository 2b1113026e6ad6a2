"""Whose turn it is: the more urgent first, then who came first; and what those behind may take.

For the first guaranteed gang that waits in a virtual cluster, cells are kept: those that it would get if nothing else
of its virtual cluster ran. Those behind it may start beside them, not on them, and what is kept stays the same while
it waits. So what is first starts at the latest when those have ended that were there when it became first, whatever is
submitted later, unless it is more urgent. Opportunistic gangs may use what is kept: they give way.

Where users share a virtual cluster fairly, whoever has least of it is next, among gangs of one priority; who is first
stays it. A gang that would take its user over a limit waits aside, and nothing is kept for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter

from openpai.scheduler.cells.earmark import Earmark
from openpai.scheduler.core import Scheduler
from openpai.scheduler.fair import FairLine
from openpai.scheduler.gang import Blocked, Decision, Gang, Obstacle, Start, Wait
from openpai.scheduler.sharing import NO_RULES, Rules, Shares

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
    """The first that waits in a virtual cluster, what is asked for it, and the cells that are kept for it."""

    name: str
    kept: Earmark
    shape: Shape = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """A gang of some shape found no room in this version of the scheduler, behind this one."""

    wait: Wait
    version: int
    ahead: First | None


@dataclass(frozen=True, slots=True)
class Turns:
    """A decision for every gang that waited, and by virtual cluster, for whom cells are kept. `queue`: those that go on
    waiting, in turn, each with its virtual cluster. `failed`: what need not be tried again while nothing changes;
    `settled`: the version of the scheduler and the rules for which all go on waiting, if they do, with the shape of
    each."""

    decisions: Mapping[str, Decision]
    first: Mapping[str, First]
    queue: Sequence[tuple[str, str]] = ()
    failed: Mapping[Shape, Failed] = field(default_factory=dict, repr=False)
    settled: "Settled | None" = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settled:
    """All of these wait, and go on waiting as long as this stays so."""

    version: int
    rules: Rules
    shapes: Mapping[str, Shape]

    def holds(self, scheduler: Scheduler, waiting: Sequence[Waiting], rules: Rules) -> bool:
        """Whether nothing has changed."""
        return (
            self.version == scheduler.version
            and len(self.shapes) == len(waiting)
            and self.rules == rules
            and all(self.shapes.get(each.gang.name) == each.shape for each in waiting)
        )


NO_TURNS = Turns({}, {})


def take_turns(
    scheduler: Scheduler, waiting: Sequence[Waiting], before: Turns = NO_TURNS, shares: Shares | None = None
) -> Turns:
    """Everybody's turn; what starts, or reserves cells, does so in the scheduler. Right after it, nobody would get
    anything else. `before`: how it was in the turn before, of the same scheduler; `shares`: what users have now, where
    they share by rules."""
    rules = NO_RULES if shares is None else shares.rules
    if before.settled is not None and before.settled.holds(scheduler, waiting, rules):
        return before
    _end_useless_reservations(scheduler, waiting)
    version = scheduler.version
    turns = _rounds(scheduler, sorted(waiting, key=attrgetter("turn")), before, shares)
    if scheduler.version != version or any(isinstance(each, Start) for each in turns.decisions.values()):
        return turns
    shapes = {each.gang.name: each.shape for each in waiting}
    return replace(turns, settled=Settled(version, rules, shapes))


def _rounds(scheduler: Scheduler, waiting: Sequence[Waiting], before: Turns, shares: Shares | None) -> Turns:
    """One round after the other, until what the last ones got has no effect on those before them."""
    decisions: dict[str, Decision] = {}
    while True:
        round_ = _Round(scheduler, before, shares)
        for each in _in_turn(waiting, before, shares):
            round_.take(each)
        before = round_.turns()
        decisions.update(before.decisions)
        if round_.at_rest:
            return replace(before, decisions=decisions)
        waiting = [each for each in waiting if not isinstance(decisions[each.gang.name], Start)]


def decide_behind(scheduler: Scheduler, gang: Gang, ahead: First | None) -> Decision:
    """What it gets beside what is kept for whoever is ahead."""
    if ahead is None:
        return scheduler.decide(gang)
    decision = scheduler.decide(gang, keep_off=ahead.kept)
    if isinstance(decision, Wait) and not isinstance(scheduler.decide(gang), Wait):
        return Wait((Obstacle(Blocked.BEHIND), *decision.obstacles), behind=ahead.name)
    return decision


def shape_of(gang: Gang) -> Shape:
    """What a decision depends on: where one gang finds no room, another one like it finds none."""
    needs = tuple((leaf, tuple(sorted(sizes.values()))) for leaf, sizes in gang.needs.items())
    return gang.virtual_cluster, gang.priority, needs, gang.pinned, gang.lazy, gang.nodes


def _end_useless_reservations(scheduler: Scheduler, waiting: Sequence[Waiting]) -> None:
    """Of cells that have turned bad, or that the gang may not use any more: before all turns, since the good ones among
    them are there for others now."""
    for each in waiting:
        name = each.gang.name
        if name in scheduler.held:
            decision = scheduler.decide(each.gang)
            if isinstance(decision, Wait) or name in decision.cancelled:
                scheduler.release(name)


class _Round:
    """One turn of all. `at_rest`: another one, right after it, would come to the same."""

    def __init__(self, scheduler: Scheduler, before: Turns, shares: Shares | None) -> None:
        self._scheduler = scheduler
        self._before = before
        self._shares = shares
        self._decisions: dict[str, Decision] = {}
        self._first: dict[str, First] = {}
        self._failed: dict[Shape, Failed] = {}
        self._alike: dict[Shape, list[Gang]] = {}
        self._queue: list[tuple[str, str]] = []
        self.at_rest = True

    def take(self, each: Waiting) -> None:
        """One gang's turn."""
        gang, decision = self._decide(each)
        self._decisions[gang.name] = decision
        if not isinstance(decision, Start):
            self._queue.append((gang.name, gang.virtual_cluster))
        if isinstance(decision, Wait):
            return
        self._scheduler.apply(gang, decision)
        if self._shares is not None:
            self._shares.add(gang, decision.placement)

    def _decide(self, each: Waiting) -> tuple[Gang, Decision]:
        """What it gets, and the gang as its user's limits let it ask."""
        gang, shape = each.gang, each.shape
        if self._shares is not None:
            allowed = self._shares.allowed(gang)
            if isinstance(allowed, Wait):
                return gang, allowed
            if allowed is not gang:
                gang, shape = allowed, shape_of(allowed)
        if gang.name in self._scheduler.held:  # it has reserved cells, which another of its shape has not
            return gang, self._decide_reserved(gang)
        failed = self._failed.get(shape)
        if failed is None:
            decision = self._try(gang, shape)
            if not isinstance(decision, Wait):
                return gang, decision
            failed = self._failed[shape]
        self._alike[shape].append(gang)
        return gang, failed.wait

    def _decide_reserved(self, gang: Gang) -> Decision:
        decision = self._scheduler.decide(gang)
        if isinstance(decision, Wait):
            self._scheduler.release(gang.name)  # what was reserved for it may be of no use any more
        return decision

    def _try(self, gang: Gang, shape: Shape) -> Decision:
        """The first of its shape in this turn."""
        ahead = self._first.get(gang.virtual_cluster) if gang.priority >= 0 else None
        decision = self._known(shape, ahead) or decide_behind(self._scheduler, gang, ahead)
        if isinstance(decision, Wait):
            self._failed[shape] = Failed(decision, self._scheduler.version, ahead)
            self._alike[shape] = []
            if gang.priority >= 0 and ahead is None:
                self._keep_for(gang, shape)
        return decision

    def _known(self, shape: Shape, ahead: First | None) -> Wait | None:
        """That it found no room before, and nothing has changed that it depends on."""
        failed = self._before.failed.get(shape)
        if failed is None or failed.version != self._scheduler.version:
            return None
        return failed.wait if failed.ahead is None or failed.ahead == ahead else None

    def _keep_for(self, gang: Gang, shape: Shape) -> None:
        """It is the first that waits in its virtual cluster, if it could have room there at all."""
        last = self._before.first.get(gang.virtual_cluster)
        kept_before = last.kept if last and (last.name, last.shape) == (gang.name, shape) else {}
        kept = self._scheduler.earmark(gang, kept_before)
        if kept:
            self._first[gang.virtual_cluster] = First(gang.name, kept, shape)

    def turns(self) -> Turns:
        """What came of it. What stands against those that wait is told as it is after all turns."""
        for vc, first in self._first.items():
            kept = self._scheduler.earmark(self._alike[first.shape][0], first.kept)
            if kept != first.kept:
                self.at_rest = False
                self._first[vc] = replace(first, kept=kept)
        for shape, failed in self._failed.items():
            if failed.version != self._scheduler.version:
                self._look_again(shape, failed)
        return Turns(self._decisions, self._first, self._queue, self._failed)

    def _look_again(self, shape: Shape, failed: Failed) -> None:
        """What gangs of a shape that found no room would get now."""
        alike = self._alike[shape]
        now = decide_behind(self._scheduler, alike[0], failed.ahead)
        if isinstance(now, Wait):
            self._failed[shape] = Failed(now, self._scheduler.version, failed.ahead)
            self._decisions.update(dict.fromkeys((gang.name for gang in alike), now))
        else:
            self.at_rest = False


def _in_turn(waiting: Sequence[Waiting], before: Turns, shares: Shares | None) -> Iterator[Waiting]:
    """All of them, in turn. Where users share fairly, a place in the order is their virtual cluster's, and who has it
    depends on what became of those before."""
    if shares is None:
        yield from waiting
        return
    lines: dict[tuple[str, int], FairLine[Waiting]] = {}
    for each in waiting:
        vc, priority = each.gang.virtual_cluster, each.gang.priority
        if not shares.is_fair(vc):
            yield each
            continue
        if (vc, priority) not in lines:
            lines[vc, priority] = _line(waiting, vc, priority, before, shares)
        yield lines[vc, priority].next()


def _line(
    waiting: Sequence[Waiting], vc: str, priority: int, before: Turns, shares: Shares
) -> FairLine[Waiting]:
    first = before.first.get(vc)
    mine = [w for w in waiting if (w.gang.virtual_cluster, w.gang.priority) == (vc, priority)]
    return FairLine(
        [(shares.user_of(each.gang.name), each) for each in mine],
        lambda user: shares.part(vc, user, opportunistic=priority < 0),
        next((each for each in mine if first and each.gang.name == first.name), None),
    )
