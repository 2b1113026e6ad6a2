"""Cells as they change: physical ones, virtual ones, and the binding of one to the other.

A cell counts its leaves; levels count from 1 at the leaves. `ordinal` orders the cells of one level of a chain (of a
view), and every tie is broken by it, so that the state never depends on the way that led to it.
"""

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from openpai.scheduler.cells.chain import Chain
    from openpai.scheduler.cells.group import Group
    from openpai.scheduler.cells.machine import Machine
    from openpai.scheduler.cells.view import View, ViewNode

FREE = -2
"""The priority of a leaf that nobody has."""


class Physical:
    """A cell that is there. `opportunistic` and `bad` count leaves in it; `free`: it stands in the free list itself.

    A leaf has `using` (whose task runs on it), `charged` (the promised leaf that this is charged to, unless it is
    opportunistic) and `reserving` (who gets it when that has left); each may be absent.
    """

    __slots__ = (
        "address",
        "bad",
        "chain",
        "charged",
        "children",
        "free",
        "level",
        "machine",
        "opportunistic",
        "ordinal",
        "parent",
        "pin",
        "reserving",
        "size",
        "using",
        "virtual",
    )

    def __init__(self, chain: "Chain", level: int, address: str, parent: "Physical | None") -> None:
        self.chain = chain
        self.level = level
        self.address = address
        self.parent = parent
        self.children: list[Physical] = []
        self.size = 1
        self.ordinal = 0
        self.pin: str | None = None
        self.machine: Machine | None = None
        self.opportunistic = 0
        self.bad = 0
        self.free = False
        self.virtual: Virtual | None = None
        self.using: Group | None = None
        self.charged: Virtual | None = None
        self.reserving: Group | None = None

    @property
    def path(self) -> str:
        """Its whole address."""
        return self.address if self.parent is None else f"{self.parent.path}/{self.address}"

    def on_free_list(self) -> "Physical | None":
        """The cell of the free list that it is, or is in."""
        cell: Physical | None = self
        while cell is not None and not cell.free:
            cell = cell.parent
        return cell


class Virtual:
    """A cell that is promised. `bound` counts its bound children; a leaf has the `owner` that it is charged to."""

    __slots__ = (
        "address",
        "bound",
        "children",
        "level",
        "node",
        "ordinal",
        "owner",
        "parent",
        "physical",
        "root",
        "size",
        "view",
    )

    def __init__(self, view: "View", level: int, address: str, parent: "Virtual | None") -> None:
        self.view = view
        self.level = level
        self.address = address
        self.parent = parent
        self.root: Root = parent.root if parent is not None else _as_root(self)
        self.children: list[Virtual] = []
        self.size = 1
        self.ordinal = 0
        self.bound = 0
        self.node: ViewNode | None = None
        self.physical: Physical | None = None
        self.owner: Group | None = None

    @property
    def priority(self) -> int:
        """Of a leaf: whose it is, or `FREE`."""
        return FREE if self.owner is None else self.owner.priority


class Root(Virtual):
    """A cell that a virtual cluster was promised as it is: `used` counts the leaves charged in it. It is bound while
    that is not zero, or for good where it is `pinned`, or while it is `doomed`: bound to a bad cell since the
    healthy ones do not suffice any more."""

    __slots__ = ("doomed", "pinned", "used")

    def __init__(self, view: "View", level: int, address: str, *, pinned: bool) -> None:
        super().__init__(view, level, address, None)
        self.pinned = pinned
        self.doomed = False
        self.used = 0


def _as_root(cell: Virtual) -> Root:
    assert isinstance(cell, Root)
    return cell


C = TypeVar("C", Physical, Virtual)


def leaves_of(cell: C) -> list[C]:
    """The leaves in a cell, in the order of the tree."""
    if not cell.children:
        return [cell]
    return [leaf for child in cell.children for leaf in leaves_of(child)]


def bind(virtual: Virtual, physical: Physical) -> None:
    """Make the one stand for the other. Both are unbound."""
    virtual.physical = physical
    physical.virtual = virtual
    if virtual.parent is not None:
        virtual.parent.bound += 1
    if virtual.node is not None and not virtual.children:
        virtual.node.sees(virtual, physical, 1)


def unbind(virtual: Virtual) -> None:
    """Part a virtual cell from its physical one."""
    physical = virtual.physical
    assert physical is not None
    virtual.physical = None
    physical.virtual = None
    if virtual.parent is not None:
        virtual.parent.bound -= 1
    if virtual.node is not None and not virtual.children:
        virtual.node.sees(virtual, physical, -1)


def show_bad(virtual: Virtual, physical: Physical) -> None:
    """Bind every bad cell in a bound one, so that the virtual cluster does not choose it."""
    for child in physical.children:
        if child.bad:
            if child.virtual is None:
                bind(next(cell for cell in virtual.children if cell.physical is None), child)
            assert child.virtual is not None
            show_bad(child.virtual, child)
