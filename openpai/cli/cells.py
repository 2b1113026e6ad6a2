"""Cells as a tree for the terminal: down to machines, or to what is smaller and promised; and in them, who has what."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.text import Text
from rich.tree import Tree

from openpai.cli.language import say
from openpai.cli.output import one_line
from openpai.client.replies import Cell

_OPPORTUNISTIC = -1


def tree(title: str, cells: Sequence[Cell]) -> Tree:
    """All these cells. What holds machines is a branch; a machine is a line."""
    root = Tree(Text(title, "bold"), guide_style="dim")
    for cell in cells:
        _grow(root, cell)
    return root


def _grow(branch: Tree, cell: Cell) -> None:
    if cell["isNodeLevel"] or not _has_machines(cell):
        branch.add(_line(cell))
        return
    below = branch.add(_name(cell))
    for child in cell["cellChildren"]:
        _grow(below, child)


def _has_machines(cell: Cell) -> bool:
    return any(child["isNodeLevel"] or _has_machines(child) for child in cell["cellChildren"])


def _name(cell: Cell) -> Text:
    text = Text.assemble((one_line(cell["cellAddress"]), "bold"), (f"  {one_line(cell['cellType'])}", "dim"))
    if cell["pinnedCellId"] is not None:
        text.append(f"  {say('vc.cell.pin', pin=one_line(cell['pinnedCellId']))}")
    if cell["physicalAddress"] is not None:
        text.append(f"  → {one_line(cell['physicalAddress'])}")
    return text


def _line(cell: Cell) -> Text:
    """The cell, and its leaves in runs that are alike: `gpu-1  V100-NODE  0-3 alice~train  4-7 free`."""
    text = _name(cell)
    for told, style, run in _runs(list(_leaves(cell))):
        text.append(f"  {_range(run)} ")
        text.append(told, style)
    return text


def _runs(leaves: Sequence[Cell]) -> Iterator[tuple[str, str, list[str]]]:
    for (told, style), run in groupby(leaves, key=_told):
        yield told, style, [leaf["cellAddress"].rpartition("/")[2] for leaf in run]


def _told(leaf: Cell) -> tuple[str, str]:
    if leaf["cellHealthiness"] == "Bad" and leaf["cellState"] == "Free":
        return say("vc.cell.bad"), "red"
    if leaf["cellState"] == "Free":
        return say("vc.cell.free"), "green"
    who = one_line(leaf["job"] or "?")
    if leaf["cellState"] == "Reserved":
        return say("vc.cell.reserved", job=who), "yellow"
    if leaf["cellState"] == "Reserving":
        return say("vc.cell.reserving", job=who), "yellow"
    return (say("vc.cell.idle", job=who), "cyan") if leaf["cellPriority"] == _OPPORTUNISTIC else (who, "")


def _leaves(cell: Cell) -> Iterator[Cell]:
    if not cell["cellChildren"]:
        yield cell
    for child in cell["cellChildren"]:
        yield from _leaves(child)


def _range(addresses: Iterable[str]) -> str:
    """
    >>> _range(["0", "1", "2", "5"]), _range(["7"])
    ('0-2,5', '7')
    """
    numbers = sorted(int(address) for address in addresses)
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
