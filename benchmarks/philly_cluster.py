"""A cluster for the public Philly trace, as HiveD's configuration: `python -m benchmarks.philly_cluster TRACE [SHARE]`.

The trace does not say how large the virtual clusters were. Each is promised whole nodes of 8 GPUs: so many that they
hold a share (0.6 where none is given) of the GPUs that its jobs would use at their peak if none had to wait. There are
exactly as many nodes as are promised. `philly.yaml` beside this file was made so.
"""

import sys
from collections.abc import Sequence
from itertools import accumulate
from math import ceil
from pathlib import Path

from openpai.simulator.trace import TraceJob
from openpai.simulator.trace_file import read_trace

NODE = 8  # GPUs
SHARE = 0.6


def philly_cluster(jobs: Sequence[TraceJob], share: float) -> str:
    """The text of the cluster file."""
    of: dict[str, list[TraceJob]] = {}
    for job in jobs:
        of.setdefault(job.virtual_cluster, []).append(job)
    nodes = {name: ceil(peak(of[name]) * share / NODE) for name in sorted(of)}
    promises = "".join(
        f'  "{name}": {{virtualCells: [{{cellType: CLUSTER.NODE, cellNumber: {number}}}]}}\n'
        for name, number in nodes.items()
    )
    return (
        f"# Made by benchmarks/philly_cluster.py: {share} of each virtual cluster's peak.\n"
        "physicalCluster:\n"
        "  skuTypes:\n"
        "    GPU: {gpu: 1, cpu: 4, memory: 16Gi}\n"
        "  cellTypes:\n"
        f"    NODE: {{childCellType: GPU, childCellNumber: {NODE}, isNodeLevel: true}}\n"
        f"    CLUSTER: {{childCellType: NODE, childCellNumber: {sum(nodes.values())}}}\n"
        "  physicalCells:\n"
        "  - {cellType: CLUSTER}\n"
        "virtualClusters:\n" + promises
    )


def peak(jobs: Sequence[TraceJob]) -> int:
    """The most GPUs that these jobs would use at a time if none had to wait."""
    changes = [(job.submitted, job.cells) for job in jobs]
    changes += [(job.submitted + job.duration, -job.cells) for job in jobs]
    return max(accumulate(change for _, change in sorted(changes)))


if __name__ == "__main__":
    given = float(sys.argv[2]) if len(sys.argv) > 2 else SHARE
    print(philly_cluster(read_trace(Path(sys.argv[1]), NODE).jobs, given), end="")
