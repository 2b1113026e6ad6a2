"""What a scheduler is to the simulator, and what the cluster looks like to one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from openpai.scheduler.cluster import Cluster, leaves_of, levels_of, machines_of
from openpai.scheduler.gang import Decision, Gang, Preempt, Start


class Engine(Protocol):
    """`openpai.scheduler.core.Scheduler`, or a baseline to compare it with. After `apply` of a `Preempt` and the
    `release` of all its victims, `decide` says `Start`. What `earmark` gives is each engine's own, and taken by its
    `decide`, and the next time by `earmark`: cells that are kept for the first that waits."""

    @property
    def version(self) -> int: ...

    def decide(self, gang: Gang, keep_off: Any = ...) -> Decision: ...

    def earmark(self, gang: Gang, before: Any = ...) -> Any: ...

    def apply(self, gang: Gang, decision: Start | Preempt) -> None: ...

    def release(self, name: str, tasks: Iterable[str] | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Machine:
    """A node with its leaf cells of one type."""

    name: str
    leaf_type: str
    leaves: tuple[int, ...]


def machines(cluster: Cluster) -> Iterator[Machine]:
    """The nodes of all chains, in the order of the file. A node in two chains is there twice, with different types."""
    return (
        Machine(
            node.address,
            levels_of(node.type, cluster)[-1],
            tuple(int(leaf.address) for leaf in leaves_of(node)),
        )
        for node in machines_of(cluster)
    )


def largest_node(cluster: Cluster) -> int:
    """The leaf cells of the node that has most of them."""
    return max((len(machine.leaves) for machine in machines(cluster)), default=1)


def shape_of(cluster: Cluster, cell_type: str) -> tuple[int, int]:
    """How many nodes a cell of this type has, and the leaf cells of each. A cell within a node counts as one."""
    nodes, leaves, above = 1, 1, False
    for kind in (cluster.types[level] for level in reversed(levels_of(cell_type, cluster)[:-1])):
        if above:
            nodes *= kind.count
        else:
            leaves *= kind.count
        above = above or kind.is_node
    return nodes, leaves
