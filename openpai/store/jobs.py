"""Jobs: submitted, looked up, listed, stepped. The queries are in `job_reads` and `job_writes`.

Two writers share a row and never a column: a submission and a stop write what a person wants, the controller
writes what became of it.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from openpai.lifecycle.records import Event, JobAttempt, JobRun, TaskAttempt
from openpai.store import job_reads, job_writes
from openpai.store.changes import Changes
from openpai.store.database import Database
from openpai.store.job_records import Listed, NewJob, Query, Spec


class JobStore:
    """The queries on jobs. Every change is told to `changes` under the job's id, and under "jobs"."""

    def __init__(self, database: Database, changes: Changes) -> None:
        self._database = database
        self._changes = changes

    async def add(self, job: NewJob, happened: Sequence[Event]) -> str:
        """Keep a submission; its id, or that of the job which the same `idempotency_key` made before.

        Raises `ConflictJob` when the user has a job of that name, `IdempotencyKeyReused` when the key came
        with another request.
        """
        try:
            await self._database.write(job_writes.insert_job, job, happened)
        except sa.exc.IntegrityError:
            return await self._database.read(job_reads.twin, job)
        self._tell([job.run.id])
        return job.run.id

    async def repeated(self, username: str, key: str, fingerprint: str) -> JobRun | None:
        """The job that a request with this idempotency key made, if there was one. Raises as `add`."""
        return await self._database.read(job_reads.repeated, username, key, fingerprint)

    async def request_stop(self, job_id: str) -> None:
        """A person wants the job to end. Of no effect on one that has ended."""
        await self._database.write(job_writes.request_stop, job_id)
        self._tell([job_id])

    async def save(self, changed: Sequence[tuple[JobRun, Sequence[Event]]]) -> None:
        """Keep what became of jobs, all in one transaction."""
        await self._database.write(job_writes.save, changed)
        self._tell([run.id for run, _ in changed])

    async def live(self) -> list[JobRun]:
        """Every job that has not ended, oldest submission first."""
        return await self._database.read(job_reads.live)

    async def find(self, username: str, name: str) -> Listed:
        """The job of that user and name. Raises `NoJob`."""
        return await self._database.read(job_reads.find, username, name)

    async def has(self, username: str, name: str) -> bool:
        """Whether the user has a job of that name."""
        return await self._database.read(job_reads.has, username, name)

    async def attempt(self, job_id: str, index: int) -> tuple[JobAttempt, list[TaskAttempt]] | None:
        """One attempt of a job with all its task attempts, or None if there was none of that index."""
        return await self._database.read(job_reads.attempt, job_id, index)

    async def spec(self, job_id: str) -> Spec:
        """What the job is to do."""
        return await self._database.read(job_reads.spec, job_id)

    async def page(self, query: Query) -> tuple[int, list[Listed]]:
        """How many jobs match, and one page of them."""
        return await self._database.read(job_reads.page, query)

    async def events(self, job_id: str) -> list[Event]:
        """What happened to a job, newest first."""
        return await self._database.read(job_reads.events_of, job_id)

    async def task_uids(self) -> set[str]:
        """The task attempts of all jobs that have not ended."""
        return await self._database.read(job_reads.live_uids)

    def _tell(self, job_ids: Iterable[str]) -> None:
        for job_id in job_ids:
            self._changes.publish(job_id)
        self._changes.publish("jobs")
