"""What a plugin adds to a task."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Part:
    """Texts that run in a shell of their own: `before` the role's commands, `after` they succeeded, `finally_` however
    they ended; "" for none. `files` lie beside them. `ignores_failure`: the task goes on when one of them fails.
    """

    plugin: str
    before: str = field(default="", repr=False)
    after: str = field(default="", repr=False)
    finally_: str = field(default="", repr=False)
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    ignores_failure: bool = False
