"""Numbers on shelves: what is looked for first stands on the first shelf, in ascending order."""

from bisect import bisect_left, insort
from collections.abc import Iterator

Key = tuple[int, ...]


class Shelves:
    """Ordinals by key. Iteration goes through the keys in ascending order."""

    __slots__ = ("_keys", "_shelves", "count")

    def __init__(self) -> None:
        self.count = 0
        self._shelves: dict[Key, list[int]] = {}
        self._keys: list[Key] = []

    def put(self, key: Key, ordinal: int) -> None:
        """Put a number there; it is on no shelf yet."""
        self.count += 1
        shelf = self._shelves.get(key)
        if shelf is None:
            self._shelves[key] = [ordinal]
            insort(self._keys, key)
        else:
            insort(shelf, ordinal)

    def drop(self, key: Key, ordinal: int) -> None:
        """Take a number from the shelf where it is."""
        self.count -= 1
        shelf = self._shelves[key]
        del shelf[bisect_left(shelf, ordinal)]
        if not shelf:
            del self._shelves[key]
            del self._keys[bisect_left(self._keys, key)]

    def move(self, ordinal: int, old: Key | None, new: Key | None) -> Key | None:
        """Take a number from one shelf (None: it is on none) to another (None: to none). Returns where it is now."""
        if old != new:
            if old is not None:
                self.drop(old, ordinal)
            if new is not None:
                self.put(new, ordinal)
        return new

    def ascending(self) -> list[Key]:
        """The keys of the shelves that are not empty, ascending."""
        return self._keys

    def shelf(self, key: Key) -> list[int]:
        """What stands there."""
        return self._shelves[key]

    def __iter__(self) -> Iterator[int]:
        for key in self._keys:
            yield from self._shelves[key]
