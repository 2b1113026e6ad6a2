"""Runs side by side: the same trace on clusters and under policies."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from openpai.scheduler.cluster import Cluster
from openpai.simulator.outcome import Outcome
from openpai.simulator.policies import Policy
from openpai.simulator.replay import replay
from openpai.simulator.report import Excess, Summary, excesses, summary
from openpai.simulator.trace import TraceJob


@dataclass(frozen=True, slots=True)
class Run:
    """A policy on a cluster, and what came of it. `excess`: what sharing cost, where the run was compared with private
    clusters."""

    cluster: str
    policy: str
    outcome: Outcome
    summary: Summary
    excess: tuple[Excess, ...] = ()


Tell = Callable[[str, str, int], None]
"""Told the cluster, the policy, and how many jobs are done."""


def run_all(
    jobs: Sequence[TraceJob], clusters: Mapping[str, Cluster], policies: Sequence[Policy], tell: Tell
) -> tuple[Run, ...]:
    """Every policy on every cluster, in this order."""
    return tuple(run for name in clusters for run in _run_on(jobs, name, clusters[name], policies, tell))


def _run_on(
    jobs: Sequence[TraceJob], name: str, cluster: Cluster, policies: Sequence[Policy], tell: Tell
) -> Iterator[Run]:
    outcomes = {
        policy.name: replay(jobs, cluster, policy, partial(tell, name, policy.name)) for policy in policies
    }
    for policy in policies:
        outcome = outcomes[policy.name]
        excess = excesses(outcome, outcomes[policy.alone]) if policy.alone in outcomes else ()
        yield Run(name, policy.name, outcome, summary(outcome), excess)


def labels(runs: Sequence[Run]) -> list[str]:
    """A name for each run: its policy, and its cluster where there are several."""
    several = len({run.cluster for run in runs}) > 1
    return [f"{run.policy} · {run.cluster}" if several else run.policy for run in runs]
