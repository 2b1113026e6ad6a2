"""Copies what tasks write from the backend into their logs, whole: each log goes on from where it ends."""

import asyncio
from collections.abc import Callable, Iterable

import structlog

from openpai.backends.contract import Backend
from openpai.errors import NoContact, PaiError
from openpai.store.changes import Changes
from openpai.store.logs import LogStore, LogWriter

log = structlog.get_logger()

_RETRY_S = 1.0


class Capture:
    """The copying of all live tasks. `captured`: the task attempts that have ended and whose log is whole."""

    def __init__(self, backend: Backend, logs: LogStore, changes: Changes, wake: Callable[[], None]) -> None:
        self.captured: set[str] = set()
        self._backend = backend
        self._logs = logs
        self._changes = changes
        self._wake = wake
        self._running: dict[str, asyncio.Task[None]] = {}

    def follow(self, job_id: str, task: str) -> None:
        """Copy this task's output until its end. Does nothing where that is under way or done."""
        if task not in self._running and task not in self.captured:
            self._running[task] = asyncio.create_task(self._copy(job_id, task), name=f"capture {task}")

    def forget(self, live: Iterable[str]) -> None:
        """Drop what is known of tasks that are not among the live ones."""
        live = set(live)
        self.captured &= live
        for task in self._running.keys() - live:
            self._running.pop(task).cancel()

    async def close(self) -> None:
        """Stop copying; what is missing comes after the next start."""
        for running in self._running.values():
            running.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _copy(self, job_id: str, task: str) -> None:
        while not await self._copy_once(job_id, task):  # noqa: ASYNC110  the disk sends no event when it has room
            await asyncio.sleep(_RETRY_S)
        self.captured.add(task)
        self._running.pop(task, None)
        self._changes.publish(task)
        self._wake()

    async def _copy_once(self, job_id: str, task: str) -> bool:
        """Copy until the end; False if it was cut short and must go on."""
        try:
            writer = self._logs.of(job_id, task).writer()
        except PaiError as error:
            log.warning("log cannot be kept yet", task=task, problem=error.first.code)
            return False
        try:
            await self._copy_into(writer, task)
        except NoContact:
            return False
        except PaiError as error:
            log.warning("log cannot be kept yet", task=task, problem=error.first.code)
            return False
        finally:
            writer.close()
        return True

    async def _copy_into(self, writer: LogWriter, task: str) -> None:
        async for chunk in self._backend.logs(task, writer.size):
            writer.append(chunk.stream, chunk.data)
            self._changes.publish(task)
