"""The public Philly trace, whole, with cells and with plain quota, beside private clusters.

The trace is not a part of this project: `--trace FILE` or `PAI_BENCH_TRACE` names it
(`timestamp,duration,num_gpus,gpu_time,cluster`).
"""

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.philly_cluster import NODE, SHARE, philly_cluster
from openpai.cluster.hived_file import read_hived
from openpai.simulator.outcome import Outcome
from openpai.simulator.policies import POLICIES
from openpai.simulator.replay import replay
from openpai.simulator.report import excesses, summary
from openpai.simulator.trace_file import read_trace

_FULLER = 0.4
"""A second cluster, of less."""


def philly(trace: Path) -> dict[str, float]:
    """Speed, delays, and what sharing costs each virtual cluster: the mean over its jobs, and how many start later than
    they would in a cluster of its own."""
    jobs = read_trace(trace, NODE).jobs
    figures: dict[str, float] = {}
    for share in (SHARE, _FULLER):
        cluster = read_hived(philly_cluster(jobs, share))
        outcomes: dict[str, Outcome] = {}
        seconds: dict[str, float] = {}
        for name, policy in POLICIES.items():
            begun = time.process_time()
            outcomes[name] = replay(jobs, cluster, policy)
            seconds[name] = time.process_time() - begun
        title = f"{outcomes['cells'].cells} GPUs"
        figures |= {
            f"{title}: cells and quota, s (aim < 120)": seconds["cells"] + seconds["quota"],
            **{f"{title}: {name}, jobs/s": len(jobs) / seconds[name] for name in ("cells", "quota")},
            **{f"{title}: {name}": value for name, value in _delays(outcomes)},
        }
    return figures


def _delays(outcomes: dict[str, Outcome]) -> Iterator[tuple[str, float]]:
    """Virtual clusters that no policy has wait are left out, and so are differences that are none."""
    told = {policy: summary(outcomes[policy]) for policy in ("cells", "quota")}
    for policy, of_run in told.items():
        yield f"{policy}, utilisation, %", of_run.utilisation * 100
        yield f"{policy}, fragmentation, %", of_run.fragmentation * 100
        yield f"{policy}, mean delay, min", of_run.delays.mean / 60
        excess = excesses(outcomes[policy], outcomes[POLICIES[policy].alone])
        yield f"{policy}, jobs later than in private clusters", sum(each.later for each in excess)
        for each in excess:
            if each.later:
                yield f"{policy}, {each.virtual_cluster}: jobs later", each.later
                yield f"{policy}, {each.virtual_cluster}: mean excess, min", each.mean / 60
                yield f"{policy}, {each.virtual_cluster}: longest excess, min", each.longest / 60
    for one, other in zip(told["cells"].rows, told["quota"].rows, strict=True):
        if one.delays.longest or other.delays.longest:
            yield f"{one.virtual_cluster}: mean delay with cells, min", one.delays.mean / 60
            yield f"{one.virtual_cluster}: mean delay with quota, min", other.delays.mean / 60
