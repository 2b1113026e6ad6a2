"""Machines, as parts of equal leaf cells → the cell types and trees of a cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from openpai.scheduler.cluster import CellType, PhysicalCell, Sku, leaves_of

CPU = "CPU"
"""The SKU of cells without a GPU, where the admin gives it no other name."""


Levels = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The equal leaf cells of one machine. `levels`: what lies between machine and leaf, from the outermost: name and
    number in what holds it; None: halves, halves of halves, and so on, as far as that goes."""

    node: str
    sku: str
    leaves: tuple[int, ...]
    levels: Levels | None = ()


@dataclass(slots=True)
class Trees:
    """What is built of parts. `racks`: machine → its rack. A chain's name is the type of its top-level cells."""

    types: dict[str, CellType] = field(default_factory=dict)
    cells: list[PhysicalCell] = field(default_factory=list)

    def add(self, parts: Sequence[Part], racks: Mapping[str, str], skus: Mapping[str, Sku]) -> None:
        """The trees of these machines, those with GPUs first. Cells with GPUs of the machines of a rack are in one."""
        racked: dict[tuple[str, str], list[PhysicalCell]] = {}
        for part in parts:
            cell = self._machine(part)
            rack = racks.get(part.node) if skus[part.sku].gpu else None
            if rack is None:
                self.cells.append(cell)
            else:
                racked.setdefault((rack, cell.type), []).append(cell)
        sku_of = {(part.node, self.cell_type(part)): part.sku for part in parts}
        for (rack, kind), machines in racked.items():
            name = f"{sku_of[machines[0].address, kind]}-RACK"
            top = self._type(name, kind, len(machines))
            self.cells.append(PhysicalCell(top, rack, children=tuple(machines)))
        self.cells.sort(key=lambda cell: not skus[next(leaves_of(cell)).type].gpu)

    def cell_type(self, part: Part) -> str:
        """The type of the machine that this is a part of."""
        below, count = self._inside(part)
        return self._type(f"{part.sku}-NODE", below, count, is_node=True)

    def _machine(self, part: Part) -> PhysicalCell:
        kind = self.types[self.cell_type(part)]
        return PhysicalCell(kind.name, part.node, children=self._children(kind, part.leaves, 0))

    def _children(self, kind: CellType, leaves: Sequence[int], first: int) -> tuple[PhysicalCell, ...]:
        """Cells in the middle are numbered on from those of the cell before; `first` is the first one's number."""
        below = self.types.get(kind.child)
        if below is None:
            return tuple(PhysicalCell(kind.child, str(leaf)) for leaf in leaves)
        size = len(leaves) // kind.count
        return tuple(
            PhysicalCell(
                below.name,
                str(first + number),
                children=self._children(
                    below, leaves[number * size : (number + 1) * size], (first + number) * below.count
                ),
            )
            for number in range(kind.count)
        )

    def _inside(self, part: Part) -> tuple[str, int]:
        """The type right below the machine, and how many of it there are."""
        if part.levels is None:
            return self._halves(part.sku, len(part.leaves))
        below, size = part.sku, len(part.leaves)
        for _, count in part.levels:
            size //= count
        count_below = size
        for name, count in reversed(part.levels):
            below = self._type(f"{part.sku}-{name.upper()}", below, count_below)
            count_below = count
        return below, count_below

    def _halves(self, sku: str, count: int) -> tuple[str, int]:
        """
        >>> Trees()._halves("V100", 8), Trees()._halves("V100", 3)
        (('V100x4', 2), ('V100', 3))
        """
        if count % 2 or count == 2:
            return sku, count
        return self._type(f"{sku}x{count // 2}", *self._halves(sku, count // 2)), 2

    def _type(self, wanted: str, child: str, count: int, *, is_node: bool = False) -> str:
        """The type of this name, or one with a number where the name stands for another."""
        name, number = wanted, 1
        while (kind := CellType(name, child, count, is_node)) != self.types.setdefault(name, kind):
            number += 1
            name = f"{wanted}-{number}"
        return name


def pinned(cell: PhysicalCell, target: PhysicalCell, pin: str) -> PhysicalCell:
    """The tree with a name at one of its cells (which is found by being the same object)."""
    if cell is target:
        return replace(cell, pin=pin)
    children = tuple(pinned(child, target, pin) for child in cell.children)
    changed = any(new is not old for new, old in zip(children, cell.children, strict=True))
    return replace(cell, children=children) if changed else cell
