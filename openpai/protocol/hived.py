"""`extras.hivedScheduler`: how urgent a job is, and which cells its roles ask for. Works on values of any shape."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from openpai.errors import Params
from openpai.protocol.findings import Finding, Path, listed, mapping
from openpai.protocol.scalars import kind_of

PRIORITIES: Mapping[str, int] = {"crit": 120, "prod": 100, "test": 10, "oppo": -1}
"""Names of priorities. `oppo` uses what is idle and gives way to all others."""

DEFAULT_PRIORITY = PRIORITIES["test"]
LOWEST, HIGHEST = -1, 1000

_AT: Path = ("extras", "hivedScheduler")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the tasks of a role ask for: a SKU or a pinned cell by name, and the gang that they belong to (None: that of
    all roles that name none)."""

    sku: str | None = None
    pin: str | None = None
    group: str | None = None


def priority_of(extras: Mapping[str, object]) -> int:
    """The priority that a job asks for; the default where it asks for none, or for what is none."""
    wanted = mapping(extras, "hivedScheduler").get("jobPriorityClass")
    if isinstance(wanted, int) and not isinstance(wanted, bool) and LOWEST <= wanted <= HIGHEST:
        return wanted
    return PRIORITIES.get(wanted, DEFAULT_PRIORITY) if isinstance(wanted, str) else DEFAULT_PRIORITY


def wanted_of(extras: Mapping[str, object], role: str) -> Wanted:
    """What the tasks of this role ask for."""
    told = mapping(mapping(mapping(extras, "hivedScheduler"), "taskRoles"), role)
    return Wanted(_text(told, "skuType"), _text(told, "pinnedCellId"), _text(told, "affinityGroupName"))


def hived_mistakes(document: Mapping[str, object]) -> Iterator[Finding]:
    """Why a job is refused for what it asks of the scheduler."""
    extras = mapping(document, "extras")
    asked = extras.get("hivedScheduler")
    if asked is None:
        return
    if not isinstance(asked, Mapping):
        params: Params = {"field": "hivedScheduler", "expected": "mapping", "actual": kind_of(asked)}
        yield Finding("WrongType", _AT, params)
        return
    yield from _priority(asked)
    yield from _roles(mapping(asked, "taskRoles"), mapping(document, "taskRoles"))
    if extras.get("gangAllocation") is not False:
        yield from _groups(mapping(asked, "taskRoles"), mapping(document, "taskRoles"), extras)


def _priority(asked: Mapping[str, object]) -> Iterator[Finding]:
    wanted = asked.get("jobPriorityClass")
    number = isinstance(wanted, int) and not isinstance(wanted, bool) and LOWEST <= wanted <= HIGHEST
    if wanted is not None and not number and wanted not in PRIORITIES:
        shown: Params = {"value": str(wanted)[:60], "known": listed(PRIORITIES)}
        yield Finding("PriorityUnknown", (*_AT, "jobPriorityClass"), shown)


def _roles(asked: Mapping[str, object], roles: Mapping[str, object]) -> Iterator[Finding]:
    for role in asked:
        path: Path = (*_AT, "taskRoles", role)
        told = mapping(asked, role)
        if role not in roles:
            yield Finding("CellsForNoRole", path, {"role": role[:100], "known": listed(roles)}, at_key=True)
        for field in ("skuType", "pinnedCellId", "affinityGroupName"):
            value = told.get(field)
            if value is not None and not isinstance(value, str):
                shown: Params = {"field": field, "expected": "string", "actual": kind_of(value)}
                yield Finding("WrongType", (*path, field), shown)
        if told.get("skuType") and told.get("pinnedCellId"):
            yield Finding("SkuAndPin", (*path, "pinnedCellId"), {"role": role[:100]}, at_key=True)


def _groups(
    asked: Mapping[str, object], roles: Mapping[str, object], extras: Mapping[str, object]
) -> Iterator[Finding]:
    """Tasks that start together are in cells of one kind."""
    first: dict[str | None, tuple[str, Wanted]] = {}
    for role in roles:
        wanted = wanted_of(extras, role)
        other, found = first.setdefault(wanted.group, (role, wanted))
        if (wanted.sku, wanted.pin) != (found.sku, found.pin):
            path: Path = (*_AT, "taskRoles", role if role in asked else other)
            yield Finding("GangOfTwoKinds", path, {"first": other, "second": role}, at_key=True)


def _text(told: Mapping[str, object], field: str) -> str | None:
    value = told.get(field)
    return value if isinstance(value, str) and value else None
