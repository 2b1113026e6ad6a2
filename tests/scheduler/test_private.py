"""The guarantee in its strongest form: a virtual cluster's guaranteed gangs start and wait exactly as they would if its
cells were all there is, whatever others do."""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import OPPORTUNISTIC, Gang, Preempt, Start, Wait
from tests.scheduler import invariants
from tests.scheduler.strategies import clusters, gangs

EXAMPLES = int(os.environ.get("PAI_EXAMPLES", "40"))


class SharedIsAsGoodAsPrivate(RuleBasedStateMachine):
    """`shared` serves all; `private` has a scheduler for each virtual cluster where nobody else was promised anything.
    Whoever must leave leaves at once."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    @initialize(cluster=clusters())
    def there_is_a_cluster(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.shared = Scheduler(cluster)
        self.private = {
            name: Scheduler(Cluster(cluster.types, cluster.cells, {name: vc}, cluster.skus))
            for name, vc in cluster.virtual_clusters.items()
        }

    @rule(data=st.data())
    def a_guaranteed_gang_asks(self, data: st.DataObject) -> None:
        gang = self.draw(data, (0, 1, 2, 3))
        private = self.ask(self.private[gang.virtual_cluster], gang)
        shared = self.ask(self.shared, gang)
        assert shared == private, f"shared: {shared}, private: {private}"

    @rule(data=st.data())
    def an_opportunistic_gang_asks(self, data: st.DataObject) -> None:
        self.ask(self.shared, self.draw(data, (OPPORTUNISTIC,)))

    def draw(self, data: st.DataObject, priorities: tuple[int, ...]) -> Gang:
        self.count += 1
        return data.draw(gangs(self.cluster, f"g{self.count}", priorities, anywhere=True), label="gang")

    def ask(self, scheduler: Scheduler, gang: Gang) -> str:
        """Whether it started. Who had to leave has left."""
        decision = scheduler.decide(gang)
        if isinstance(decision, Wait):
            return "waits: " + ", ".join(f"{each.chain} {each.why}" for each in decision.obstacles)
        scheduler.apply(gang, decision)
        if isinstance(decision, Preempt):
            for victim in decision.victims:
                self.leaves(victim, scheduler)
            again = scheduler.decide(gang)
            assert isinstance(again, Start)
            scheduler.apply(gang, again)
        invariants.check(scheduler)
        return "starts in " + decision.placement.chain

    def leaves(self, name: str, scheduler: Scheduler) -> None:
        """A gang that others displace is gone for its own virtual cluster too, unless that still has it by right."""
        held = scheduler.held[name]
        if (
            scheduler is self.shared
            and not invariants.is_guaranteed(held)
            and held.gang.priority > OPPORTUNISTIC
        ):
            self.private[held.gang.virtual_cluster].release(name)
        scheduler.release(name)

    @precondition(lambda self: self.shared.held)
    @rule(data=st.data())
    def a_gang_ends(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.shared.held)))
        self.private[self.shared.held[name].gang.virtual_cluster].release(name)
        self.shared.release(name)


TestSharedIsAsGoodAsPrivate = SharedIsAsGoodAsPrivate.TestCase
TestSharedIsAsGoodAsPrivate.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
