"""The cluster for the Philly trace: as it is kept, and as it is made."""

from pathlib import Path

import benchmarks
from benchmarks.philly_cluster import peak, philly_cluster
from openpai.cluster.read import read_cluster
from openpai.simulator.baselines import promised
from openpai.simulator.engine import machines
from openpai.simulator.policies import POLICIES
from openpai.simulator.replay import replay
from tests.simulator.clusters import job, made_trace

KEPT = Path(benchmarks.__file__).parent / "philly.yaml"


def test_the_file_is_a_cluster_of_which_everything_is_promised() -> None:
    cluster = read_cluster(KEPT.read_text("utf-8"), KEPT).cluster
    assert len(cluster.virtual_clusters) == 15
    assert sum(len(machine.leaves) for machine in machines(cluster)) == 2088
    owned = [machine for name in cluster.virtual_clusters for machine in promised(cluster, name)]
    assert sum(len(machine.leaves) for machine in owned) == 2088


def test_a_virtual_cluster_gets_whole_nodes_for_a_share_of_its_peak() -> None:
    jobs = [
        job(0, 10, [8], "a"),
        job(5, 10, [8, 8, 8], "a"),
        job(10, 10, [8, 8], "a"),  # when the first has ended
        job(0, 10, [1], "b"),
    ]
    assert peak(jobs[:3]) == 40
    cluster = read_cluster(philly_cluster(jobs, 0.6), Path("made.yaml")).cluster
    assert {name: len(list(promised(cluster, name))) for name in cluster.virtual_clusters} == {"a": 3, "b": 1}


def test_a_trace_runs_on_the_cluster_that_is_made_for_it() -> None:
    jobs = made_trace(7, 200, ["a", "b"])
    cluster = read_cluster(philly_cluster(jobs, 1.0), Path("made.yaml")).cluster
    assert all(each.fits for each in replay(jobs, cluster, POLICIES["cells"]).jobs)
