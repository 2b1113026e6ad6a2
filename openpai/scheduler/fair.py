"""A line in which whoever has least is next."""

from collections import deque
from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush, heappushpop
from typing import Generic, TypeVar

T = TypeVar("T")


class FairLine(Generic[T]):
    """Those that wait, each with its user, in the order in which they came. The next one is of the user who `has` least
    then, and of those who have as much the one that came first. `first` goes before all."""

    def __init__(
        self, waiting: Sequence[tuple[str, T]], has: Callable[[str], float], first: T | None = None
    ) -> None:
        self._has = has
        self._first = first
        self._of: dict[str, deque[tuple[int, T]]] = {}
        for number, (user, each) in enumerate(waiting):
            if each is not first:
                self._of.setdefault(user, deque()).append((number, each))
        self._users = [(has(user), line[0][0], user) for user, line in self._of.items()]
        heapify(self._users)

    def next(self) -> T:
        """Whose turn it is. What the one before got counts."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        had, _, user = heappop(self._users)
        while (has := self._has(user)) > had:  # it got something meanwhile
            had, _, user = heappushpop(self._users, (has, self._of[user][0][0], user))
        each = self._of[user].popleft()[1]
        if self._of[user]:
            heappush(self._users, (had, self._of[user][0][0], user))
        return each
