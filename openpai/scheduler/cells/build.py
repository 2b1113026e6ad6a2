"""The cells of a cluster, as its description says."""

from dataclasses import dataclass
from itertools import count

from openpai.scheduler.cells.chain import Chain, Level
from openpai.scheduler.cells.machine import Machine
from openpai.scheduler.cells.tree import Physical, Root, Virtual, bind, leaves_of
from openpai.scheduler.cells.view import View
from openpai.scheduler.cluster import Cluster, PhysicalCell, levels_of


@dataclass(frozen=True, slots=True)
class Cells:
    """`tops` and `chains` (by name) in the order of the cluster; `views` by virtual cluster and chain; `pinned` by
    virtual cluster and name of the pin; `machines` by name: one for each chain that it is in."""

    tops: list[Physical]
    chains: dict[str, Chain]
    views: dict[tuple[str, str], View]
    pinned: dict[tuple[str, str], View]
    machines: dict[str, list[Machine]]


def build(cluster: Cluster) -> Cells:
    """All cells of a cluster: everything free, but pinned cells are bound to whom they are promised."""
    builder = _Builder(cluster)
    builder.physical()
    builder.virtual()
    return builder.cells


class _Builder:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._pins: dict[str, Physical] = {}
        self.cells = Cells([], {}, {}, {}, {})

    def physical(self) -> None:
        for top in self._cluster.cells:
            chain = self.cells.chains.get(top.type)
            if chain is None:
                chain = self.cells.chains[top.type] = self._chain(top.type)
            self.cells.tops.append(self._add(chain, top, chain.top, None))
        for chain in self.cells.chains.values():
            chain.put_all()

    def _chain(self, name: str) -> Chain:
        *kinds, leaf = levels_of(name, self._cluster)
        steps = [self._cluster.types[kind] for kind in reversed(kinds)]
        levels = [Level("", 0), Level(leaf, 0), *(Level(step.name, step.count) for step in steps)]
        node_level = next(n for n, step in enumerate(steps, start=2) if step.is_node)
        return Chain(name, levels, node_level)

    def _add(self, chain: Chain, given: PhysicalCell, level: int, parent: Physical | None) -> Physical:
        cell = Physical(chain, level, given.address, parent)
        cell.ordinal = len(chain.levels[level].cells)
        chain.levels[level].cells.append(cell)
        if given.pin is not None:
            cell.pin = given.pin
            self._pins[given.pin] = cell
        cell.children = [self._add(chain, child, level - 1, cell) for child in given.children]
        cell.size = sum(child.size for child in cell.children) or 1
        if level == chain.node_level:
            machine = chain.machines.add(cell, leaves_of(cell))
            self.cells.machines.setdefault(machine.name, []).append(machine)
            _belongs(cell, machine)
        return cell

    def virtual(self) -> None:
        for vc, promise in self._cluster.virtual_clusters.items():
            number = 0
            for chain in self.cells.chains.values():
                chain.promises[vc] = [0] * len(chain.levels)
            for cells in promise.cells:
                chain = self.cells.chains[cells.chain]
                level = chain.level_of(cells.type)
                assert level is not None
                for _ in range(cells.count):
                    self._promise(vc, chain, level, number)
                    number += 1
            for pin in promise.pins:
                self._pin(vc, pin, number)
                number += 1
        for view in (*self.cells.views.values(), *self.cells.pinned.values()):
            _find_nodes(view)

    def _promise(self, vc: str, chain: Chain, level: int, number: int) -> None:
        view = self.cells.views.get((vc, chain.name))
        if view is None:
            view = self.cells.views[vc, chain.name] = View(vc, chain, None)
        view.roots.append(_root(view, level, f"{vc}/{number}", pinned=False))
        chain.promised[level] += 1
        chain.promises[vc][level] += 1

    def _pin(self, vc: str, pin: str, number: int) -> None:
        cell = self._pins[pin]
        view = self.cells.pinned[vc, pin] = View(vc, cell.chain, pin)
        root = _root(view, cell.level, f"{vc}/{number}", pinned=True)
        view.roots.append(root)
        cell.chain.take(cell)
        bind(root, cell)


def _belongs(cell: Physical, machine: Machine) -> None:
    cell.machine = machine
    for child in cell.children:
        _belongs(child, machine)


def _root(view: View, level: int, address: str, *, pinned: bool) -> Root:
    root = Root(view, level, address, pinned=pinned)
    _fill(root, 0)
    return root


def _fill(cell: Virtual, index: int) -> None:
    """Give a promised cell its children. `index` is its own among the cells of its level in the root."""
    width = cell.view.chain.levels[cell.level].width
    for n in range(width):
        number = index * width + n
        child = Virtual(cell.view, cell.level - 1, f"{cell.address}/{number}", cell)
        _fill(child, number)
        cell.children.append(child)
    cell.size = sum(child.size for child in cell.children) or 1


def _find_nodes(view: View) -> None:
    """List the nodes of a view, then what is smaller, and number its leaves."""
    number = count()
    for root in sorted(view.roots, key=lambda root: -root.level):
        for cell in _nodes_in(root, view.chain.node_level):
            leaves = leaves_of(cell)
            node = view.add(cell, leaves)
            for leaf in leaves:
                leaf.node = node
                leaf.ordinal = next(number)


def _nodes_in(cell: Virtual, node_level: int) -> list[Virtual]:
    if cell.level <= node_level:
        return [cell]
    return [node for child in cell.children for node in _nodes_in(child, node_level)]
