"""Why a gang waits, in a form that others can put into words: the texts are in `messages/`."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code of the messages, and its parameters."""

    code: str
    params: Mapping[str, str | int | float]
