"""What a gang would get if another had ended: the scheduler stays as it was, and it comes true."""

from hypothesis import given, settings
from hypothesis import strategies as st

from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import OPPORTUNISTIC, Decision, Start, Wait
from tests.scheduler.snapshot import difference, snapshot
from tests.scheduler.strategies import clusters, gangs
from tests.scheduler.tree import nodes_of_cluster
from tests.scheduler.world import World


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_it_is_what_it_gets_when_the_other_has_ended_and_nothing_changes(data: st.DataObject) -> None:
    world = World(data.draw(clusters()))
    nodes = sorted(nodes_of_cluster(world.cluster))
    bad = data.draw(st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(nodes), max_size=2)))
    for number in range(data.draw(st.integers(1, 10))):
        priorities = data.draw(st.sampled_from([(0, 3), (OPPORTUNISTIC,)]))
        wanted = data.draw(gangs(world.cluster, f"g{number}", priorities, None))
        decision = world.decide(wanted)
        if not isinstance(decision, Wait):
            world.apply(wanted, decision)
        if number == 2:
            world.set_bad(bad, frozenset())
    asking = data.draw(gangs(world.cluster, "asking", (0, 3, OPPORTUNISTIC), None))
    for name in world.running():
        before = snapshot(world.scheduler)
        foretold = world.scheduler.decide_without(asking, name)
        assert not difference(before, snapshot(world.scheduler))
        if not bad:
            assert told(foretold) == told(after_the_end_of(name, world).decide(asking))


def after_the_end_of(name: str, world: World) -> Scheduler:
    twin = Scheduler(world.cluster)
    for act in world.log:
        act(twin)
    twin.release(name)
    return twin


def told(decision: Decision) -> object:
    if isinstance(decision, Wait):
        return decision
    return decision.placement, isinstance(decision, Start), decision.downgraded, decision.cancelled
