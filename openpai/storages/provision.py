"""What storages users have, and what a job mounts of them: at submission, and anew at each start of a task."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from openpai.admin_file import LiveFile
from openpai.errors import PaiError, Problem, Refused, TemporaryFailure
from openpai.protocol.job import Job
from openpai.protocol.storages import wanted_storages
from openpai.storages.file import Storages
from openpai.storages.ground import FileSystem, Ground
from openpai.storages.resolve import Resolved, resolve
from openpai.storages.storage import Mount, Storage


@dataclass(frozen=True, slots=True)
class StorageFacts:
    """What a job gets, and which of it is gone (certain) or silent (not certain), by the storages' names."""

    resolved: Resolved = field(default_factory=Resolved)
    gone: Mapping[str, Problem] = field(default_factory=dict)
    silent: Mapping[str, Problem] = field(default_factory=dict)


class Provision:
    """Asks the admin's file, the groups of a user, and the machine."""

    def __init__(
        self,
        file: LiveFile[Storages],
        groups_of: Callable[[str], Awaitable[frozenset[str]]],
        ground: Ground,
    ) -> None:
        self._file = file
        self._groups_of = groups_of
        self._ground = ground

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The mistakes of the admin's file, whose last good form counts."""
        return self._file.problems

    def all(self) -> Storages:
        """Every storage, in the order of the file."""
        return self._file.current()

    async def granted(self, username: str) -> Sequence[Storage]:
        """Those that a user may mount."""
        groups = await self._groups_of(username)
        return [storage for storage in self.all() if storage.granted_to(groups)]

    async def look(self, storage: Storage) -> FileSystem | Problem:
        """Where it lies, or why it cannot be mounted now."""
        try:
            return await self._ground.look(storage)
        except PaiError as error:
            return error.first

    async def facts(self, username: str, job: Job) -> StorageFacts:
        """What the job would get now."""
        resolved = await self._resolve(username, job)
        storages = {place.storage.name: place.storage for place in resolved.placed}
        found = await asyncio.gather(*map(self._ground.look, storages.values()), return_exceptions=True)
        gone, silent = {}, {}
        for name, problem in zip(storages, found, strict=True):
            if isinstance(problem, TemporaryFailure):
                silent[name] = problem.first
            elif isinstance(problem, PaiError):
                gone[name] = problem.first
            elif isinstance(problem, BaseException):
                raise problem
        return StorageFacts(resolved, gone, silent)

    async def mounts(self, username: str, job: Job) -> tuple[Mount, ...]:
        """What a task of the job mounts, all of it there. Raises `Refused` for what was taken away or is gone,
        `TemporaryFailure` for a file server that is silent."""
        resolved = await self._resolve(username, job)
        if resolved.refused:
            raise Refused(*(finding.problem() for finding in resolved.refused))
        for place in resolved.placed:
            await self._ground.open(place.storage, username)
        return tuple(place.mount(username) for place in resolved.placed)

    async def _resolve(self, username: str, job: Job) -> Resolved:
        wanted = wanted_storages(job)
        if not wanted:
            return Resolved()
        return resolve(wanted, self.all(), username, await self._groups_of(username))


async def no_storages(username: str, job: Job) -> StorageFacts:
    """Where there is none: every storage that a job names is unknown."""
    return StorageFacts(resolve(wanted_storages(job), (), username, frozenset()))
