"""What would become of gangs if they came now: asked before a job is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from openpai.runtime.demand import job_of
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Decision, Gang, Placement, Start, Wait
from openpai.scheduler.queue import First, Shape, decide_behind, shape_of
from openpai.scheduler.sharing import NO_RULES, Rules, Shares


@dataclass(frozen=True, slots=True)
class Outlook:
    """The scheduler as it is, and as it would be if nothing ran and all machines were good. `first`: for whom cells are
    kept, by virtual cluster; `names` and `users`: what people call the jobs, and whose they are, by id; `queue`: the
    gangs that wait, in turn, each with its virtual cluster. `rules`: how users share; they count where it is known
    whose gangs are asked about (`of`)."""

    scheduler: Scheduler
    empty: Scheduler
    first: Mapping[str, First] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    queue: Sequence[tuple[str, str]] = ()
    rules: Rules = NO_RULES
    users: Mapping[str, str] = field(default_factory=dict)
    shares: Shares | None = None

    def of(self, user: str) -> "Outlook":
        """For gangs of this user that are not kept yet."""
        if self.rules == NO_RULES:
            return self
        users = self.users
        return replace(
            self,
            shares=Shares(self.scheduler, self.rules, lambda gang: users.get(job_of(gang), user)),
        )

    def decide(self, gangs: Sequence[Gang]) -> list[Decision]:
        """What each would get, the earlier ones there. Nothing changes."""
        return _decide(self.scheduler, gangs, self.first, self.shares)

    def starts_without(self, gang: Gang, ended: str) -> bool:
        """Whether it would start if another gang, which runs, had ended; also beside what is kept. Nothing changes."""
        ahead = self.first.get(gang.virtual_cluster) if gang.priority >= 0 else None
        decision = self.scheduler.decide_without(gang, ended, *([ahead.kept] if ahead else []))
        return isinstance(decision, Start)

    def ever(self, gangs: Sequence[Gang]) -> list[Decision]:
        """What each would get, the earlier ones there, if nothing else ran. Nothing changes."""
        return _decide(self.empty, gangs, {}, None)


def _decide(
    scheduler: Scheduler, gangs: Sequence[Gang], first: Mapping[str, First], shares: Shares | None
) -> list[Decision]:
    decisions: list[Decision] = []
    failed: dict[Shape, Wait] = {}
    counted: list[tuple[Gang, Placement]] = []
    try:
        for gang in gangs:
            allowed = gang if shares is None else shares.allowed(gang)
            if isinstance(allowed, Wait):
                decisions.append(allowed)
                continue
            ahead = first.get(gang.virtual_cluster) if gang.priority >= 0 else None
            shape = shape_of(allowed)
            decision = failed.get(shape) or decide_behind(scheduler, allowed, ahead)
            decisions.append(decision)
            if isinstance(decision, Wait):
                failed[shape] = decision
                continue
            if shares is not None:
                shares.add(allowed, decision.placement)
                counted.append((allowed, decision.placement))
            if isinstance(decision, Start) and not decision.downgraded and not decision.cancelled:
                scheduler.apply(allowed, decision)  # the next one does not get the same cells
    finally:
        for gang in gangs:
            scheduler.release(gang.name)
        if shares is not None:
            for gang, placement in counted:
                shares.add(gang, placement, -1)
    return decisions
