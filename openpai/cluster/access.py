"""Which virtual clusters a user may use."""

from collections.abc import Awaitable, Callable

from openpai.cluster.standing import Standing
from openpai.errors import NoContact

GroupsOf = Callable[[str], Awaitable[frozenset[str]]]
"""The groups that a user is in."""


class Access:
    """Asks the cluster file and the groups, each time anew: a right that is taken away ends at once."""

    def __init__(self, standing: Callable[[], Awaitable[Standing]], groups_of: GroupsOf) -> None:
        self._standing = standing
        self._groups_of = groups_of

    async def usable(self, username: str, *, admin: bool) -> tuple[str, ...] | None:
        """The virtual clusters that the user may use, in the order of the file; None while nothing is known."""
        try:
            described = (await self._standing()).described
        except NoContact:
            return None
        return tuple(described.usable(await self._groups_of(username), admin=admin))
