"""The sharing anomaly: a virtual cluster that pays for the others. Quota has it, cells have not."""

import pytest

from openpai.simulator.policies import POLICIES
from openpai.simulator.replay import replay
from openpai.simulator.report import Excess, excesses
from openpai.simulator.trace import TraceJob
from tests.simulator.clusters import MINUTE, job, made_trace, nodes


def cost(jobs: list[TraceJob], policy: str, **shares: int) -> dict[str, Excess]:
    """What sharing costs each virtual cluster."""
    cluster = nodes(8, shares)
    shared, alone = (replay(jobs, cluster, POLICIES[name]) for name in (policy, POLICIES[policy].alone))
    return {each.virtual_cluster: each for each in excesses(shared, alone)}


SCATTERED = [
    job(0, 10, [4], "owner"),
    job(1, 600, [4], "crowd"),
    job(2, 10, [4], "owner"),
    job(3, 600, [4], "crowd"),
    job(20, 60, [8], "owner"),
]
"""Two virtual clusters of a node each. While half of each node is the owner's, the crowd takes the other halves. In the
end the owner uses nothing, and asks for the node that it was promised."""


def test_with_quota_a_virtual_cluster_waits_for_a_node_though_it_uses_nothing() -> None:
    sharing = cost(SCATTERED, "quota", owner=1, crowd=1)
    assert sharing["owner"] == Excess("owner", 3, 1, 581 * MINUTE / 3, 581 * MINUTE)
    assert sharing["crowd"] == Excess("crowd", 2, 0, 0, 0)


def test_with_cells_it_has_its_node_at_once() -> None:
    outcome = replay(SCATTERED, nodes(8, {"owner": 1, "crowd": 1}), POLICIES["cells"])
    assert [each.waited for each in outcome.jobs] == [0] * 5
    assert cost(SCATTERED, "cells", owner=1, crowd=1)["owner"] == Excess("owner", 3, 0, 0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_with_cells_no_job_starts_later_than_in_a_cluster_of_its_own(seed: int) -> None:
    jobs = made_trace(seed, 250, ["a", "b", "c"])
    assert any(each.later for each in cost(jobs, "quota", a=2, b=2, c=2).values()), "this trace shows nothing"
    for each in cost(jobs, "cells", a=2, b=2, c=2).values():
        assert (each.later, each.mean, each.longest) == (0, 0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_opportunistic_jobs_on_all_that_is_idle_delay_no_guaranteed_one(seed: int) -> None:
    jobs = made_trace(seed, 250, ["a", "b", "c"], opportunistic=0.4)
    for each in cost(jobs, "cells", a=2, b=2, c=2).values():
        assert (each.later, each.mean, each.longest) == (0, 0, 0)
