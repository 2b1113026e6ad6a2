"""How users share a virtual cluster: limits, and whoever has least goes first."""

import pytest

from openpai.scheduler.cluster import Cluster, Sku
from openpai.scheduler.core import Scheduler
from openpai.scheduler.fair import FairLine
from openpai.scheduler.gang import OPPORTUNISTIC, Gang, Limit, Limited, Start, Wait
from openpai.scheduler.queue import NO_TURNS, Waiting, take_turns
from openpai.scheduler.sharing import Limits, Rules, Shares
from tests.scheduler.asking import cluster, gang

NODES = cluster(
    {"NODE": ("G", 4), "CPU-NODE": ("C", 8)},
    ("NODE", "CPU-NODE"),
    [("NODE", "a"), ("NODE", "b"), ("CPU-NODE", "c")],
    {"A": {"NODE": 1, "CPU-NODE": 1}, "B": {"NODE": 1}},
)
FAIR = Rules(fair=frozenset({"A"}))


class Users:
    """Gangs that are named `user.something`, and wait in one line."""

    def __init__(self, rules: Rules, described: Cluster = NODES) -> None:
        self.scheduler = Scheduler(described)
        self.rules = rules
        self.turns = NO_TURNS
        self.waiting: list[Waiting] = []
        self.started: list[str] = []
        self._number = 0

    def submit(self, *gangs: Gang) -> "Users":
        for each in gangs:
            self._number += 1
            self.waiting.append(Waiting(each, (self._number, "")))
        return self.turn()

    def turn(self) -> "Users":
        shares = Shares(self.scheduler, self.rules, lambda name: name.partition(".")[0])
        self.turns = take_turns(self.scheduler, self.waiting, self.turns, shares)
        started = [name for name, each in self.turns.decisions.items() if isinstance(each, Start)]
        self.started += started
        self.waiting = [each for each in self.waiting if each.gang.name not in started]
        return self

    def end(self, *names: str) -> "Users":
        for name in names:
            self.scheduler.release(name)
        return self.turn()

    @property
    def line(self) -> list[str]:
        return [name for name, _ in self.turns.queue]

    def limit(self, name: str) -> Limit | None:
        decision = self.turns.decisions[name]
        assert isinstance(decision, Wait)
        return decision.limit


def test_whoever_has_least_of_the_virtual_cluster_is_next() -> None:
    users = Users(FAIR).submit(*(gang(f"ann.{n}", "A", 1) for n in range(6)), gang("bob.0", "A", 1))
    assert users.started == ["ann.0", "bob.0", "ann.1", "ann.2"]
    assert users.end("ann.1").started[-1:] == ["ann.3"], "both have one then, and ann came first"
    users.submit(gang("bob.1", "A", 1), gang("cem.0", "A", 1))
    assert users.line == ["ann.4", "cem.0", "bob.1", "ann.5"], "who was first stays it"
    assert users.end("ann.0", "ann.2").started[-2:] == ["ann.4", "cem.0"]


def test_without_the_rule_who_came_first_is_next() -> None:
    users = Users(Rules()).submit(*(gang(f"ann.{n}", "A", 1) for n in range(6)), gang("bob.0", "A", 1))
    assert users.line == ["ann.4", "ann.5", "bob.0"]


def test_the_more_urgent_goes_first_whoever_has_how_much() -> None:
    users = Users(FAIR).submit(gang("ann.0", "A", 4))
    users.submit(gang("bob.0", "A", 1), gang("ann.1", "A", 1, priority=0), gang("cem.0", "A", 1, priority=-1))
    assert users.started == ["ann.0", "cem.0"]
    assert users.line == ["bob.0", "ann.1"]


def test_of_two_skus_that_counts_of_which_a_user_has_the_larger_part() -> None:
    users = Users(FAIR).submit(gang("ann.0", "A", 2), gang("bob.0", "A", 3, types=("C",)))
    users.submit(gang("ann.1", "A", 1), gang("bob.1", "A", 2))
    assert users.started[2:] == ["bob.1"], "3 of 8 are less than 2 of 4"


def test_what_is_idle_is_shared_apart() -> None:
    users = Users(FAIR).submit(gang("ann.0", "A", 3), gang("bob.0", "A", 4, priority=OPPORTUNISTIC))
    users.submit(gang("ann.1", "A", 1), gang("bob.1", "A", 1))
    assert users.started[2:] == ["bob.1"], "of what is guaranteed bob has nothing yet"


def test_a_limit_on_tasks_holds_within_its_virtual_cluster() -> None:
    users = Users(Rules(within={"A": Limits(tasks=2)}))
    users.submit(
        gang("ann.0", "A", 1, 1), gang("ann.1", "A", 1), gang("ann.2", "B", 1), gang("bob.0", "A", 1)
    )
    assert users.started == ["ann.0", "ann.2", "bob.0"]
    assert users.limit("ann.1") == Limit(Limited.TASKS, most=2, has=2, needed=1, virtual_cluster="A")
    assert "A" not in users.turns.first, "nothing is kept for it"
    assert users.end("ann.0").started[-1] == "ann.1"


def test_a_limit_on_gpus_counts_those_of_all_virtual_clusters_and_idle_ones() -> None:
    users = Users(Rules(everywhere=Limits(gpus=3)))
    users.submit(gang("ann.0", "A", 1), gang("ann.1", "B", 1), gang("ann.2", "A", 1, priority=OPPORTUNISTIC))
    users.submit(gang("ann.3", "B", 1), gang("bob.0", "B", 3))
    assert users.line == ["ann.3"]
    assert users.limit("ann.3") == Limit(Limited.GPUS, most=3, has=3, needed=1)


def test_a_sku_without_gpus_is_left_where_the_limit_of_gpus_is_reached() -> None:
    skus = {"G": Sku(1, 1, 1), "C": Sku(0, 1, 1)}
    described = Cluster(NODES.types, NODES.cells, NODES.virtual_clusters, skus)
    users = Users(Rules(within={"A": Limits(gpus=1)}), described)
    users.submit(gang("ann.0", "A", 1, types=("G", "C")), gang("ann.1", "A", 1, types=("G", "C")))
    used = {name: held.placement.leaf_type for name, held in users.scheduler.held.items()}
    assert used == {"ann.0": "G", "ann.1": "C"}


def test_who_has_reserved_cells_is_not_counted_twice() -> None:
    users = Users(Rules(within={"A": Limits(tasks=1)})).submit(gang("bob.0", "A", 4))
    users.submit(gang("ann.0", "A", 4, priority=1)).turn()
    assert users.scheduler.held["ann.0"].state == "Preempting"
    assert users.end("bob.0").started[-1] == "ann.0"


@pytest.mark.parametrize("first", [None, "c2"])
def test_a_line_looks_at_what_each_user_has_at_that_moment(first: str | None) -> None:
    has = {"a": 0, "b": 1, "c": 1}
    line = FairLine(
        [(name[0], name) for name in ("a1", "a2", "a3", "b1", "c1", "c2")], lambda user: has[user], first
    )
    order = []
    for _ in range(6):
        order.append(line.next())
        has[order[-1][0]] += 1
    expected = ["a1", "a2", "b1", "c1", "a3", "c2"]
    if first:
        expected = ["c2", "a1", "a2", "b1", "a3", "c1"]
    assert order == expected
