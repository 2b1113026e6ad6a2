"""How users share: the most that one may have at a time, and who has least of a virtual cluster."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from openpai.scheduler.cluster import Cluster
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
        self._counted: dict[str, dict[str, _Has]] | None = None
        self._promised: dict[str, dict[str, int]] = {}
        self.rules = rules
        self.user_of = user_of

    @property
    def _has(self) -> dict[str, dict[str, _Has]]:
        """By user and virtual cluster. Counted when it is first asked for."""
        if self._counted is None:
            self._counted = {}
            for held in self._scheduler.held.values():
                self.add(held.gang, held.placement)
        return self._counted

    def is_fair(self, vc: str) -> bool:
        """Whether who has least goes first there."""
        return vc in self.rules.fair

    def add(self, gang: Gang, placement: Placement, by: int = 1) -> None:
        """A gang, which was `allowed` to, has these cells now, or by -1, has them no more."""
        has = self._has.setdefault(self.user_of(gang.name), {}).setdefault(gang.virtual_cluster, _Has())
        count = sum(len(place.leaves) for place in placement.tasks.values())
        sku = self._scheduler.cluster.skus.get(placement.leaf_type)
        has.tasks += by * len(placement.tasks)
        has.gpus += by * count * (sku.gpu if sku else 0)
        cells = has.cells[gang.priority < 0]
        cells[placement.leaf_type] = cells.get(placement.leaf_type, 0) + by * count

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
        has = self._has.get(self.user_of(gang.name), {})
        if gang.name in self._scheduler.held:
            return gang
        over = _over(gang, self.rules, self._scheduler.cluster, has)
        needs = {sku: sizes for sku, sizes in gang.needs.items() if sku not in over}
        if not over:
            return gang
        return replace(gang, needs=needs) if needs else _waits(over)


def never_within(gang: Gang, rules: Rules, cluster: Cluster) -> Limit | None:
    """The limit that the gang exceeds alone, whatever its user has."""
    over = _over(gang, rules, cluster, {})
    return _waits(over).limit if over and over.keys() == gang.needs.keys() else None


def _waits(over: Mapping[str, Limit]) -> Wait:
    return Wait((Obstacle(Blocked.LIMIT),), limit=next(iter(over.values())))


def _over(gang: Gang, rules: Rules, cluster: Cluster, has: Mapping[str, _Has]) -> dict[str, Limit]:
    """The SKUs on which the gang would exceed a limit."""
    vc = gang.virtual_cluster
    here = {vc: has[vc]} if vc in has else {}
    found = {}
    for sku, sizes in gang.needs.items():
        gpus = sum(sizes.values()) * (cluster.skus[sku].gpu if sku in cluster.skus else 0)
        over = [
            *_exceeded(rules.within.get(vc, Limits()), here, (len(sizes), gpus), vc),
            *_exceeded(rules.everywhere, has, (len(sizes), gpus), None),
        ]
        if over:
            found[sku] = over[0]
    return found


def _exceeded(
    limits: Limits, has: Mapping[str, _Has], needed: tuple[int, int], vc: str | None
) -> Iterator[Limit]:
    used = sum(each.tasks for each in has.values()), sum(each.gpus for each in has.values())
    for kind, most, more, had in zip(Limited, (limits.tasks, limits.gpus), needed, used, strict=True):
        if most is not None and more and had + more > most:
            yield Limit(kind, most, had, more, vc)
