"""Whether an attempt that failed is followed by another: every cause has a budget, none is endless."""

from dataclasses import dataclass

from openpai.lifecycle.exit_specs import Behavior, exit_spec
from openpai.lifecycle.records import Diagnosis

_FIRST_DELAY_MS = 1_000
_LONGEST_DELAY_MS = 300_000


@dataclass(frozen=True, slots=True)
class Retry:
    """Another attempt after `delay_ms`; `by_user` tells whose budget it counts against."""

    by_user: bool
    delay_ms: int


@dataclass(frozen=True, slots=True)
class Budget:
    """What was used and what there is of each."""

    user_used: int
    user_max: int
    platform_used: int
    platform_max: int


def decide_retry(cause: Diagnosis, budget: Budget) -> Retry | None:
    """The retry that follows a failure with this cause, or None.

    The user's own failures start again at once, the platform's after a delay that doubles each time.
    """
    match exit_spec(cause.code).behavior:
        case Behavior.UNKNOWN if budget.user_used < budget.user_max:
            return Retry(by_user=True, delay_ms=0)
        case Behavior.TRANSIENT if budget.platform_used < budget.platform_max:
            return Retry(by_user=False, delay_ms=back_off(budget.platform_used))
        case _:
            return None


def back_off(tries: int) -> int:
    """How long to wait (ms) after so many tries: 1 s, 2 s, 4 s, … at most 5 minutes."""
    return min(_FIRST_DELAY_MS << min(tries, 20), _LONGEST_DELAY_MS)
