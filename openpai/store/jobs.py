"""Jobs: submitted, looked up, listed, stepped. The queries are in `job_reads` and `job_writes`.

Two writers share a row and never a column: a submission and a stop write what a person wants, the controller
writes what became of it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Concatenate, ParamSpec

import sqlalchemy as sa

from openpai.lifecycle.records import Event, JobAttempt, JobRun, TaskAttempt
from openpai.lifecycle.states import JobState, is_final
from openpai.store import job_reads, job_writes
from openpai.store.changes import Changes
from openpai.store.database import Database
from openpai.store.job_records import Listed, NewJob, Query, Spec

P = ParamSpec("P")


class JobStore:
    """The queries on jobs. Every change is told to `changes` under the job's id, and under "jobs"."""

    def __init__(self, database: Database, changes: Changes) -> None:
        self._database = database
        self._changes = changes
        # The jobs that have not ended, by id, as the database has them: every write goes through here, and the
        # controller asks many times a second. None: to be read.
        self._live: dict[str, JobRun] | None = None
        self._writes = 0

    async def add(self, job: NewJob, happened: Sequence[Event]) -> str:
        """Keep a submission; its id, or that of the job which the same `idempotency_key` made before.

        Raises `ConflictJob` when the user has a job of that name, `IdempotencyKeyReused` when the key came
        with another request.
        """
        try:
            await self._write([job.run], job_writes.insert_job, job, happened)
        except sa.exc.IntegrityError:
            return await self._database.read(job_reads.twin, job)
        return job.run.id

    async def repeated(self, username: str, key: str, fingerprint: str) -> JobRun | None:
        """The job that a request with this idempotency key made, if there was one. Raises as `add`."""
        return await self._database.read(job_reads.repeated, username, key, fingerprint)

    async def request_stop(self, job_id: str) -> None:
        """A person wants the job to end. Of no effect on one that has ended."""
        await self._write([job_id], job_writes.request_stop, job_id)

    async def run_again(self, run: JobRun, happened: Sequence[Event]) -> bool:
        """A person has a job that ended run again, as this run. False, and nothing done, if it has not ended, or
        somebody else was quicker."""
        return await self._write_if([run], job_writes.run_again, run, happened)

    async def delete(self, job_id: str) -> bool:
        """Remove a job that ended, with all that is known of it. False, and nothing done, if it has not ended."""
        return await self._write_if([job_id], job_writes.delete, job_id)

    async def save(self, changed: Sequence[tuple[JobRun, Sequence[Event]]]) -> None:
        """Keep what became of jobs, all in one transaction."""
        known = dict(self._live or {})
        await self._write([run for run, _ in changed], job_writes.save, changed, known)

    async def live(self) -> list[JobRun]:
        """Every job that has not ended, in the order in which they were asked for."""
        if self._live is None:
            before = self._writes
            runs = await self._database.read(job_reads.live)
            if before != self._writes:  # it may lack what was written meanwhile
                return runs
            self._live = {run.id: run for run in runs}
        return sorted(self._live.values(), key=lambda run: run.turn)

    async def find(self, username: str, name: str) -> Listed:
        """The job of that user and name. Raises `NoJob`."""
        return await self._database.read(job_reads.find, username, name)

    async def has(self, username: str, name: str) -> bool:
        """Whether the user has a job of that name."""
        return await self._database.read(job_reads.has, username, name)

    async def attempt(self, job_id: str, index: int) -> tuple[JobAttempt, list[TaskAttempt]] | None:
        """One attempt of a job with all its task attempts, or None if there was none of that index."""
        return await self._database.read(job_reads.attempt, job_id, index)

    async def first_failure(self, run: JobRun) -> tuple[int, TaskAttempt] | None:
        """The first task attempt that failed since a person had the job run, and its job attempt's index."""
        return await self._database.read(job_reads.first_failure, run.id, run.first_attempt)

    async def spec(self, job_id: str) -> Spec:
        """What the job is to do."""
        return await self._database.read(job_reads.spec, job_id)

    async def page(self, query: Query) -> tuple[int, list[Listed]]:
        """How many jobs match, and one page of them."""
        return await self._database.read(job_reads.page, query)

    async def counts(self, username: str | None) -> list[tuple[JobState, bool, int]]:
        """How many jobs are in which state, and whether a stop of them was asked for; of a user, or of all."""
        return await self._database.read(job_reads.counts, username)

    async def live_counts(self) -> list[tuple[str, JobState, bool, int]]:
        """The same of jobs that have not ended, by virtual cluster."""
        return await self._database.read(job_reads.live_counts)

    async def events(self, job_id: str) -> list[Event]:
        """What happened to a job, newest first."""
        return await self._database.read(job_reads.events_of, job_id)

    async def _write_if(
        self,
        concerned: Sequence[JobRun | str],
        work: Callable[Concatenate[sa.Connection, P], None],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> bool:
        try:
            await self._write(concerned, work, *args, **kwargs)
        except job_writes.NotAsItWas:
            return False
        return True

    async def _write(
        self,
        concerned: Sequence[JobRun | str],
        work: Callable[Concatenate[sa.Connection, P], None],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Run `work`, which leaves jobs as these runs, or has those of these ids stopped. Once begun it is done
        to its end, also where the caller is gone: what is on the disk must be known here."""

        async def write() -> None:
            await self._database.write(work, *args, **kwargs)
            self._writes += 1
            if self._live is not None:
                for one in concerned:
                    _bring_up_to_date(self._live, one)
            for one in concerned:
                self._changes.publish(one if isinstance(one, str) else one.id)
            self._changes.publish("jobs")

        await asyncio.shield(write())


def _bring_up_to_date(live: dict[str, JobRun], one: JobRun | str) -> None:
    if isinstance(one, str):
        if one in live:
            live[one] = replace(live[one], stop_requested=True)
    elif is_final(one.state):
        live.pop(one.id, None)
    else:
        known = live.get(one.id)  # a stop that came while this was decided is not in it
        live[one.id] = replace(one, stop_requested=one.stop_requested or bool(known and known.stop_requested))
