"""Something to tell the user about a document, at a field path; the place in the text is looked up later.

The checks of this room see plain values only, so the same checks serve a fresh text and a stored document.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from openpai.errors import Params, Problem

Path = tuple[str | int, ...]

MOST_FINDINGS = 1000  # per kind of check; a text with more is hostile, and each costs time to place
MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem at `path`: at its key rather than its value (`at_key`), or at the text `needle` inside it."""

    code: str
    path: Path
    params: Params = field(default_factory=dict)
    at_key: bool = False
    needle: str = ""

    def problem(self) -> Problem:
        """The problem without a place in a text."""
        return Problem(self.code, self.params, path=spell(self.path) or None)


def spell(path: Path) -> str:
    """A path as people write it.

    >>> spell(("prerequisites", 0, "auth", "password"))
    'prerequisites[0].auth.password'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def listed(names: Iterable[object]) -> str:
    """Names for a message; a dash where there are none, the first twenty where there are many."""
    shown = [str(name) for name in islice(names, MOST_NAMES + 1)]
    return ", ".join(shown[:MOST_NAMES]) + (", …" if len(shown) > MOST_NAMES else "") or "–"


def mapping(holder: object, key: str) -> Mapping[str, object]:
    """The mapping under `key`, empty when there is none or something else: its type is reported elsewhere."""
    value = holder.get(key) if isinstance(holder, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def items(holder: object, key: str) -> list[object]:
    """The list under `key`, empty when there is none or something else."""
    value = holder.get(key) if isinstance(holder, Mapping) else None
    return list(value) if isinstance(value, list | tuple) else []
