"""Copies what tasks write from the backend into their logs, whole: each log goes on from where it ends."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import closing

import structlog

from openpai.backends.contract import Backend
from openpai.clock import now_ms
from openpai.errors import NoContact, PaiError
from openpai.store.changes import Changes
from openpai.store.log_times import MarkWriter
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
            self._running[task].cancel()

    async def close(self) -> None:
        """Stop copying; what is missing comes after the next start."""
        copying = list(self._running.values())
        for running in copying:
            running.cancel()
        await asyncio.gather(*copying, return_exceptions=True)

    async def _copy(self, job_id: str, task: str) -> None:
        try:
            while not await self._copy_once(job_id, task):  # noqa: ASYNC110  a disk sends no event when it has room
                await asyncio.sleep(_RETRY_S)
            self.captured.add(task)
        finally:
            self._running.pop(task, None)
        self._changes.publish(task)
        self._wake()

    async def _copy_once(self, job_id: str, task: str) -> bool:
        """Copy until the end; False if it was cut short and must go on."""
        try:
            log_of_task = self._logs.of(job_id, task)
            with closing(log_of_task.writer()) as writer, closing(log_of_task.mark_writer()) as marks:
                await self._copy_into(writer, marks, task)
        except NoContact:
            return False
        except PaiError as error:
            log.warning("log cannot be kept yet", task=task, problem=error.first.code)
            return False
        except Exception:
            log.exception("log cannot be kept yet", task=task)
            return False
        return True

    async def _copy_into(self, writer: LogWriter, marks: MarkWriter, task: str) -> None:
        chunks = self._backend.logs(task, writer.size)
        try:
            async for chunk in chunks:
                marks.note(writer.size, now_ms())
                writer.append(chunk.stream, chunk.data)
                self._changes.publish(task)
        finally:
            if isinstance(chunks, AsyncGenerator):
                await chunks.aclose()  # what broke off here may not be read on: its connection goes at once
        await asyncio.to_thread(writer.sync)  # its container may be removed now: nobody else has it any more
