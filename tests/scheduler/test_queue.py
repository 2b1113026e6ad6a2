"""Whose turn it is, and what those behind may take."""

from hypothesis import given, settings
from hypothesis import strategies as st

from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import OPPORTUNISTIC, Gang, Preempt, Start, Wait
from openpai.scheduler.queue import Waiting, take_turns
from tests.scheduler.asking import cluster, gang

NODES = cluster({"NODE": ("G", 4)}, "NODE", [("NODE", "a"), ("NODE", "b")], {"A": {"NODE": 2}})


class Line:
    """Gangs that wait in one line, on machines of four."""

    def __init__(self, described: Cluster = NODES) -> None:
        self.scheduler = Scheduler(described)
        self.waiting: list[Waiting] = []

    def submit(self, *gangs: Gang) -> "Line":
        for each in gangs:
            self.waiting.append(Waiting(each, (len(self.waiting), each.name)))
        return self.turn()

    def turn(self) -> "Line":
        self.turns = take_turns(self.scheduler, self.waiting)
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


sizes = st.lists(st.integers(1, 4), min_size=1, max_size=2)


@settings(deadline=None, max_examples=60)
@given(
    running=st.lists(sizes, max_size=6),
    first=sizes,
    later=st.lists(st.tuples(sizes, st.integers(0, 3)), max_size=12),
)
def test_who_is_first_waits_at_most_for_what_ran_when_it_became_first(
    running: list[list[int]], first: list[int], later: list[tuple[list[int], int]]
) -> None:
    line = Line()
    for n, each in enumerate(running):
        line.submit(gang(f"r{n}", "A", *each))
    before = set(line.runs)
    line.waiting.clear()
    line.submit(gang("first", "A", *first))
    for n, (each, ended) in enumerate(later):
        line.submit(gang(f"l{n}", "A", *each))
        done = sorted(set(line.runs) - before - {"first"})[:ended]
        line.end(*done)
    line.end(*sorted(before))
    assert "first" in line.scheduler.held, "all that ran when it became first has ended"
