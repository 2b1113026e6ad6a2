"""Jobs that wait, in the order of their turns: by priority, then by submission."""

from bisect import bisect_left, insort
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from openpai.scheduler.gang import Gang
from openpai.simulator.trace import TraceJob

Shape = tuple[str, int, tuple[int, ...], str | None]
"""Virtual cluster, priority, tasks, SKU: what a scheduler sees of a job."""


def shape_of(job: TraceJob) -> Shape:
    return job.virtual_cluster, job.priority, job.tasks, job.sku


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that waits. `number`: its place in the trace."""

    number: int
    job: TraceJob
    gang: Gang

    @property
    def turn(self) -> tuple[int, float, int]:
        return -self.job.priority, self.job.submitted, self.number


class Queue:
    """Jobs of one shape wait in one line: where its first cannot start, none of it can."""

    def __init__(self) -> None:
        self._lines: dict[Shape, list[Waiting]] = {}
        self.cells = 0

    def add(self, waiting: Waiting) -> None:
        insort(self._lines.setdefault(shape_of(waiting.job), []), waiting, key=lambda each: each.turn)
        self.cells += waiting.job.cells

    def all(self) -> list[Waiting]:
        return sorted((each for line in self._lines.values() for each in line), key=lambda each: each.turn)

    def take_turns(self, start: Callable[[Waiting], bool]) -> None:
        """Calls `start` for each that waits, in turn, but for those behind one like them that did not start. What
        `start` adds meanwhile has its turn next time."""
        heads = [(line[0].turn, shape) for shape, line in self._lines.items()]
        heapify(heads)
        while heads:
            turn, shape = heappop(heads)
            line = self._lines[shape]
            place = bisect_left(line, turn, key=lambda each: each.turn)
            if not start(line[place]):
                continue
            self.cells -= line.pop(place).job.cells
            if place < len(line):
                heappush(heads, (line[place].turn, shape))
            if not line:
                del self._lines[shape]
