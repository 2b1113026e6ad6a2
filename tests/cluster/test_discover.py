"""Without a file, all that is found is one virtual cluster."""

from dataclasses import replace

from openpai.cluster.discover import DEFAULT, discover
from openpai.cluster.promises import oversold
from openpai.images.cuda.machine import Gpu, GpuLevel, Machine
from openpai.scheduler.cluster import CellType, Cluster, Sku, VirtualCells, leaves_of
from openpai.scheduler.resources import Node, Resources

V100 = "Tesla V100-SXM2-32GB"
A100 = "NVIDIA A100-SXM4-40GB"


def machine(name: str, *models: str) -> Machine:
    gpus = tuple(Gpu(model, f"GPU-{name}-{i}", (7, 0), 32_510) for i, model in enumerate(models))
    return Machine(name, "amd64", "535.104.05", gpus)


def node(name: str, cpu: int, memory_mb: int, gpu: int = 0) -> Node:
    return Node(name, Resources(cpu, memory_mb, gpu))


def promised(cluster: Cluster) -> dict[str, int]:
    assert list(cluster.virtual_clusters) == [DEFAULT]
    cells = cluster.virtual_clusters[DEFAULT].cells
    assert all(isinstance(each, VirtualCells) and each.chain == each.type for each in cells)
    assert list(oversold(cluster)) == []
    return {each.chain: each.count for each in cells}


def test_a_machine_without_gpus_is_cores_with_their_share_of_memory() -> None:
    cluster = discover([node("box", 4, 8000)], [machine("box")])
    assert cluster.skus == {"CPU": Sku(gpu=0, cpu=1, memory_mb=2000)}
    assert promised(cluster) == {"CPU-NODE": 1}
    (cell,) = cluster.cells
    assert (cell.address, [leaf.address for leaf in cell.children]) == ("box", ["0", "1", "2", "3"])


def test_a_gpu_has_its_share_and_a_quarter_of_the_machine_needs_none() -> None:
    cluster = discover([node("box", 64, 64_000, 8)], [machine("box", *[V100] * 8)])
    assert cluster.skus["V100-SXM2-32GB"] == Sku(gpu=1, cpu=6, memory_mb=6000)
    assert cluster.skus["CPU"] == Sku(gpu=0, cpu=1, memory_mb=1000)
    assert promised(cluster) == {"V100-SXM2-32GB-NODE": 1, "CPU-NODE": 1}
    assert [len(cell.children) for cell in cluster.cells] == [8, 16]


def test_two_models_in_one_machine_are_two_chains_and_keep_their_indices() -> None:
    cluster = discover([node("box", 16, 16_000, 3)], [machine("box", V100, A100, V100)])
    leaves = {cell.type: [leaf.address for leaf in cell.children] for cell in cluster.cells}
    assert leaves["V100-SXM2-32GB-NODE"] == ["0", "2"]
    assert leaves["A100-SXM4-40GB-NODE"] == ["1"]


def test_equal_machines_share_a_chain_and_unlike_ones_do_not() -> None:
    nodes = [node("a", 4, 8000), node("b", 4, 8000), node("c", 2, 8000), node("d", 8, 16_000)]
    cluster = discover(nodes, [])
    assert promised(cluster) == {"CPU-NODE": 2, "CPU-2-NODE": 1, "CPU-NODE-2": 1}
    assert cluster.skus == {"CPU": Sku(0, 1, 2000), "CPU-2": Sku(0, 1, 4000)}


def test_a_gpu_always_has_a_core() -> None:
    cluster = discover([node("small", 2, 8000, 4)], [machine("small", *[V100] * 4)])
    assert cluster.skus["V100-SXM2-32GB"].cpu == 1
    assert promised(cluster) == {"V100-SXM2-32GB-NODE": 1, "CPU-NODE": 1}


def test_gpus_that_are_near_one_another_are_cells() -> None:
    near = (
        GpuLevel("socket", ((0, 1, 2, 3), (4, 5, 6, 7))),
        GpuLevel("bridge", ((0, 1, 2, 3), (4, 5, 6, 7))),
        GpuLevel("nvlink", ((0, 2), (1, 3), (4, 6), (5, 7))),
        GpuLevel("switch", tuple((gpu,) for gpu in range(8))),
    )
    box = replace(machine("box", *[V100] * 8), levels=near)
    cluster = discover([node("box", 64, 64_000, 8)], [box])
    sku = "V100-SXM2-32GB"
    assert cluster.types[f"{sku}-NODE"] == CellType(f"{sku}-NODE", f"{sku}-SOCKET", 2, is_node=True)
    assert cluster.types[f"{sku}-SOCKET"] == CellType(f"{sku}-SOCKET", f"{sku}-NVLINK", 2)
    assert [leaf.address for leaf in leaves_of(cluster.cells[0])] == ["0", "2", "1", "3", "4", "6", "5", "7"]


def test_uneven_groups_of_gpus_are_no_cells() -> None:
    box = replace(machine("box", *[V100] * 3), levels=(GpuLevel("socket", ((0, 1), (2,))),))
    cluster = discover([node("box", 64, 64_000, 3)], [box])
    assert cluster.types["V100-SXM2-32GB-NODE"].child == "V100-SXM2-32GB"
