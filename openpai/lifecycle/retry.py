"""Whether an attempt that has ended is followed by another: every cause has a budget of its own."""

from dataclasses import dataclass
from enum import StrEnum

from openpai.lifecycle.exit_specs import Behavior, exit_spec
from openpai.lifecycle.records import Diagnosis

EVERY_FAILURE = -1
"""A user's budget without end, for failures."""

ALWAYS = -2
"""A user's budget without end, for successes too: a service."""

_FIRST_DELAY_MS = 1_000
_LONGEST_DELAY_MS = 300_000


class Of(StrEnum):
    """Whose budget a retry counts against."""

    USER = "user"
    PLATFORM = "platform"
    PREEMPTION = "preemption"


@dataclass(frozen=True, slots=True)
class Retry:
    """Another attempt after `delay_ms`, at the cost of the budget `of`."""

    of: Of
    delay_ms: int


@dataclass(frozen=True, slots=True)
class Budget:
    """What was used and what there is of each. `user_max` may be EVERY_FAILURE or ALWAYS."""

    user_used: int
    user_max: int
    platform_used: int
    platform_max: int
    preemption_used: int = 0
    preemption_max: int = 0


def decide_retry(cause: Diagnosis, budget: Budget, took_ms: int = 0) -> Retry | None:
    """The retry that follows an end with this cause, or None. `took_ms`: how long the attempt lasted.

    The user's own failures start again at once, the platform's after a delay that doubles each time. Where the user
    set no end, attempts begin that delay apart: one that lasted longer is followed at once.
    """
    match exit_spec(cause.code).behavior:
        case Behavior.UNKNOWN if budget.user_max < 0:
            return _endless(budget, took_ms)
        case Behavior.UNKNOWN if budget.user_used < budget.user_max:
            return Retry(Of.USER, delay_ms=0)
        case Behavior.SUCCESS if budget.user_max == ALWAYS:
            return _endless(budget, took_ms)
        case Behavior.TRANSIENT if budget.platform_used < budget.platform_max:
            return Retry(Of.PLATFORM, delay_ms=back_off(budget.platform_used))
        case Behavior.PREEMPTED if budget.preemption_used < budget.preemption_max:
            return Retry(Of.PREEMPTION, delay_ms=0)  # it waits in the queue as it is
        case _:
            return None


def back_off(tries: int) -> int:
    """How long to wait (ms) after so many tries: 1 s, 2 s, 4 s, … at most 5 minutes."""
    return min(_FIRST_DELAY_MS << min(tries, 20), _LONGEST_DELAY_MS)


def _endless(budget: Budget, took_ms: int) -> Retry:
    return Retry(Of.USER, delay_ms=max(back_off(budget.user_used) - took_ms, 0))
