"""A growing log as events: from an offset on, without loss, until the task attempt has ended."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass

from openpai.lifecycle.states import is_final
from openpai.server.services import Services
from openpai.server.sse import HEARTBEAT, HEARTBEAT_S, Events, as_json, event, until_set
from openpai.server.tasks import FoundAttempt
from openpai.store.logs import TaskLog

CHUNK = 64 * 1024
"""Bytes of the log in one event, at most."""


def sendable(data: bytes, more_may_come: bool) -> int:
    """How many of these bytes can be sent now: a character whose end is not here yet is held back. Pure."""
    if not more_may_come:
        return len(data)
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 != 0x80:  # not the inside of a character: its first byte, or one of its own
            length = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            return len(data) - (back if length > back else 0)
    return len(data)


def log_event(offset: int, data: bytes) -> bytes:
    """Bytes of a log as an event. Its id is the offset after them."""
    return event("log", as_json(log_entry(offset, data)), offset + len(data))


def log_entry(offset: int, data: bytes) -> dict[str, object]:
    """Bytes of a log as an event tells them: as base64 where they are not UTF-8."""
    try:
        return {"offset": offset, "text": data.decode()}
    except UnicodeDecodeError:
        return {"offset": offset, "base64": b64encode(data).decode()}


@dataclass(slots=True)
class Reader:
    """Reads one stream of a log forward. Files are read on a thread: a slow disk must not stop the loop."""

    log: TaskLog
    name: str
    offset: int

    async def events(self, over: bool) -> AsyncIterator[bytes]:
        """Everything that is there now. `over`: nothing will follow, so nothing is held back."""
        while data := await self.piece(over):
            yield log_event(self.offset - len(data), data)

    async def piece(self, over: bool) -> bytes:
        """The next bytes, up to `CHUNK`; none where nothing can be sent now."""
        data = await asyncio.to_thread(self._read)
        full = len(data) == CHUNK  # the rest of a cut character follows at once
        data = data[: sendable(data, full or not over)]
        self.offset += len(data)
        return data

    def _read(self) -> bytes:
        if self.log.size(self.name) <= self.offset:
            return b""
        return self.log.read(self.name, self.offset, self.offset + CHUNK)


async def follow(services: Services, found: FoundAttempt, name: str, offset: int) -> Events:
    """The events of a log stream."""
    run, task = found.job.run, found.task
    reader = Reader(services.logs.of(run.id, task.uid), name, offset)
    changes = services.changes
    with (
        changes.watch(task.uid, run.id) as signal,
        changes.watch(run.id) as job_changed,
        services.streams.wakes(signal),
    ):
        over = False
        job_changed.set()  # `found` is from before the watch: the end may lie between the two
        while not services.streams.closed:
            signal.clear()
            if job_changed.is_set() and not over:
                job_changed.clear()
                over = await _ended(services, found)
            async for part in reader.events(over):  # the state was looked at before: nothing can be missed
                yield part
            if over:
                yield event("end", "{}", reader.offset)
                return
            while not await until_set(signal, HEARTBEAT_S):
                yield HEARTBEAT


async def _ended(services: Services, found: FoundAttempt) -> bool:
    """Whether the task attempt has ended by now; its log is whole then."""
    attempt = await services.jobs.attempt(found.job.run.id, found.job_attempt)
    tasks = attempt[1] if attempt else []
    return all(is_final(task.state) for task in tasks if task.uid == found.task.uid)
