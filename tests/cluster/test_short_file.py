"""The short form of the cluster file: what it promises to whom, and every mistake in it with its place."""

from pathlib import Path

import pytest

from openpai.cluster.described import Described
from openpai.cluster.discover import Found, look
from openpai.cluster.promises import oversold, promises_to
from openpai.cluster.read import read_cluster
from openpai.errors import PaiError, Problem
from openpai.scheduler.cluster import Cluster, Sku, all_of, leaves_of
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Gang, Start
from openpai.scheduler.resources import Node, Resources
from openpai.scheduler.sharing import NO_RULES, Limits, Rules
from tests.cluster.test_discover import V100, machine

FILE = Path("cluster.yaml")

NODES = """\
nodes:
  gpu-[1-4]: {gpus: 8, sku: V100, cpu: 64, memory: 512Gi}
  cpu-[1-2]: {cpu: 32, memory: 128Gi}
racks:
  r1: gpu-[1-2]
  r2: [gpu-3, gpu-4]
"""

WHOLE = (
    NODES
    + """\
virtual-clusters:
  vision: {nodes: {V100: 1}, groups: vision, pinned: {quiet: gpu-3/0-3}}
  big: {racks: 1}
  speech: {cells: {V100: 3, CPU: 10}, groups: [speech, students]}
  default: {share: rest}
  guests:
"""
)


def read(text: str, found: Found | None = None) -> Described:
    described = read_cluster(text, FILE, found or Found())
    assert list(oversold(described.cluster)) == []
    Scheduler(described.cluster)  # the scheduler takes it
    return described


def refused(text: str, found: Found | None = None) -> list[Problem]:
    with pytest.raises(PaiError) as wrong:
        read(text, found)
    assert all(problem.params["file"] == "cluster.yaml" for problem in wrong.value.problems)
    return list(wrong.value.problems)


def has(cluster: Cluster, vc: str) -> dict[str, int]:
    """SKU → leaf cells."""
    return {promise.leaf: promise.count for promise in promises_to(vc, cluster)}


def test_each_is_promised_what_the_file_says_and_nothing_is_left() -> None:
    cluster = read(WHOLE).cluster
    assert has(cluster, "vision") == {"V100": 8 + 4, "V100-CPU": 16}
    assert has(cluster, "big") == {"V100": 16}
    assert has(cluster, "speech") == {"V100": 3, "CPU": 10}
    assert has(cluster, "default") == {"V100": 1, "V100-CPU": 48, "CPU": 54}
    assert has(cluster, "guests") == {}


def test_cells_are_as_large_as_can_be() -> None:
    speech = read(WHOLE).cluster.virtual_clusters["speech"]
    assert [(each.type, each.count) for each in speech.cells] == [
        ("V100x2", 1),
        ("V100", 1),
        ("CPUx8", 1),
        ("CPUx2", 1),
    ]


def test_a_pinned_cell_has_its_name() -> None:
    cluster = read(WHOLE).cluster
    (quiet,) = [cell for top in cluster.cells for cell in all_of(top) if cell.pin == "quiet"]
    assert (quiet.type, [leaf.address for leaf in leaves_of(quiet)]) == ("V100x4", ["0", "1", "2", "3"])
    assert cluster.virtual_clusters["vision"].pins == ("quiet",)


def test_who_may_use_a_virtual_cluster() -> None:
    described = read(WHOLE)
    assert described.groups == {"vision": {"vision"}, "speech": {"speech", "students"}}
    assert described.usable(frozenset({"students"})) == ["big", "speech", "default", "guests"]
    assert described.usable(frozenset(), admin=True) == list(described.cluster.virtual_clusters)


def test_how_users_share_is_said_for_all_virtual_clusters_and_for_each() -> None:
    text = (
        NODES
        + "virtual-clusters:\n  vision: {share: 50%, users: {gpus: 8, fair: false}}\n  default: {share: rest}\n"
    )
    assert read(text).rules == Rules(within={"vision": Limits(gpus=8)})
    assert read(text + "users: {tasks: 20, fair: true}\n").rules == Rules(
        everywhere=Limits(tasks=20), within={"vision": Limits(gpus=8)}, fair=frozenset({"default"})
    )
    assert read(WHOLE).rules == NO_RULES


def test_a_misspelt_rule_of_sharing_is_told_with_its_place() -> None:
    text = NODES + "virtual-clusters:\n  default: {share: rest, users: {gpu: 8}}\nusers: {tasks: 0}\n"
    found = {(problem.code, problem.path) for problem in refused(text)}
    assert ("UnknownField", "virtual-clusters.default.users.gpu") in found
    assert any(path == "users.tasks" for _, path in found)


def test_a_gpu_and_a_core_have_equal_shares_of_their_machine() -> None:
    assert read(WHOLE).cluster.skus == {
        "V100": Sku(gpu=1, cpu=6, memory_mb=48 * 1024),
        "V100-CPU": Sku(gpu=0, cpu=1, memory_mb=8 * 1024),
        "CPU": Sku(gpu=0, cpu=1, memory_mb=4 * 1024),
    }


def test_the_shares_can_be_written_and_cores_given_out_twice() -> None:
    text = "nodes: {box: {gpus: 2, cpu: 16, memory: 64Gi, per-gpu: {cpu: 4, memory: 16Gi}, cpu-cells: 32}}"
    skus = read(text).cluster.skus
    assert skus == {"GPU": Sku(1, 4, 16_384), "GPU-CPU": Sku(0, 1, 1024)}
    assert has(read(text).cluster, "default") == {"GPU": 2, "GPU-CPU": 32}
    none = read("nodes: {box: {gpus: 2, cpu: 16, memory: 64Gi, cpu-cells: 0}}").cluster
    assert none.skus == {"GPU": Sku(1, 8, 32_768)}


