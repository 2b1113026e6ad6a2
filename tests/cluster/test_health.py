"""What of a cluster gets nothing new."""

from dataclasses import replace

from openpai.cluster.health import Health, Mark, NodeMark, health_of
from openpai.cluster.read import read_cluster
from openpai.errors import Problem
from openpai.scheduler.resources import Node, Resources
from tests.cluster.test_discover import V100, machine
from tests.cluster.test_short_file import FILE

CLUSTER = read_cluster("nodes: {'n[1-3]': {gpus: 2, sku: V100, cpu: 8, memory: 8Gi}}", FILE).cluster
HERE = [Node(name, Resources(8, 8192, 2)) for name in ("n1", "n2", "n3", "spare")]
MACHINES = [machine(node.name, V100, V100) for node in HERE]


def test_all_is_good_where_all_is_there() -> None:
    assert health_of(CLUSTER, HERE, MACHINES, []) == Health()


def test_a_machine_that_is_not_there_is_bad() -> None:
    assert health_of(CLUSTER, HERE[1:], MACHINES[1:], []) == Health(
        bad_nodes=frozenset({"n1"}), gone=frozenset({"n1"})
    )


def test_a_gpu_that_is_not_there_is_bad_and_the_cores_of_its_machine_are_not() -> None:
    found = [machine("n1", V100), *MACHINES[1:]]
    assert health_of(CLUSTER, HERE, found, []) == Health(bad_leaves=frozenset({("n1", 1)}))


def test_marked_nodes_get_nothing_new_and_only_some_are_emptied() -> None:
    marks = [
        NodeMark("n1", Mark.CORDONED, "root", 1),
        NodeMark("n2", Mark.DRAINING, "root", 1),
        NodeMark("n3", Mark.EMPTYING, "root", 1),
        NodeMark("spare", Mark.EMPTYING, "root", 1),
    ]
    health = health_of(CLUSTER, HERE, MACHINES, marks)
    assert health == Health(bad_nodes=frozenset({"n1", "n2", "n3"}), emptied=frozenset({"n3"}))


def test_a_gpu_out_of_order_is_bad() -> None:
    first, *rest = MACHINES
    lost = replace(first.gpus[0], bad=Problem("EngineFailed", {}))
    found = [replace(first, gpus=(lost, *first.gpus[1:])), *rest]
    assert health_of(CLUSTER, HERE, found, []) == Health(bad_leaves=frozenset({("n1", 0)}))
