"""HiveD's configuration file: read as it is, and every mistake in it told with its place."""

import pytest

from openpai.cluster.hived_file import read_hived
from openpai.errors import PaiError, Problem
from openpai.scheduler.cluster import CellType, Sku, VirtualCells, VirtualCluster

RACKS = """\
physicalCluster:
  skuTypes:
    V100: {gpu: 1, cpu: 5, memory: 54Gi}
  cellTypes:
    SWITCH: {childCellType: V100, childCellNumber: 2}
    NODE: {childCellType: SWITCH, childCellNumber: 2, isNodeLevel: true}
    RACK: {childCellType: NODE, childCellNumber: 2}
  physicalCells:
  - cellType: RACK
    cellChildren: [{cellAddress: a1}, {cellAddress: a2, pinnedCellId: quiet}]
  - cellType: RACK
    cellChildren: [{cellAddress: b1}, {cellAddress: b2}]
virtualClusters:
  vision: {virtualCells: [{cellType: RACK, cellNumber: 1}]}
  speech:
    virtualCells: [{cellType: RACK.NODE.SWITCH, cellNumber: 2}]
    pinnedCells: [{pinnedCellId: quiet}]
"""

LEAF_OF_B1 = "{{cellAddress: b1, cellChildren: [{{cellChildren: [{{cellAddress: {}}}, {{}}]}}, {{}}]}}"


def refused(text: str) -> list[Problem]:
    with pytest.raises(PaiError) as wrong:
        read_hived(text)
    return list(wrong.value.problems)


def told(text: str) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.line) for problem in refused(text)]


def test_a_file_of_hiveds_is_read_as_it_is() -> None:
    cluster = read_hived(RACKS)
    assert cluster.types["NODE"] == CellType("NODE", "SWITCH", 2, is_node=True)
    assert cluster.skus == {"V100": Sku(gpu=1, cpu=5, memory_mb=54 * 1024)}
    assert cluster.virtual_clusters["speech"] == VirtualCluster(
        (VirtualCells("RACK", "SWITCH", 2),), ("quiet",)
    )
    first, second = cluster.cells
    assert (first.address, second.address) == ("0", "1")
    assert [node.address for node in second.children] == ["b1", "b2"]
    assert first.children[1].pin == "quiet"


def test_leaf_cells_count_on_through_a_machine_and_begin_anew_in_the_next() -> None:
    for rack in read_hived(RACKS).cells:
        for node in rack.children:
            assert [leaf.address for switch in node.children for leaf in switch.children] == [
                "0",
                "1",
                "2",
                "3",
            ]


def test_a_leaf_type_without_amounts_is_one_gpu() -> None:
    text = RACKS.replace("    V100: {gpu: 1, cpu: 5, memory: 54Gi}\n", "    OTHER: {gpu: 1}\n")
    assert read_hived(text).skus["V100"].gpu == 1


def test_the_part_of_openpais_services_configuration_is_found_and_its_lines_are_those_of_the_whole_file() -> (
    None
):
    around = "cluster:\n  common: {}\nhivedscheduler:\n  config: |\n"
    inner = "".join(f"    {line}\n" for line in RACKS.splitlines())
    assert read_hived(around + inner) == read_hived(RACKS)
    assert told(around + inner.replace("pinnedCellId: quiet}]\n", "pinnedCellId: loud}]\n", 1)) == [
        ("PinUnknown", 4 + 17)
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("{childCellType: V100, childCellNumber: 2}", "{childCellType: RACK, childCellNumber: 2}", "CellTypeRing"),
        ("SWITCH: {", "SWITCH: {isNodeLevel: true, ", "NodeInNode"),
        (", isNodeLevel: true", "", "ChainWithoutNode"),
        ("- cellType: RACK\n", "- cellType: RAK\n", "CellTypeUnknown"),
        ("[{cellAddress: b1}, {cellAddress: b2}]", "[{cellAddress: b1}]", "CellChildrenCount"),
        ("{cellAddress: b1}", "{cellAddress: b1, cellType: SWITCH}", "CellTypeWrongHere"),
        ("{cellAddress: b1}", LEAF_OF_B1.format("x"), "LeafAddress"),
        ("{cellAddress: b1}", LEAF_OF_B1.format("3"), "CellAddressTwice"),
        ("{cellAddress: b1}", "{cellAddress: a1}", "NodeTwice"),
        ("{cellAddress: b1}", "{cellAddress: b1, pinnedCellId: quiet}", "PinTwice"),
        ("pinnedCells: [{pinnedCellId: quiet}]", "pinnedCells: [{pinnedCellId: loud}]", "PinUnknown"),
        ("vision: {", "vision: {pinnedCells: [{pinnedCellId: quiet}], ", "PinShared"),
        ("cellType: RACK, cellNumber", "cellType: RAK.NODE, cellNumber", "ChainUnknown"),
        ("RACK.NODE.SWITCH", "RACK.NODE.SOCKET", "CellTypeNotInChain"),
        ("RACK.NODE.SWITCH", "RACK.SWITCH", "CellPathWrong"),
        ("SWITCH, cellNumber: 2", "SWITCH, cellNumber: 3", "Oversold"),
        ("cellType: RACK, cellNumber: 1", "cellType: RACK, cellNumber: 2", "Oversold"),
        ("cellNumber: 1}", "cellNumber: -1}", "WrongValue"),
        ("memory: 54Gi", "memory: much", "WrongValue"),
        ("childCellNumber: 2, isNodeLevel", "childCellNumber: two, isNodeLevel", "WrongType"),
        ("virtualClusters:", "virtualCluster:", "MissingField"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(right: str, wrong: str, expected: str) -> None:
    assert right in RACKS
    problems = refused(RACKS.replace(right, wrong, 1))
    assert expected in [problem.code for problem in problems]
    assert all(problem.line for problem in problems)


def test_all_mistakes_are_told_at_once() -> None:
    text = RACKS.replace("vision: {virtualCells: [{cellType: RACK", "vision: {virtualCells: [{cellType: RAK")
    assert [code for code, _ in told(text.replace("NODE.SWITCH", "SWITCH"))] == [
        "ChainUnknown",
        "CellPathWrong",
    ]


def test_what_larger_promises_leave_is_divided_before_it_is_too_little() -> None:
    wanted = "SWITCH, cellNumber: 2"
    assert read_hived(RACKS.replace(wanted, wanted + "}, {cellType: RACK.NODE.SWITCH.V100, cellNumber: 0"))
    (problem,) = refused(RACKS.replace(wanted, wanted + "}, {cellType: RACK.NODE.SWITCH.V100, cellNumber: 1"))
    assert problem.params == {"chain": "RACK", "type": "V100", "wanted": 1, "available": 0}
