"""What of a cluster gets nothing new: what is not there or out of order, and what an admin keeps free. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from openpai.images.cuda.machine import Machine
from openpai.scheduler.cluster import Cluster, leaves_of, machines_of
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
    """What gets nothing new: `bad_nodes`, and single `bad_leaves` of others: GPUs (node, index). Tasks on `emptied`
    nodes have to leave. `gone`: those of the bad nodes that are not there."""

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
        bad_leaves=frozenset(_bad_gpus(cluster, {machine.name: machine for machine in machines})),
        emptied=frozenset(mark.node for mark in marks if mark.mark == Mark.EMPTYING) & known,
        gone=gone,
    )


def _bad_gpus(cluster: Cluster, machines: Mapping[str, Machine]) -> Iterator[tuple[str, int]]:
    """GPUs that are out of order, and those that a file gives a machine which does not have them."""
    for node in machines_of(cluster):
        machine = machines.get(node.address)
        if machine is None or not cluster.skus[next(leaves_of(node)).type].gpu:
            continue
        for leaf in leaves_of(node):
            index = int(leaf.address)
            if index >= len(machine.gpus) or machine.gpus[index].bad:
                yield node.address, index
