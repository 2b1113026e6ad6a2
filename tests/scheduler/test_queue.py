"""Whose turn it is, and what those behind may take."""

from dataclasses import replace
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import OPPORTUNISTIC, Gang, Preempt, Start, Wait
from openpai.scheduler.queue import NO_TURNS, Waiting, take_turns
from tests.scheduler.asking import cluster, gang
from tests.scheduler.inspected import views

NODES = cluster({"NODE": ("G", 4)}, "NODE", [("NODE", "a"), ("NODE", "b")], {"A": {"NODE": 2}})


class Line:
    """Gangs that wait in one line, on machines of four."""

    def __init__(self, described: Cluster = NODES) -> None:
        self.scheduler = Scheduler(described)
        self.waiting: list[Waiting] = []
        self.turns = NO_TURNS
        self._numbers = count()

    def submit(self, *gangs: Gang) -> "Line":
        for each in gangs:
            self.waiting.append(Waiting(each, (next(self._numbers), each.name)))
        return self.turn()

    def turn(self) -> "Line":
        self.turns = take_turns(self.scheduler, self.waiting, self.turns)
        started = {name for name, each in self.turns.decisions.items() if isinstance(each, Start)}
        self.waiting = [each for each in self.waiting if each.gang.name not in started]
        return self

    def end(self, *names: str) -> "Line":
        for name in names:
            self.scheduler.release(name)
        return self.turn()

    @property
    def line(self) -> list[str]:
        return [name for name, _ in self.turns.queue]

    @property
    def runs(self) -> set[str]:
        reserved = {name for name, held in self.scheduler.held.items() if held.state.value == "Preempting"}
        return set(self.scheduler.held) - reserved


def test_who_is_more_urgent_goes_first_and_then_who_came_first() -> None:
    line = Line().submit(gang("all", "A", 4, 4))
    line.submit(gang("late", "A", 4, 4), gang("later", "A", 1), gang("urgent", "A", 4, 4, priority=0))
    assert line.line == ["late", "later", "urgent"]
    line.submit(gang("prod", "A", 4, priority=-1))
    assert line.line == ["late", "later", "urgent", "prod"]


def test_small_ones_do_not_starve_a_large_one_that_came_first() -> None:
    line = Line().submit(gang("s0", "A", 1), gang("large", "A", 4, 4))
    assert line.runs == {"s0"}
    for n in range(1, 20):
        line.submit(gang(f"s{n}", "A", 1))
    assert line.runs == {"s0"}, "all of the cells are kept"
    decision = line.turns.decisions["s5"]
    assert isinstance(decision, Wait)
    assert decision.behind == "large"
    assert line.end("s0").runs == {"large"}


def test_what_is_kept_stays_the_same_while_who_is_first_waits() -> None:
    line = Line().submit(gang("two", "A", 2), gang("three", "A", 3), gang("first", "A", 4))
    line.submit(gang("small", "A", 1))
    line.end("three")
    line.submit(gang("next", "A", 1))
    assert line.runs == {"two", "small", "next"}
    assert line.end("two").runs == {"small", "next", "first"}, "it waits for nobody who came later"


def test_what_fits_beside_the_kept_cells_starts() -> None:
    three = cluster({"NODE": ("G", 4)}, "NODE", [("NODE", n) for n in "abc"], {"A": {"NODE": 3}})
    line = Line(three).submit(gang("x", "A", 3), gang("y", "A", 3), gang("first", "A", 4, 4))
    line.submit(gang("small", "A", 1), gang("next", "A", 1))
    assert line.runs == {"x", "y", "small"}, "one cell was left that is not kept"
    assert line.end("x").runs == {"y", "small", "first"}


def test_opportunistic_gangs_use_what_is_kept_and_give_way() -> None:
    line = Line().submit(gang("s", "A", 1), gang("large", "A", 4, 4))
    line.submit(gang("idle", "A", 2, priority=OPPORTUNISTIC))
    assert line.runs == {"s", "idle"}
    line.end("s")
    assert isinstance(line.turns.decisions["large"], Preempt)
    assert line.end("idle").runs == {"large"}


