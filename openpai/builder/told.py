"""What a build tells while it goes on, and what it was asked for. Values only."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from openpai.errors import Params


@dataclass(frozen=True, slots=True)
class Told:
    """One line of progress: the code of its text, and the text's parameters."""

    code: str
    params: Params = field(default_factory=dict)


Tell = Callable[[Told], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to build. `log`: the file that gets everything that is printed. `if_missing`: not if the engine has it.
    `pull`: only if no registry has it. `cache`: with what the engine kept of earlier builds."""

    log: Path
    if_missing: bool = False
    pull: bool = False
    cache: bool = True


@dataclass(frozen=True, slots=True)
class Built:
    """What came of it; `how` is "there", "pulled" or "built"."""

    image: str
    how: str
    size_bytes: int
