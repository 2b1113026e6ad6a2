"""What the checks must know of the world, gathered before they run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from openpai.errors import NoContact
from openpai.scheduler.schedule import Cluster

LookAtCluster = Callable[[], Awaitable[Cluster]]


@dataclass(frozen=True, slots=True)
class Facts:
    """The cluster as it is now; None where it cannot be seen, and then why.

    `name_taken`: the user has a job of that name. Only a dry run looks: `submit` relies on the unique index.
    """

    cluster: Cluster | None
    cluster_unknown: str = ""
    name_taken: bool = False


async def gather(look_at_cluster: LookAtCluster) -> Facts:
    """All facts; one that cannot be had is unknown, which is no error."""
    try:
        return Facts(await look_at_cluster())
    except NoContact as error:
        return Facts(None, str(error.first.params.get("detail", error.first.code)))