def test_a_gang_like_one_that_found_no_room_is_not_tried_again_in_the_same_turn() -> None:
    line = Line().submit(gang("all", "A", 4, 4))
    tried: list[str] = []
    decide = line.scheduler.decide

    def counting(wanted: Gang, *words: object, **more: object) -> object:
        tried.append(wanted.name)
        return decide(wanted, *words, **more)  # type: ignore[arg-type]

    line.scheduler.decide = counting  # type: ignore[assignment, method-assign]
    line.submit(*(gang(f"g{n}", "A", 2) for n in range(50)))
    assert len(set(tried)) == 1
    assert line.line == [f"g{n}" for n in range(50)]


sizes = st.lists(st.sampled_from([1, 1, 2, 3, 4]), min_size=1, max_size=2)
numbers = st.integers(0, 9)
events = st.tuples(st.sampled_from(["submit"] * 4 + ["end"] * 4 + ["withdraw"]), sizes, numbers)


class Watched(Line):
    """Watches who is first, and what had run when it became that."""

    def __init__(self, described: Cluster = NODES) -> None:
        super().__init__(described)
        self.first: str | None = None
        self.ran_before: set[str] = set()

    def turn(self) -> "Watched":
        ran = set(self.runs)
        super().turn()
        first = self.turns.first["A"].name if "A" in self.turns.first else None
        if first != self.first:
            self.first, self.ran_before = first, ran | set(self.runs)
        self.ran_before &= self.runs
        assert self.first is None or self.ran_before, (
            f"{self.first} waits for none of those that had been there"
        )
        again = take_turns(self.scheduler, self.waiting, replace(self.turns, settled=None))
        assert not any(isinstance(each, Start) for each in again.decisions.values()), (
            "a turn leaves nobody out"
        )
        for each in self.waiting:
            tasks = [*each.gang.needs["G"].values()]
            assert len(tasks) > 1 or tasks[0] > self.largest_room(), f"{each.gang.name} could start"
        return self

    def largest_room(self) -> int:
        """The most cells of one node that nobody has and that are kept for nobody."""
        kept = self.turns.first["A"].kept if "A" in self.turns.first else {}
        (view,) = views(self.scheduler)
        return max(
            sum(leaf.owner is None and leaf not in kept.get(node, ()) for leaf in node.leaves)
            for node in view.nodes
        )

    def withdraw(self, number: int) -> None:
        if self.waiting:
            del self.waiting[number % len(self.waiting)]
            self.turn()


@settings(deadline=None, max_examples=150)
@given(st.lists(events, min_size=5, max_size=40))
def test_who_is_first_waits_at_most_for_what_ran_when_it_became_first(
    story: list[tuple[str, list[int], int]],
) -> None:
    line = Watched()
    for number, (kind, wanted, which) in enumerate(story):
        if kind == "submit":
            line.submit(gang(f"g{number}", "A", *wanted))
        elif kind == "withdraw":
            line.withdraw(which)
        elif line.runs:
            line.end(sorted(line.runs)[which % len(line.runs)])


def test_a_turn_in_which_nothing_can_change_is_the_one_before() -> None:
    line = Line().submit(gang("all", "A", 4, 4), gang("one", "A", 1), gang("two", "A", 2))
    settled = line.turn().turns
    assert line.turn().turns is settled
    line.waiting.pop()
    assert line.turn().line == ["one"]
    assert line.submit(gang("two", "A", 1, 1)).line == ["one", "two"]
    assert line.end("all").line == []


def test_a_reservation_that_is_given_up_makes_room_for_those_who_were_tried_before() -> None:
    line = Line().submit(gang("old", "A", 4, 4)).submit(gang("urgent", "A", 4, priority=1))
    assert line.scheduler.held["urgent"].state == "Preempting"
    line.waiting = [replace_nodes(each, frozenset({"nowhere"})) for each in line.waiting]
    line.submit(gang("more", "A", 4, priority=2))
    assert line.scheduler.held["more"].state == "Preempting", "it reserves what the other has given up"
    assert line.turn().line == ["more", "urgent"]


def replace_nodes(waiting: Waiting, nodes: frozenset[str]) -> Waiting:
    return Waiting(replace(waiting.gang, nodes=nodes), waiting.since)