def test_levels_inside_a_machine_are_cells() -> None:
    text = "nodes: {box: {gpus: 8, cpu: 8, memory: 8Gi, inside: {socket: 2, switch: 2}}}"
    cluster = read(text).cluster
    assert {name: (kind.child, kind.count) for name, kind in cluster.types.items() if "CPU" not in name} == {
        "GPU-SWITCH": ("GPU", 2),
        "GPU-SOCKET": ("GPU-SWITCH", 2),
        "GPU-NODE": ("GPU-SOCKET", 2),
    }
    assert [leaf.address for leaf in leaves_of(cluster.cells[0])] == [str(n) for n in range(8)]


def test_shares_are_parts_of_every_sku() -> None:
    text = NODES + "virtual-clusters: {a: {share: 50%}, b: {share: 12.5%}, default: {share: rest}}"
    cluster = read(text).cluster
    assert has(cluster, "a") == {"V100": 16, "V100-CPU": 32, "CPU": 32}
    assert has(cluster, "b") == {"V100": 4, "V100-CPU": 8, "CPU": 8}
    assert has(cluster, "default") == {"V100": 12, "V100-CPU": 24, "CPU": 24}


def test_without_machines_those_that_are_found_are_divided() -> None:
    found = look([Node("box", Resources(16, 64_000, 8))], [machine("box", *[V100] * 8)])
    cluster = read(
        "virtual-clusters: {default: {share: rest}, team: {cells: {V100-SXM2-32GB: 4}}}", found
    ).cluster
    assert has(cluster, "team") == {"V100-SXM2-32GB": 4}
    gang = Gang("g", "team", 10, {"V100-SXM2-32GB": {"t-0": 4}})
    decision = Scheduler(cluster).decide(gang)
    assert isinstance(decision, Start)
    assert decision.placement.tasks["t-0"].leaves in ((0, 1, 2, 3), (4, 5, 6, 7))
    assert [problem.code for problem in refused("virtual-clusters: {default: {share: rest}}")] == [
        "NoNodesKnown"
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "expected", "line"),
    [
        ("gpu-[1-4]:", "gpu-[1-4:", "NodesPattern", 2),
        ("cpu-[1-2]:", "gpu-4:", "NodeDescribedTwice", 3),
        ("128Gi", "much", "WrongValue", 3),
        ("cpu: 32", "cpu: 5000", "WrongValue", 3),
        ("cpu: 32", "cores: 32", "UnknownField", 3),
        ("cpu: 32", "cores: 32", "MissingField", 3),
        ("sku: V100", "inside: {socket: 3}, sku: V100", "InsideUneven", 2),
        ("{cpu: 32", "{sku: V100-CPU, cpu: 32", "SkuDiffers", 3),
        ("cpu-[1-2]", "cpu-[1-90000]", "ClusterTooLarge", 1),
        ("gpu-[1-2]", "gpu-[1-3]", "RackNodeTwice", 6),
        ("gpu-[1-2]", "gpu-[1-", "NodesPattern", 5),
        ("gpu-[1-2]", "gpu-7", "RackNodeUnknown", 5),
        ("guests:", "guests: {share: rest}", "RestTwice", 12),
        ("guests:", "guests: {share: most}", "WrongValue", 12),
        ("guests:", "guests: {share: 10%}", "NotEnoughLeft", 12),
        ("racks: 1", "racks: 2", "NotEnoughLeft", 9),
        ("CPU: 10", "CPU: 100", "NotEnoughLeft", 10),
        ("nodes: {V100: 1}", "nodes: 1", "WhichSku", 8),
        ("nodes: {V100: 1}", "nodes: {P100: 1}", "PromiseSkuUnknown", 8),
        ("nodes: {V100: 1}", "nodes: many", "WrongType", 8),
        ("gpu-3/0-3", "gpu-3/1-4", "PinTargetUnknown", 8),
        ("quiet: gpu-3/0-3", "quiet: gpu-3, loud: gpu-3/5", "PinInPin", 8),
        ("guests:", "guests: {pinned: {quiet: gpu-4}}", "PinShared", 12),
        ("virtual-clusters:", "virtual-cluster:", "UnknownField", 7),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(right: str, wrong: str, expected: str, line: int) -> None:
    assert right in WHOLE
    assert (expected, line) in [(each.code, each.line) for each in refused(WHOLE.replace(right, wrong, 1))]


def test_mistakes_of_one_part_do_not_hide_those_of_another() -> None:
    text = WHOLE.replace("128Gi", "[]").replace("racks: 1", "racks: x").replace("gpu-[1-2]", "gpu-[1-3]")
    codes = [problem.code for problem in refused(text.replace("share: rest", "share: all"))]
    assert sorted(codes) == ["RackNodeTwice", "WrongType", "WrongType", "WrongValue"]


def test_a_text_that_is_no_cluster_file_is_told_so() -> None:
    (problem,) = refused("protocolVersion: 2\nname: job\n")
    assert problem.code == "NoClusterFile"
    assert refused("nodes: [")[0].code == "YamlSyntax"


def test_a_pinned_cell_breaks_what_it_is_in() -> None:
    """A rack with a pinned cell is no whole rack any more."""
    pins = "{pinned: {one: gpu-1/0, other: gpu-3/0}}"
    text = NODES + f"virtual-clusters: {{vision: {pins}, default: {{share: rest}}}}"
    assert has(read(text).cluster, "default")["V100"] == 30
    (problem,) = refused(text.replace("share: rest", "racks: 1"))
    assert (problem.code, problem.params["left"]) == ("NotEnoughLeft", 0)
