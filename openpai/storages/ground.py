"""Looks at storages on the machine. A file server that is silent stops who asks it, for ever if it must: so each look
has a thread of its own, nobody waits long for it, and who asks the same meanwhile waits for the same thread."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from openpai.errors import PaiError, Params, Problem, Refused, TemporaryFailure
from openpai.storages.storage import Storage

PATIENCE_S = 5
"""A file server that does not answer for so long is told as silent."""

_MOUNTS = Path("/proc/self/mountinfo")
_OPEN_TO_ALL = 0o777
_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class FileSystem:
    """Where a folder lies: `kind` as the kernel calls it ("ext4", "nfs4"), and its `source` ("server:/export")."""

    kind: str
    source: str


class Ground:
    """Asks the machine. What fails raises `Refused`, what may only be late `TemporaryFailure`."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._asked: dict[tuple[str, ...], Future[object]] = {}

    async def look(self, storage: Storage) -> FileSystem:
        """Where the storage lies. Raises `StorageGone` where it is not there, `StorageSilent`."""
        return await self._ask(storage, ("look",), lambda: look(storage))

    async def open(self, storage: Storage, username: str) -> None:
        """See to it that what this user mounts is there. Raises as `look`, and `StorageFolderFailed`."""
        await self._ask(storage, ("open", username), lambda: make_ready(storage, username))

    async def _ask(self, storage: Storage, what: tuple[str, ...], work: Callable[[], _Found]) -> _Found:
        key = (str(storage), *what)
        future = self._asked.get(key)
        if future is None:
            future = self._asked[key] = Future()
            threading.Thread(target=self._work, args=(key, work), name=f"storage {key}", daemon=True).start()
        try:
            async with asyncio.timeout(self._patience_s):
                return cast(_Found, await asyncio.shield(asyncio.wrap_future(future)))
        except TimeoutError:
            params: Params = {
                "storage": storage.name,
                "path": str(storage.path),
                "seconds": self._patience_s,
            }
            raise TemporaryFailure(Problem("StorageSilent", params)) from None

    def _work(self, key: tuple[str, ...], work: Callable[[], object]) -> None:
        future = self._asked[key]
        try:
            found = work()
        except Exception as error:  # noqa: BLE001  it is raised again where it was asked
            del self._asked[key]
            future.set_exception(error)
        else:
            del self._asked[key]
            future.set_result(found)


def look(storage: Storage) -> FileSystem:
    """Where the storage lies. Raises `StorageGone`. May take for ever."""
    folder = os.path.realpath(storage.path)
    try:
        if not os.path.isdir(folder):
            raise _gone(storage, "storage.not_a_folder" if os.path.lexists(folder) else "storage.missing")
        place, found = _mount_of(folder)
    except OSError as error:
        raise _gone(storage, "storage.fails", reason=error.strerror or str(error)) from error
    if storage.mounted and place != folder:
        raise _gone(storage, "storage.not_mounted")
    return found


def make_ready(storage: Storage, username: str) -> None:
    """Make the user's own folder where it is missing, writable for any user id: which one the next image runs as,
    nobody knows. A link in its place is not followed. Raises as `look`, and `StorageFolderFailed`."""
    look(storage)
    if storage.share:
        return
    try:
        whole = os.open(storage.path, _FOLDER)
        try:
            _make_folder(whole, username)
            os.close(os.open(username, _FOLDER | os.O_NOFOLLOW, dir_fd=whole))
        finally:
            os.close(whole)
    except OSError as error:
        params = {
            "storage": storage.name,
            "path": str(storage.folder_of(username)),
            "reason": error.strerror or str(error),
        }
        raise Refused(Problem("StorageFolderFailed", params)) from error


def _make_folder(whole: int, name: str) -> None:
    try:
        os.mkdir(name, dir_fd=whole)
    except FileExistsError:
        return
    made = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=whole)
    try:
        os.fchmod(made, _OPEN_TO_ALL)
    finally:
        os.close(made)


def _mount_of(folder: str) -> tuple[str, FileSystem]:
    """The mount point that a folder is on, by the kernel's own list; of several in one place the last counts."""
    best, found = "", FileSystem("", "")
    for line in _MOUNTS.read_text(errors="surrogateescape").splitlines():
        left, _, right = line.partition(" - ")
        place = _unescaped(left.split()[4])
        kind, source = right.split()[:2]
        inside = folder == place or folder.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= len(best):
            best, found = place, FileSystem(kind, _unescaped(source))
    return best, found


def _unescaped(text: str) -> str:
    for character in " \t\n\\":
        text = text.replace(f"\\{ord(character):03o}", character)
    return text


def _gone(storage: Storage, cause: str, **more: str) -> PaiError:
    params = {"storage": storage.name, "path": str(storage.path), "cause": cause, **more}
    return Refused(Problem("StorageGone", params))
