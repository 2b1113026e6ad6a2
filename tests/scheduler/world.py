"""A scheduler and what is known of it from outside: each decision is judged, each event leads where it must."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import (
    OPPORTUNISTIC,
    Decision,
    Gang,
    GangState,
    Held,
    Placement,
    Preempt,
    Start,
    Wait,
)
from tests.scheduler import invariants
from tests.scheduler.inspected import chains, free_cells, promised_cells
from tests.scheduler.internals import check_internals
from tests.scheduler.invariants import inside, leaves_of
from tests.scheduler.snapshot import difference, meaning, snapshot
from tests.scheduler.tree import Leaf, paths_of

Bad = tuple[frozenset[str], frozenset[tuple[str, int]]]
NOTHING_BAD: Bad = (frozenset(), frozenset())


@dataclass(frozen=True)
class Expected:
    """A gang as it must be held: where its tasks are, whether it was downgraded, whether it only reserves."""

    gang: Gang
    placement: Placement
    downgraded: bool = False
    reserves: bool = False


class World:
    """`log`: all that was done since the scheduler was made, to be done again on another."""

    def __init__(self, cluster: Cluster) -> None:
        self.scheduler = Scheduler(cluster)
        self.expected: dict[str, Expected] = {}
        self.bad = NOTHING_BAD
        self.log: list[Callable[[Scheduler], None]] = []
        self.last_snapshot: tuple[object, ...] | None = None
        self.check()

    @property
    def cluster(self) -> Cluster:
        return self.scheduler.cluster

    def names(self, *states: GangState) -> list[str]:
        return sorted(name for name, held in self.scheduler.held.items() if held.state in states)

    def cells(self, placement: Placement) -> set[Leaf]:
        return set(leaves_of(self.cluster, placement))

    def running(self) -> list[str]:
        """The gangs with tasks on cells."""
        return sorted(
            name for name, each in self.expected.items() if not each.reserves and each.placement.tasks
        )

    def is_bad(self, placement: Placement) -> bool:
        nodes, leaves = self.bad
        return any(node in nodes or (node, leaf) in leaves for node, leaf in hardware(placement))

    # What is asked

    def decide(self, gang: Gang) -> Decision:
        """The decision, which must be sound, the same when asked twice, and change nothing."""
        before = self.last_snapshot or snapshot(self.scheduler)
        decision = self.scheduler.decide(gang)
        self.last_snapshot = snapshot(self.scheduler)
        changed = difference(before, self.last_snapshot)
        assert not changed, f"a decision changed something: {changed}"
        self.judge(gang, decision)
        return decision

    def judge(self, gang: Gang, decision: Decision) -> None:
        if isinstance(decision, Wait):
            assert decision.obstacles, "nothing stands against it"
            return
        mine = self.expected.get(gang.name)
        if mine is not None and not mine.reserves:
            assert decision == Start(self.scheduler.held[gang.name].placement)
            return
        self.judge_place(gang, decision.placement)
        wanted = self.cells(decision.placement)
        users = {
            name
            for name, each in self.expected.items()
            if not each.reserves and wanted & self.cells(each.placement)
        }
        reservers = {
            name
            for name, each in self.expected.items()
            if each.reserves and name != gang.name and wanted & self.cells(each.placement)
        }
        moved = mine is not None and decision.placement != mine.placement
        assert set(decision.cancelled) == reservers | ({gang.name} if moved else set())
        assert (set(decision.victims) if isinstance(decision, Preempt) else set()) == users
        if isinstance(decision, Preempt):
            assert decision.victims
            assert gang.priority > OPPORTUNISTIC
        for name in users | reservers:
            self.judge_weaker(gang, name, decision.downgraded)
        for name in decision.downgraded:
            each = self.expected[name]
            assert each.gang.lazy
            assert not each.reserves
            assert not each.downgraded
            assert gang.virtual_cluster == each.gang.virtual_cluster
            assert OPPORTUNISTIC < each.gang.priority < gang.priority

    def judge_place(self, gang: Gang, placement: Placement) -> None:
        """It is whole, on good cells that it may use."""
        sizes = {task: len(place.leaves) for task, place in placement.tasks.items()}
        assert sizes == gang.needs[placement.leaf_type]
        held = Held(gang, GangState.ALLOCATED, placement)
        invariants.check_gang(self.cluster, held)
        assert not self.is_bad(placement)
        assert gang.nodes is None or {place.node for place in placement.tasks.values()} <= gang.nodes
        if gang.pinned is not None:
            assert inside(self.cluster, gang.pinned, placement)

    def judge_weaker(self, gang: Gang, name: str, downgraded: Iterable[str]) -> None:
        """Only who gives way to everybody, or to a higher priority of the same virtual cluster, is ever displaced."""
        other = self.expected[name]
        if other.gang.priority == OPPORTUNISTIC or other.downgraded or name in downgraded:
            return
        assert other.gang.virtual_cluster == gang.virtual_cluster, f"{name} is displaced by another's gang"
        assert other.gang.priority < gang.priority, f"{name} is displaced by an equal"

    # What happens

    def do(self, act: Callable[[Scheduler], None]) -> None:
        self.last_snapshot = None
        act(self.scheduler)
        self.log.append(act)

    def apply(self, gang: Gang, decision: Start | Preempt) -> None:
        def act(scheduler: Scheduler) -> None:
            again = scheduler.decide(gang)
            assert again == decision
            assert not isinstance(again, Wait)
            scheduler.apply(gang, again)

        self.do(act)
        for name in decision.cancelled:
            self.expected.pop(name)
        for name in decision.downgraded:
            self.expected[name] = replace(self.expected[name], downgraded=True)
            assert self.scheduler.held[name].downgraded_by == gang.name
        if gang.name not in self.expected or self.expected[gang.name].reserves:
            reserves = isinstance(decision, Preempt)
            self.expected[gang.name] = Expected(gang, decision.placement, reserves=reserves)
        self.check()

    def release(self, name: str, tasks: frozenset[str] | None = None) -> None:
        """These tasks are gone, or all; a gang that only reserves is gone with the first."""
        self.do(lambda scheduler: scheduler.release(name, None if tasks is None else sorted(tasks)))
        each = self.expected[name]
        left = {} if tasks is None else {t: p for t, p in each.placement.tasks.items() if t not in tasks}
        if left:
            self.expected[name] = replace(each, placement=replace(each.placement, tasks=left))
        else:
            del self.expected[name]
        self.check()

    def set_bad(self, nodes: frozenset[str], leaves: frozenset[tuple[str, int]]) -> None:
        self.bad = (nodes, leaves)
        self.do(lambda scheduler: scheduler.set_bad(nodes, leaves))
        self.check()

    # What must hold

    def check(self) -> None:
        invariants.check(self.scheduler)
        check_internals(self.scheduler)
        self.check_bad()
        held = self.scheduler.held
        assert held.keys() == self.expected.keys()
        for name, each in self.expected.items():
            assert held[name].gang == each.gang
            assert held[name].downgraded == each.downgraded
            assert (held[name].state is GangState.PREEMPTING) == each.reserves
            assert places(held[name].placement) == places(each.placement), "a gang has moved"

    def check_bad(self) -> None:
        """Exactly the leaves that are said to be bad are."""
        nodes, leaves = self.bad
        for chain in chains(self.scheduler).values():
            for machine in chain.machines.all:
                for leaf in machine.leaves:
                    said = machine.name in nodes or (machine.name, int(leaf.address)) in leaves
                    assert bool(leaf.bad) == said

    def replay(self) -> "World":
        """Another such world. The same events lead to the same state, however often it was asked in between."""
        again = World(self.cluster)
        for act in self.log:
            again.do(act)
        again.expected, again.bad = dict(self.expected), self.bad
        changed = difference(snapshot(self.scheduler), snapshot(again.scheduler))
        assert not changed, f"the same events led elsewhere: {changed}"
        return again

    def restart(self) -> None:
        """All is as it was: who holds what, and to whom it is charged."""
        before = meaning(self.scheduler)
        self.take_over(Scheduler(self.cluster))
        after = meaning(self.scheduler)
        for what in before:
            assert after[what] == before[what], f"{what} was {before[what]}, and is {after[what]}"

    def reconfigure(self, cluster: Cluster) -> None:
        """Another cluster, whatever it is, takes no cell from a gang that runs; only what no longer exists is lost."""
        before = dict(self.scheduler.held)
        there = {(node, leaf) for _chain, node, leaf in paths_of(cluster)}
        self.bad = (self.bad[0] & {node for node, _leaf in there}, self.bad[1] & there)
        self.take_over(Scheduler(cluster))
        after = self.scheduler.held
        assert after.keys() <= before.keys()
        for name, each in before.items():
            if each.state is not GangState.PREEMPTING:
                kept = hardware(each.placement) & there
                assert hardware(after[name].placement) == kept, "a gang that runs lost cells"
                assert after[name].downgraded >= each.downgraded

    def take_over(self, scheduler: Scheduler) -> None:
        """Go on with a new one, which is told what runs, then what is reserved, then what is bad."""
        held, bad = list(self.scheduler.held.values()), self.bad

        def tell(other: Scheduler) -> None:
            for each in held:
                if each.state is not GangState.PREEMPTING:
                    other.restore(each.gang, each.placement, downgraded=each.downgraded)
            for each in held:
                if each.state is GangState.PREEMPTING:
                    other.restore_reservation(each.gang, each.placement)
            other.set_bad(*bad)

        self.scheduler, self.log = scheduler, []
        self.do(tell)
        self.expected = {
            name: Expected(each.gang, each.placement, each.downgraded, each.state is GangState.PREEMPTING)
            for name, each in scheduler.held.items()
        }
        self.check()

    def all_leave(self) -> None:
        """When all is over, nothing is left."""
        for name in list(self.scheduler.held):
            self.release(name)
        self.set_bad(*NOTHING_BAD)
        new = Scheduler(self.cluster)
        assert meaning(self.scheduler) == meaning(new)
        assert free_cells(self.scheduler) == free_cells(new)
        assert promised_cells(self.scheduler) == promised_cells(new)


def hardware(placement: Placement) -> set[tuple[str, int]]:
    return {(place.node, leaf) for place in placement.tasks.values() for leaf in place.leaves}


def places(placement: Placement) -> dict[str, tuple[str, tuple[int, ...]]]:
    return {task: (place.node, place.leaves) for task, place in placement.tasks.items()}
