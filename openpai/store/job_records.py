"""What goes into the queries on jobs, and what comes out of them beside the lifecycle's records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openpai.images.kept import KeptImage
from openpai.lifecycle.records import JobRun
from openpai.lifecycle.states import JobState, is_final

FINAL_STATES = tuple(state.value for state in JobState if is_final(state))


@dataclass(frozen=True, slots=True)
class NewJob:
    """A submission that was admitted. `run` is its first attempt, not placed yet."""

    run: JobRun
    document: Mapping[str, Any]
    secrets: bytes = field(repr=False)
    fingerprint: str
    idempotency_key: str | None
    virtual_cluster: str
    priority: str | None
    total_gpus: int
    total_tasks: int
    total_roles: int
    images: Mapping[str, KeptImage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spec:
    """What a job is to do: its document with the secrets masked, and what was masked, encrypted.

    `images`: what was kept of them at submission, by their names in the document.
    """

    document: Mapping[str, Any]
    secrets: bytes = field(repr=False)
    images: Mapping[str, KeptImage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the job list."""

    run: JobRun
    virtual_cluster: str
    priority: str | None
    total_gpus: int
    total_tasks: int
    total_roles: int
    exit_code: int | None


@dataclass(frozen=True, slots=True)
class Query:
    """What to list: exact values per column (OR within one, AND between), a word, an order, a page.

    A state may come with whether a stop was asked for (None: either), since both make the state that is shown.
    """

    usernames: tuple[str, ...] = ()
    virtual_clusters: tuple[str, ...] = ()
    states: tuple[tuple[JobState, bool | None], ...] = ()
    keyword: str = ""
    order: str = "submitted_at"
    descending: bool = True
    offset: int = 0
    limit: int = 5000
