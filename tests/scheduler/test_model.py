"""Anything happens to a scheduler, in any order: what must hold holds after each event, and what was promised can be
had at every moment.

`PAI_EXAMPLES=2000` has it try longer."""

import os
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from openpai.scheduler.cluster import Cluster
from openpai.scheduler.gang import OPPORTUNISTIC, GangState, Preempt, Start, Wait
from tests.scheduler.promises import everybody_gets_all
from tests.scheduler.strategies import VIRTUAL_CLUSTERS, clusters, gangs, promises
from tests.scheduler.tree import nodes_of_cluster, paths_of
from tests.scheduler.world import World

EXAMPLES = int(os.environ.get("PAI_EXAMPLES", "30"))
"""How many sequences of events are tried."""

ANY = st.data()


class AnythingMayHappen(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    @initialize(cluster=clusters(), crowded=st.sampled_from([*VIRTUAL_CLUSTERS, None]))
    def there_is_a_cluster(self, cluster: Cluster, crowded: str | None) -> None:
        self.world = World(cluster)
        self.crowded = crowded

    @rule(data=ANY, priorities=st.sampled_from([(0, 1, 2, 3, 4, 5), (0, 1), (5,), (2,)]))
    def guaranteed_gangs_ask(self, data: st.DataObject, priorities: tuple[int, ...]) -> None:
        self.ask(data, priorities, patient=True)

    @rule(data=ANY, priorities=st.sampled_from([(0,), (5,), (OPPORTUNISTIC, 3)]))
    def gangs_ask_that_only_start_where_nobody_must_leave(
        self, data: st.DataObject, priorities: tuple[int, ...]
    ) -> None:
        self.ask(data, priorities, patient=False)

    @rule(data=ANY)
    def opportunistic_gangs_ask(self, data: st.DataObject) -> None:
        self.ask(data, (OPPORTUNISTIC,), patient=True)

    def ask(self, data: st.DataObject, priorities: tuple[int, ...], patient: bool) -> None:
        """Some gangs, one after the other. A patient one reserves what others must leave first."""
        for _ in range(data.draw(st.sampled_from([1, 2, 3, 4]), label="gangs")):
            self.count += 1
            gang = data.draw(
                gangs(self.world.cluster, f"g{self.count}", priorities, self.crowded), label="gang"
            )
            decision = self.world.decide(gang)
            if isinstance(decision, Start) or (isinstance(decision, Preempt) and patient):
                self.world.apply(gang, decision)

    @precondition(lambda self: self.world.names(GangState.PREEMPTING))
    @rule(data=ANY)
    def who_has_reserved_asks_again(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.world.names(GangState.PREEMPTING)))
        before = self.world.expected[name]
        decision = self.world.decide(before.gang)
        if isinstance(decision, Wait):
            assert self.world.is_bad(before.placement)
            self.world.release(name)
            return
        assert decision.placement == before.placement or self.world.is_bad(before.placement)
        self.world.apply(before.gang, decision)

    @precondition(lambda self: self.world.names(GangState.BEING_PREEMPTED))
    @rule(data=ANY)
    def a_victim_leaves(self, data: st.DataObject) -> None:
        self.world.release(data.draw(st.sampled_from(self.world.names(GangState.BEING_PREEMPTED))))

    @precondition(lambda self: len(self.world.expected) > 2)
    @rule(data=ANY)
    def a_gang_is_gone(self, data: st.DataObject) -> None:
        self.world.release(data.draw(st.sampled_from(sorted(self.world.expected))))

    @precondition(lambda self: self.world.running())
    @rule(data=ANY)
    def some_tasks_are_gone(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.world.running()))
        tasks = sorted(self.world.expected[name].placement.tasks)
        self.world.release(name, data.draw(st.frozensets(st.sampled_from(tasks), min_size=1)))

    @rule(data=ANY)
    def nodes_turn_bad_or_good(self, data: st.DataObject) -> None:
        nodes = data.draw(st.frozensets(st.sampled_from(nodes_of_cluster(self.world.cluster)), max_size=3))
        self.world.set_bad(nodes, self.world.bad[1])

    @rule(data=ANY)
    def leaves_turn_bad_or_good(self, data: st.DataObject) -> None:
        every = sorted({(node, leaf) for _chain, node, leaf in paths_of(self.world.cluster)})
        leaves = data.draw(st.frozensets(st.sampled_from(every), max_size=3))
        self.world.set_bad(self.world.bad[0], leaves)

    @rule()
    def the_server_restarts(self) -> None:
        self.world.restart()

    @rule(data=ANY)
    def the_admin_promises_other_things(self, data: st.DataObject) -> None:
        self.world.reconfigure(data.draw(promised_anew(self.world.cluster), label="cluster"))

    @precondition(lambda self: len(self.world.expected) > 3)
    @rule()
    def everybody_asks_for_all_that_was_promised(self) -> None:
        everybody_gets_all(self.world)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            everybody_gets_all(self.world)
            self.world.all_leave()


def promised_anew(cluster: Cluster) -> st.SearchStrategy[Cluster]:
    """The same cells and pins, promised to others; or another cluster, of which some cells may have the same names."""
    same_cells = promises(cluster).map(lambda promised: replace(cluster, virtual_clusters=promised))
    return st.one_of(same_cells, same_cells, clusters())


TestAnythingMayHappen = AnythingMayHappen.TestCase
TestAnythingMayHappen.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
