"""What the routes are given. `main` makes it; nothing here is made by a route."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Request

from openpai.admission.check_image import ImageReport
from openpai.admission.submit import Admitted, Plan, Submission
from openpai.backends.contract import PullProgress
from openpai.cluster.described import Described
from openpai.cluster.effect import Effect
from openpai.cluster.source import ClusterSource
from openpai.cluster.standing import Standing
from openpai.controller.image_keeper import ImageKeeper
from openpai.images.catalogue.stock import Shelf
from openpai.images.credentials.credential import Credential
from openpai.runtime.explanation import Explanation
from openpai.runtime.outlook import Outlook
from openpai.scheduler.reason import Reason
from openpai.server.sse import OpenStreams
from openpai.storages.provision import Provision
from openpai.store.changes import Changes
from openpai.store.credentials import CredentialStore
from openpai.store.groups import GroupStore
from openpai.store.jobs import JobStore
from openpai.store.logs import LogStore
from openpai.store.node_marks import NodeMarks
from openpai.store.sessions import SessionStore
from openpai.store.tokens import TokenStore


class Controller(Protocol):
    """What the server asks of the loop. What is asynchronous raises `NoContact`."""

    async def standing(self) -> Standing:
        """How the cluster stands."""

    async def outlook(self) -> Outlook:
        """The scheduler as it is, and what people call the jobs."""

    async def explanation(self, job_id: str, clusters: Sequence[str]) -> Explanation | None:
        """Why a job has not got all its cells; None of one that has. `clusters`: those that its user may use."""

    async def effect(self, described: Described) -> Effect:
        """What would become of the live jobs if this were the cluster."""

    def wake(self) -> None:
        """Something may be new: look at once."""

    def waits(self, job_id: str) -> Sequence[Reason]:
        """Why a job waits, as of now; empty for one that does not.

        A change is told under the job's id, or under "jobs" where it is the same for all.
        """

    def images(self) -> Mapping[str, Sequence[str]] | None:
        """The images that live jobs need, by name or id, with the jobs' names; None while that is not known."""

    def pulls(self, job_id: str) -> Mapping[str, PullProgress]:
        """The image pulls that tasks of the job wait for, by task uid. A change is told under the job's id."""


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the house that HTTP reaches. `token_secret` signs tokens (see `auth.mint`).

    `streams` are the replies that never end by themselves: `streams.close()` ends them, so that the server can
    go down.
    """

    jobs: JobStore
    logs: LogStore
    tokens: TokenStore
    sessions: SessionStore
    credentials: CredentialStore
    groups: GroupStore
    storages: Provision
    cluster: ClusterSource
    marks: NodeMarks
    changes: Changes
    submit: Callable[[Submission], Awaitable[Admitted]]
    dry_run: Callable[[Submission], Awaitable[Plan]]
    check_image: Callable[[str, str, Credential | None], Awaitable[ImageReport]]
    shelf: Shelf
    controller: Controller
    keeper: ImageKeeper
    token_secret: str = field(repr=False)
    streams: OpenStreams = field(default_factory=OpenStreams)


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Given = Annotated[Services, Depends(_services)]
"""The services, as a parameter of a route."""
