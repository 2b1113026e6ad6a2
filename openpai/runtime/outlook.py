"""What would become of gangs if they came now: asked before a job is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Decision, Gang, Start
from openpai.scheduler.queue import First, decide_behind


@dataclass(frozen=True, slots=True)
class Outlook:
    """The scheduler as it is, and as it would be if nothing ran and all machines were good. `first`: for whom cells are
    kept, by virtual cluster; `names`: what people call the jobs, by id; `queue`: the gangs that wait, in turn, each
    with its virtual cluster."""

    scheduler: Scheduler
    empty: Scheduler
    first: Mapping[str, First] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    queue: Sequence[tuple[str, str]] = ()

    def decide(self, gangs: Sequence[Gang]) -> list[Decision]:
        """What each would get, the earlier ones there. Nothing changes."""
        return _decide(self.scheduler, gangs, self.first)

    def ever(self, gangs: Sequence[Gang]) -> list[Decision]:
        """What each would get, the earlier ones there, if nothing else ran. Nothing changes."""
        return _decide(self.empty, gangs, {})


def _decide(scheduler: Scheduler, gangs: Sequence[Gang], first: Mapping[str, First]) -> list[Decision]:
    decisions: list[Decision] = []
    try:
        for gang in gangs:
            ahead = first.get(gang.virtual_cluster) if gang.priority >= 0 else None
            decision = decide_behind(scheduler, gang, ahead)
            decisions.append(decision)
            if isinstance(decision, Start) and not decision.downgraded and not decision.cancelled:
                scheduler.apply(gang, decision)  # the next one does not get the same cells
    finally:
        for gang in gangs:
            scheduler.release(gang.name)
    return decisions
