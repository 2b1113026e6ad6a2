"""Query parameters of the job list → a query of the store."""

from collections.abc import Iterable

from openpai.errors import PaiError
from openpai.lifecycle.states import JobState, public_job_state
from openpai.server.replies import wrong_parameter
from openpai.store.job_records import Query

MAX_OFFSET = 2**31 - 1
MAX_LIMIT = 50_000
DEFAULT_LIMIT = 5_000

_COLUMNS = {
    "jobName": "name",
    "submissionTime": "submitted_at",
    "username": "username",
    "vc": "virtual_cluster",
    "retries": "retries",
    "totalTaskNumber": "total_tasks",
    "totalGpuNumber": "total_gpus",
    "state": "state",
    "completionTime": "completed_at",
    "jobPriority": "priority",
}

_NOT_YET = ("tagsContain", "tagsNotContain", "jobPriority")

PUBLIC_STATES = tuple(
    dict.fromkeys(public_job_state(state, stop) for stop in (False, True) for state in JobState)
)
"""Every state that a reply can show."""


def states_behind(public: str) -> tuple[tuple[JobState, bool | None], ...]:
    """The states of jobs that show as `public`, each with whether a stop was asked for (None: either)."""
    found: list[tuple[JobState, bool | None]] = []
    for state in JobState:
        shown = [stop for stop in (False, True) if public_job_state(state, stop) == public]
        found += [(state, None)] if len(shown) == 2 else [(state, stop) for stop in shown]
    return tuple(found)


def list_query(
    *,
    username: str | None,
    vc: str | None,
    state: str | None,
    keyword: str | None,
    order: str | None,
    offset: int,
    limit: int,
) -> Query:
    """The query that the parameters mean. Raises `InvalidParameter`, naming the one that is wrong."""
    column, descending = _order(order)
    return Query(
        usernames=_values(username),
        virtual_clusters=_values(vc),
        states=tuple(pair for public in _states(state) for pair in states_behind(public)),
        keyword=keyword or "",
        order=column,
        descending=descending,
        offset=offset,
        limit=limit,
    )


def check_names(names: Iterable[str]) -> None:
    """A parameter given twice means nothing certain; one of OpenPAI's that is not there yet must not be ignored,
    since the reply would hold what nobody asked for. Raises `InvalidParameter`."""
    seen: set[str] = set()
    for name in names:
        if name in seen or name in _NOT_YET:
            raise PaiError(wrong_parameter(name, "—" if name in _NOT_YET else f"{name}=…"))
        seen.add(name)


def _values(text: str | None) -> tuple[str, ...]:
    return tuple(value for value in (text or "").split(",") if value)


def _states(text: str | None) -> tuple[str, ...]:
    wanted = tuple(value.strip().upper() for value in _values(text))
    if any(value not in PUBLIC_STATES for value in wanted):
        raise PaiError(wrong_parameter("state", ", ".join(PUBLIC_STATES)))
    return wanted


def _order(text: str | None) -> tuple[str, bool]:
    """The column, and whether the largest comes first."""
    name, _, direction = (text or "submissionTime,DESC").partition(",")
    if name not in _COLUMNS or direction not in ("ASC", "DESC"):
        raise PaiError(wrong_parameter("order", " | ".join(f"{known},ASC/DESC" for known in _COLUMNS)))
    return _COLUMNS[name], direction == "DESC"
