"""Priority classes: OpenPAI's names for priorities."""

from collections.abc import Mapping

from openpai.scheduler.gang import OPPORTUNISTIC

CLASSES: Mapping[str, int] = {"prod": 100, "test": 10, "oppo": OPPORTUNISTIC}
DEFAULT_CLASS = "test"


def class_of(priority: int) -> str:
    """The name of a priority, or its number.

    >>> class_of(100), class_of(7)
    ('prod', '7')
    """
    return next((name for name, number in CLASSES.items() if number == priority), str(priority))
