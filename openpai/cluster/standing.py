"""How the cluster stands at one moment: what it is by the file, what of it is there, and what is bad."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from openpai.cluster.described import Described
from openpai.cluster.health import Health, NodeMark, health_of
from openpai.images.cuda.machine import Machine
from openpai.scheduler.resources import Node

ReadMarks = Callable[[], Awaitable[Sequence[NodeMark]]]


async def no_marks() -> Sequence[NodeMark]:
    """Nobody keeps a node free."""
    return ()


@dataclass(frozen=True, slots=True)
class Standing:
    """`nodes` and `machines` are there, whether the file names them or not."""

    described: Described
    nodes: Sequence[Node]
    machines: Sequence[Machine]
    marks: Sequence[NodeMark]
    health: Health

    @staticmethod
    def of(
        described: Described, nodes: Sequence[Node], machines: Sequence[Machine], marks: Sequence[NodeMark]
    ) -> "Standing":
        """With what is bad of it."""
        health = health_of(described.cluster, nodes, machines, marks)
        return Standing(described, nodes, machines, marks, health)
