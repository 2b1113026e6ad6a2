"""What of a cluster gets nothing new: what is not there or out of order, and what an admin keeps free. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from openpai.cluster.parts import leaves_of, machines_of
from openpai.images.cuda.machine import Machine
from openpai.scheduler.cluster import Cluster
from openpai.scheduler.resources import Node


class Mark(StrEnum):
    """What an admin wishes of a node. `CORDONED`: nothing new starts there. `DRAINING`: and it is to become empty as
    what runs there ends. `EMPTYING`: and what runs there is ended, and run again elsewhere."""

    CORDONED = "cordoned"
    DRAINING = "draining"
    EMPTYING = "emptying"


@dataclass(frozen=True, slots=True)
class NodeMark:
    """A wish of an admin; `at` is ms since the epoch."""

    node: str
    mark: Mark
    username: str
    at: int


@dataclass(frozen=True, slots=True)
class Health:
    """What gets nothing new: `bad_nodes` and single `bad_leaves` of others (node, index). Tasks on `emptied` nodes have
    to leave. `gone`: those of the bad nodes that are not there."""

    bad_nodes: frozenset[str] = frozenset()
    bad_leaves: frozenset[tuple[str, int]] = frozenset()
    emptied: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


def health_of(
    cluster: Cluster, nodes: Sequence[Node], machines: Sequence[Machine], marks: Sequence[NodeMark]
) -> Health:
    """`nodes`, `machines`: what is there."""
    known = frozenset(cell.address for cell in machines_of(cluster))
    gone = known - {node.name for node in nodes}
    marked = frozenset(mark.node for mark in marks) & known
    return Health(
        bad_nodes=gone | marked,
        bad_leaves=frozenset(_missing_gpus(cluster, {each.name: len(each.gpus) for each in machines})),
        emptied=frozenset(mark.node for mark in marks if mark.mark == Mark.EMPTYING) & known,
        gone=gone,
    )


def _missing_gpus(cluster: Cluster, gpus: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """GPUs that a file gives a machine, and that it does not have."""
    for node in machines_of(cluster):
        if node.address in gpus:
            for leaf in leaves_of(node):
                if cluster.skus[leaf.type].gpu and int(leaf.address) >= gpus[node.address]:
                    yield node.address, int(leaf.address)
