"""How users share: the most that one may have at a time, and who has least of a virtual cluster."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Blocked, Gang, Limit, Limited, Obstacle, Placement, Wait

UserOf = Callable[[str], str]
"""Whose a gang is, by its name."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a user may have at a time; None: as much as there is."""

    tasks: int | None = None
    gpus: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How users share. `everywhere`: what each may have in all virtual clusters together; `within`: in one of them.
    `fair`: the virtual clusters in which whoever has least goes first, among gangs of the same priority."""

    everywhere: Limits = field(default_factory=Limits)
    within: Mapping[str, Limits] = field(default_factory=dict)
    fair: frozenset[str] = frozenset()


NO_RULES = Rules()


@dataclass(slots=True)
class _Has:
    """What a user has in one virtual cluster. `cells`: by SKU, of guaranteed gangs and of opportunistic ones."""

    tasks: int = 0
    gpus: int = 0
    cells: tuple[dict[str, int], dict[str, int]] = field(default_factory=lambda: ({}, {}))


class Shares:
    """What each user has, while turns are taken. What is reserved counts as had."""

    def __init__(self, scheduler: Scheduler, rules: Rules, user_of: UserOf) -> None:
        self._scheduler = scheduler
        self._rules = rules
        self._has: dict[str, dict[str, _Has]] = {}
        self._promised: dict[str, dict[str, int]] = {}
        self.user_of = user_of
        for held in scheduler.held.values():
            self.add(held.gang, held.placement)

    def is_fair(self, vc: str) -> bool:
        """Whether who has least goes first there."""
        return vc in self._rules.fair

    def add(self, gang: Gang, placement: Placement) -> None:
        """A gang has these cells now."""
        has = self._has.setdefault(self.user_of(gang.name), {}).setdefault(gang.virtual_cluster, _Has())
        count = sum(len(place.leaves) for place in placement.tasks.values())
        sku = self._scheduler.cluster.skus.get(placement.leaf_type)
        has.tasks += len(placement.tasks)
        has.gpus += count * (sku.gpu if sku else 0)
        cells = has.cells[gang.priority < 0]
        cells[placement.leaf_type] = cells.get(placement.leaf_type, 0) + count

    def part(self, vc: str, user: str, *, opportunistic: bool) -> float:
        """How much of a virtual cluster a user has: of the SKU of which it is most, as a part of what is promised.
        What is guaranteed and what is opportunistic count apart."""
        has = self._has.get(user, {}).get(vc)
        if has is None:
            return 0.0
        if vc not in self._promised:
            self._promised[vc] = {}
            for share in self._scheduler.shares(vc):
                self._promised[vc][share.leaf_type] = (
                    self._promised[vc].get(share.leaf_type, 0) + share.promised
                )
        promised = self._promised[vc]
        return max(
            (count / (promised.get(sku) or 1) for sku, count in has.cells[opportunistic].items()), default=0.0
        )

    def allowed(self, gang: Gang) -> Gang | Wait:
        """The gang with those SKUs with which its user stays within the limits; or that it waits for them. One that
        has its cells, or has reserved them, is counted already."""
        if gang.name in self._scheduler.held:
            return gang
        over = {sku: next(self._over(gang, sku), None) for sku in gang.needs}
        needs = {sku: sizes for sku, sizes in gang.needs.items() if over[sku] is None}
        reached = next((limit for limit in over.values() if limit is not None), None)
        if reached is None:
            return gang
        return replace(gang, needs=needs) if needs else Wait((Obstacle(Blocked.LIMIT),), limit=reached)

    def _over(self, gang: Gang, sku: str) -> Iterator[Limit]:
        """The limits that the gang would exceed on this SKU."""
        sizes, vc = gang.needs[sku], gang.virtual_cluster
        known = self._scheduler.cluster.skus.get(sku)
        has = self._has.get(self.user_of(gang.name), {})
        needed = (len(sizes), sum(sizes.values()) * (known.gpu if known else 0))
        here = [has[vc]] if vc in has else []
        for limits, counted, where in (
            (self._rules.within.get(vc), here, vc),
            (self._rules.everywhere, list(has.values()), None),
        ):
            if limits is None:
                continue
            used = (sum(each.tasks for each in counted), sum(each.gpus for each in counted))
            for kind, most, more, had in zip(Limited, (limits.tasks, limits.gpus), needed, used, strict=True):
                if most is not None and more and had + more > most:
                    yield Limit(kind, most, had, more, where)
