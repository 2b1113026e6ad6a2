"""A busy cluster: many gangs, little room, everything that can happen, often. As `test_model`, but it only makes the
choices that bring something about, so that far more comes together; what it finds is not made smaller.

`PAI_EXAMPLES=2000` has it try longer."""

import os
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from openpai.scheduler.cluster import Cluster
from openpai.scheduler.gang import OPPORTUNISTIC, Gang, GangState, Preempt, Start, Wait
from tests.scheduler.promises import everybody_gets_all
from tests.scheduler.strategies import clusters, largest_task, promises
from tests.scheduler.tree import nodes_of_cluster, paths_of
from tests.scheduler.world import World

EXAMPLES = int(os.environ.get("PAI_EXAMPLES", "20"))
EVENTS = 60

SEEN: Counter[str] = Counter()
"""What came about, in all runs."""


class Storm:
    def __init__(self, cluster: Cluster, random: Random) -> None:
        self.world = World(cluster)
        self.random = random
        self.count = 0
        self.crowded = random.choice([*cluster.virtual_clusters])

    def event(self) -> None:
        """One thing happens."""
        events = {
            self.a_gang_asks: 10,
            self.a_victim_leaves: 3,
            self.who_has_reserved_asks_again: 3,
            self.a_gang_is_gone: 2,
            self.a_task_is_gone: 1,
            self.hardware_turns_bad_or_good: 2,
            self.the_server_restarts: 0.4,
        }
        self.random.choices(list(events), list(events.values()))[0]()

    def a_gang_asks(self) -> None:
        self.count += 1
        gang = self.gang()
        decision = self.world.decide(gang)
        note(decision)
        if not isinstance(decision, Wait) and (isinstance(decision, Start) or self.random.random() < 0.8):
            self.world.apply(gang, decision)

    def gang(self) -> Gang:
        random, cluster = self.random, self.world.cluster
        every = list(cluster.virtual_clusters)
        name = self.crowded if self.crowded in every and random.random() < 0.6 else random.choice(every)
        vc = cluster.virtual_clusters[name]
        priority = random.choice([OPPORTUNISTIC, 0, 1, 2, 3, 4, 5])
        pin = random.choice(vc.pins) if vc.pins and priority >= 0 and random.random() < 0.4 else None
        room = {leaf: largest_task(cluster, vc, leaf, pin) for leaf in sorted(cluster.skus)}
        types = [leaf for leaf in room if room[leaf] or priority < 0] or list(room)
        random.shuffle(types)
        count = random.choice([1, 1, 1, 2, 2, 3])
        return Gang(
            name=f"g{self.count}",
            virtual_cluster=name,
            priority=priority,
            needs={
                leaf: {f"t{i}": random.randint(1, max(1, room[leaf])) for i in range(count)} for leaf in types
            },
            pinned=pin,
            lazy=random.random() < 0.4,
            nodes=self.some_nodes() if random.random() < 0.1 else None,
        )

    def some_nodes(self) -> frozenset[str]:
        return frozenset(node for node in nodes_of_cluster(self.world.cluster) if self.random.random() < 0.7)

    def one_of(self, *states: GangState) -> str | None:
        names = self.world.names(*states)
        return self.random.choice(names) if names else None

    def who_has_reserved_asks_again(self) -> None:
        if name := self.one_of(GangState.PREEMPTING):
            gang = self.world.expected[name].gang
            decision = self.world.decide(gang)
            if isinstance(decision, Wait):
                self.world.release(name)
            else:
                SEEN["reserved, then started"] += isinstance(decision, Start)
                SEEN["reserved, then moved"] += name in decision.cancelled
                self.world.apply(gang, decision)

    def a_victim_leaves(self) -> None:
        if name := self.one_of(GangState.BEING_PREEMPTED):
            self.world.release(name)

    def a_gang_is_gone(self) -> None:
        if name := self.one_of(GangState.ALLOCATED, GangState.PREEMPTING):
            self.world.release(name)

    def a_task_is_gone(self) -> None:
        if running := self.world.running():
            name = self.random.choice(running)
            self.world.release(
                name, frozenset([self.random.choice(list(self.world.expected[name].placement.tasks))])
            )

    def hardware_turns_bad_or_good(self) -> None:
        nodes, leaves = self.world.bad
        random, every = (
            self.random,
            sorted({(node, leaf) for _chain, node, leaf in paths_of(self.world.cluster)}),
        )
        if random.random() < 0.3:
            nodes = nodes ^ {random.choice(every)[0]}
        elif random.random() < 0.3:
            nodes, leaves = frozenset(), frozenset()
        else:
            leaves = leaves ^ frozenset(random.sample(every, min(len(every), random.randint(1, 3))))
        self.world.set_bad(nodes, leaves)
        SEEN["hardware turned"] += 1

    def the_server_restarts(self) -> None:
        self.world.restart()
        SEEN["restarted"] += 1


def note(decision: Start | Preempt | Wait) -> None:
    SEEN[type(decision).__name__] += 1
    if isinstance(decision, Wait):
        for each in decision.obstacles:
            SEEN[each.why.value] += 1
    else:
        SEEN["downgraded"] += len(decision.downgraded)
        SEEN["cancelled"] += len(decision.cancelled)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(clusters(), st.randoms(use_true_random=True), st.data())
def any_storm(cluster: Cluster, random: Random, data: st.DataObject) -> None:
    storm = Storm(cluster, random)
    for _ in range(EVENTS):
        storm.event()
    everybody_gets_all(storm.world)
    promised = data.draw(promises(cluster), label="promises")
    storm.world.reconfigure(replace(cluster, virtual_clusters=promised))
    for _ in range(EVENTS // 4):
        storm.event()
    everybody_gets_all(storm.world)
    storm.world.all_leave()


@pytest.mark.timeout(3600)
def test_a_busy_cluster_stays_sound() -> None:
    """And what this is for came about: else it would prove nothing."""
    any_storm()
    expected = ["Start", "Preempt", "Wait", "downgraded", "cancelled", "reserved, then started", "restarted"]
    assert not [what for what in expected if not SEEN[what]], SEEN
