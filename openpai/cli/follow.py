"""Watching a job and the logs of its tasks at once: the state's stream finds the tasks, each gets its own."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from openpai.cli.progress import latest_attempts
from openpai.cli.screen import Screen
from openpai.client import (
    ApiError,
    Client,
    ContactLost,
    ContactRestored,
    JobChanged,
    JobEnded,
    LogPart,
    PullProgressed,
    Stream,
    TaskAttempt,
)
from openpai.client.replies import JobDetail

_LAST_LINES = 30.0  # seconds that the logs of a job that ended are waited for

Wanted = Callable[[TaskAttempt], bool]
Begin = Callable[[TaskAttempt], Awaitable[int]]


async def from_start(attempt: TaskAttempt) -> int:
    """Follow a log from its first byte."""
    return 0


class Watcher:
    """Tells a screen all about one job until it is final."""

    def __init__(
        self,
        client: Client,
        screen: Screen,
        *,
        stream: Stream = "all",
        wanted: Wanted = lambda attempt: True,
        begin: Begin = from_start,
    ) -> None:
        self._client = client
        self._screen = screen
        self._stream: Stream = stream
        self._wanted = wanted
        self._begin = begin
        self._followers: dict[TaskAttempt, asyncio.Task[None]] = {}

    async def run(self, name: str) -> JobDetail:
        """Watches until the end and returns the job as it ended. Raises as `Client.watch` does."""
        try:
            job = await self._watch(name)
            if self._followers:
                await asyncio.wait(self._followers.values(), timeout=_LAST_LINES)
            for follower in self._followers.values():
                if follower.done():
                    follower.result()  # a fault of ours must not go by unseen
            return job
        finally:
            for follower in self._followers.values():
                follower.cancel()
            await asyncio.gather(*self._followers.values(), return_exceptions=True)

    async def _watch(self, name: str) -> JobDetail:
        job: JobDetail | None = None
        async with aclosing(self._client.watch(name)) as events:
            async for event in events:
                match event:
                    case JobChanged(now):
                        self._screen.job(job, now)
                        self._follow_new(now)
                        job = now
                    case PullProgressed(pull):
                        self._screen.pull(pull)
                    case ContactLost(reason):
                        self._screen.lost(reason)
                    case ContactRestored():
                        self._screen.restored()
                    case JobEnded():
                        break
        return job if job is not None else await self._client.job(name)

    def _follow_new(self, job: JobDetail) -> None:
        for latest in latest_attempts(job):
            for attempt in self._unseen(latest):
                if self._wanted(attempt):
                    self._followers[attempt] = asyncio.create_task(self._follow(attempt))

    def _unseen(self, latest: TaskAttempt) -> list[TaskAttempt]:
        """This attempt and the ones before it that came and went between two events."""
        place = (latest.job_attempt, latest.role, latest.index)
        seen = [
            known.attempt
            for known in self._followers
            if (known.job_attempt, known.role, known.index) == place
        ]
        first = max(seen) + 1 if seen else latest.attempt
        return [TaskAttempt(latest.job, *place, number) for number in range(first, latest.attempt + 1)]

    async def _follow(self, attempt: TaskAttempt) -> None:
        try:
            offset = await self._begin(attempt)
            async with aclosing(self._pieces(attempt, offset)) as pieces:
                async for data in pieces:
                    self._screen.output(attempt, LogPart(offset, data))
                    offset += len(data)
        except ApiError as error:
            if error.status != 404:  # it ended before it printed anything
                raise
        self._screen.output_ended(attempt)

    def _pieces(self, attempt: TaskAttempt, offset: int) -> AsyncGenerator[bytes]:
        return self._client.follow_log(attempt, self._stream, offset=offset)
