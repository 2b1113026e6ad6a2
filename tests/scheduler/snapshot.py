"""All that a scheduler is, as one value that can be compared: `snapshot` with every field of every object in it, in
whatever order it is kept; `meaning` only what is held, charged, free and bad."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum

from openpai.scheduler.core import Scheduler
from tests.scheduler.inspected import chains, charged_leaves, physical_cells, used_cells

Value = object

REMEMBERED = {"_held"}
"""Attributes that only remember what was asked."""


def snapshot(scheduler: Scheduler) -> Value:
    """Every field of every object, each told once, by the way to it."""
    return tuple(Walk().walk(scheduler))


class Walk:
    """Objects get numbers in the order in which they are met; met again, they are told by their number. Tuples have no
    identity that counts."""

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}

    def walk(self, root: object) -> Iterator[Value]:
        pending = [root]
        while pending:
            value = pending.pop()
            if value is None or isinstance(value, str | int | float | bool | Enum):
                yield value
            elif id(value) in self.numbers:
                yield ("again", self.numbers[id(value)])
            else:
                if not isinstance(value, tuple):
                    self.numbers[id(value)] = len(self.numbers)
                parts = list(inside(value))
                yield (type(value).__name__, len(parts))
                pending.extend(reversed(parts))


def inside(value: object) -> Iterator[object]:
    """What an object is made of."""
    if isinstance(value, Mapping):
        numbered = all(
            isinstance(key, tuple) for key in value
        )  # shelves, which are looked up and never gone through
        for key, each in sorted(value.items()) if numbered else value.items():
            yield key
            yield each
    elif isinstance(value, set | frozenset):
        yield from sorted(value)
    elif isinstance(value, list | tuple):
        yield from value
    elif is_dataclass(value):
        for field in fields(value):
            yield getattr(value, field.name)
    else:
        yield from attributes(value)


def attributes(value: object) -> Iterator[object]:
    """The attributes of an object of the scheduler's own. Anything else would be left out unseen, so it is refused."""
    assert type(value).__module__.startswith("openpai.scheduler"), f"cannot look into {type(value)}"
    names = [name for each in type(value).__mro__ for name in getattr(each, "__slots__", ())]
    for name in sorted(set(names)) + sorted(getattr(value, "__dict__", {})):
        if name not in REMEMBERED and hasattr(value, name):
            yield name
            yield getattr(value, name)


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


def difference(one: Value, other: Value) -> str:
    """Where two snapshots part, with the way to there; empty where they are equal."""
    assert isinstance(one, tuple)
    assert isinstance(other, tuple)
    if one == other:
        return ""
    at = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return f"{one[max(0, at - 8) : at + 2]} became {other[max(0, at - 8) : at + 2]}"
