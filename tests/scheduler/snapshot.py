"""All that a scheduler is, as one value that can be compared: `snapshot` with every field of every object in it, in
whatever order it is kept; `meaning` only what is held, charged, free and bad."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum

from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Gang, Held, Placement
from tests.scheduler.inspected import chains, charged_leaves, physical_cells, used_cells

Value = object

UNCHANGING = (str, int, float, Enum, type(None), Cluster, Gang, Held, Placement)
"""Values that are compared as they are."""


def snapshot(scheduler: Scheduler) -> tuple[Value, ...]:
    """Every field of every object, each told once, by the way to it. Objects get numbers in the order in which they are
    met; met again, they are told by their number. Tuples have no identity that counts."""
    told: list[Value] = []
    numbers: dict[int, int] = {}
    pending: list[object] = [scheduler]
    while pending:
        value = pending.pop()
        if isinstance(value, UNCHANGING):
            told.append(value)
        elif id(value) in numbers:
            told.append(numbers[id(value)])
        else:
            if not isinstance(value, tuple):
                numbers[id(value)] = len(numbers)
            parts = inside(value)
            told.append(f"{type(value).__name__} of {len(parts)}")
            pending.extend(reversed(parts))
    return tuple(told)


def inside(value: object) -> list[object]:
    """What an object is made of."""
    if isinstance(value, dict | Mapping):
        return inside_mapping(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return list(value)
    names = [*names_of(type(value)), *getattr(value, "__dict__", ())]
    return [part for name in names for part in (name, getattr(value, name))]


def inside_mapping(value: Mapping[object, object]) -> list[object]:
    """In its order, but for shelves: those are looked up, and never gone through."""
    keys: Iterable[object] = value
    if all(isinstance(key, tuple) for key in value):
        keys = sorted(value)  # type: ignore[type-var]
    return [part for key in keys for part in (key, value[key])]


NAMES: dict[type, list[str]] = {}


def names_of(kind: type) -> list[str]:
    """The attributes of a class of the scheduler's own. Anything else would be left out unseen, so it is refused."""
    if kind not in NAMES:
        assert kind.__module__.startswith("openpai.scheduler"), f"cannot look into {kind}"
        slots = sorted({name for each in kind.__mro__ for name in getattr(each, "__slots__", ())})
        NAMES[kind] = [field.name for field in fields(kind)] if is_dataclass(kind) else slots
    return NAMES[kind]


def meaning(scheduler: Scheduler) -> dict[str, Value]:
    """Who holds what, to which cells it is charged, and what is bad. Not: which of several equal promises a cell was
    given for, nor which of several bad cells an unused promise stands for."""
    return {
        "held": {
            name: (each.gang, each.state, each.downgraded, each.placement)
            for name, each in scheduler.held.items()
        },
        "used": used_cells(scheduler),
        "charged": {name: charged_leaves(scheduler, name) for name in scheduler.held},
        "bad": [
            (name, cell.path, cell.bad)
            for name, chain in chains(scheduler).items()
            for cell in physical_cells(chain)
        ],
    }


def difference(one: tuple[Value, ...], other: tuple[Value, ...]) -> str:
    """Where two snapshots part, with the way to there; empty where they are equal."""
    if one == other:
        return ""
    at = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return f"{one[max(0, at - 8) : at + 2]} became {other[max(0, at - 8) : at + 2]}"
