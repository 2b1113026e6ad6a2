"""Several growing logs of a job as one stream of events: a browser has few connections, and a log can be far larger
than what its reader looks at, so what lies behind may be counted instead of sent."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from openpai.lifecycle.states import is_final
from openpai.server.logstream import Reader, log_entry
from openpai.server.services import Services
from openpai.server.sse import HEARTBEAT_S, Events, as_json, event, until_set
from openpai.server.tasks import FoundAttempt
from openpai.store.logs import TaskLog

BLOCK = 64 * 1024
"""Logs are counted in blocks of so many bytes, from their begin on."""

COUNTED = 512 * BLOCK
"""Bytes that one event counts, at most: the reader hears soon how far it is."""

_PAUSE_S = 0.05
"""Least time between two looks: what is written in between is told as one."""


@dataclass(slots=True)
class Followed:
    """A log among those of the stream. `ended`: nothing will be added to it; `told`: its reader knows."""

    found: FoundAttempt
    log: TaskLog
    reader: Reader
    ended: bool = False
    told: bool = False

    @classmethod
    def of(cls, services: Services, found: FoundAttempt, name: str, offset: int) -> "Followed":
        log = services.logs.of(found.job.run.id, found.task.uid)
        return cls(found, log, Reader(log, name, offset))

    def size(self) -> int:
        return self.log.size(self.reader.name)

    async def times(self, start: int) -> list[list[int]]:
        """When that which was read since `start` came."""
        return await asyncio.to_thread(times_of, self.log, self.reader.name, start, self.reader.offset)


def count_lines(log: TaskLog, name: str, start: int, end: int) -> list[int]:
    """The line breaks from `start` to `end` in each block of the log that lies there, a part of one among them."""
    counts = []
    while start < end:
        after = min(start - start % BLOCK + BLOCK, end)
        counts.append(log.read(name, start, after).count(b"\n"))
        start = after
    return counts


def times_of(log: TaskLog, name: str, start: int, end: int) -> list[list[int]]:
    """When these bytes came: times, each with the number of line breaks between `start` and what came then."""
    times, breaks, at = [], 0, start
    for mark in log.marks(name, start, end):
        breaks += sum(count_lines(log, name, at, mark.offset))
        at = mark.offset
        times.append([mark.at, breaks])
    return times


async def follow_all(services: Services, logs: Sequence[Followed], window: int | None) -> Events:
    """What is added to any of the logs, until all have ended. `window`: what lies more bytes than that before the end
    is counted, and not sent."""
    with ExitStack() as stack:
        job_id = logs[0].found.job.run.id
        uids = [each.found.task.uid for each in logs]
        signal = stack.enter_context(services.changes.watch(job_id, *uids))
        job_changed = stack.enter_context(services.changes.watch(job_id))
        stack.enter_context(services.streams.wakes(signal))
        live = False
        job_changed.set()  # what was found is from before the watch: an end may lie between the two
        while not services.streams.closed:
            signal.clear()
            if job_changed.is_set():
                job_changed.clear()
                await _look_for_ends(services, job_id, logs)
            async for part in _news(logs, window, timed=not live and len(logs) > 1):
                yield part
            if not live:
                live = True
                yield event("live", "{}", _offsets(logs))
            if all(each.told for each in logs):
                yield event("end", "{}", _offsets(logs))
                return
            await asyncio.sleep(_PAUSE_S)
            while not await until_set(signal, HEARTBEAT_S):
                yield event("ping", "{}")


async def _look_for_ends(services: Services, job_id: str, logs: Sequence[Followed]) -> None:
    """Which of the task attempts have ended by now; their logs are whole then."""
    for number in {each.found.job_attempt for each in logs if not each.ended}:
        attempt = await services.jobs.attempt(job_id, number)
        tasks = attempt[1] if attempt else []
        live = {task.uid for task in tasks if not is_final(task.state)}
        for each in logs:
            if each.found.job_attempt == number and each.found.task.uid not in live:
                each.ended = True


async def _news(logs: Sequence[Followed], window: int | None, timed: bool) -> AsyncIterator[bytes]:
    """What is there now, of each log one piece in turn: none waits for the whole of another. What is added meanwhile
    comes next time, so that this ends however fast a task writes. `timed`: with when it came."""
    waiting = await asyncio.to_thread(_sizes, logs)
    while waiting:
        for number, size in list(waiting.items()):
            each = logs[number]
            start = each.reader.offset
            kind, entry = await _piece(each, window) if start < size else ("", {})
            if not kind:
                del waiting[number]
                if not each.ended:
                    continue
                each.told = True
                kind, entry = "over", {"kept": await asyncio.to_thread(each.log.exists)}
            elif timed:
                entry["times"] = await each.times(start)
            yield event(kind, as_json({"log": number, **entry}), _offsets(logs))


def _sizes(logs: Sequence[Followed]) -> dict[int, int]:
    """How long those logs are by now that are not over."""
    return {number: each.size() for number, each in enumerate(logs) if not each.told}


async def _piece(each: Followed, window: int | None) -> tuple[str, dict[str, object]]:
    """The next event of a log; of no kind where there is nothing new."""
    reader = each.reader
    start = reader.offset
    if window is not None:
        end = min(
            (await asyncio.to_thread(each.size) - window) // BLOCK * BLOCK, start - start % BLOCK + COUNTED
        )
        if end > start:
            reader.offset = end
            lines = await asyncio.to_thread(count_lines, each.log, reader.name, start, end)
            return "skip", {"offset": start, "to": end, "lines": lines}
    data = await reader.piece(each.ended)
    return ("log", log_entry(start, data)) if data else ("", {})


def _offsets(logs: Sequence[Followed]) -> str:
    """Where to go on in each log: what `Last-Event-ID` will say."""
    return ",".join(str(each.reader.offset) for each in logs)
