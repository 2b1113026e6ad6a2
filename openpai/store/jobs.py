"""Jobs: submitted, looked up, listed, stepped.

Two writers share a row and never a column: a submission and a stop write what a person wants, the controller
writes what became of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert as upsert

from openpai.errors import fail
from openpai.lifecycle.exit_specs import exit_spec
from openpai.lifecycle.records import Event, JobAttempt, JobRun, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState, is_final
from openpai.store.changes import Changes
from openpai.store.database import Database
from openpai.store.plain import diagnosis_of, exit_of, network_of, outcome_of, plain
from openpai.store.tables import events, job_attempts, jobs, task_attempts

Row = sa.Row[*tuple[Any, ...]]

FINAL_STATES = tuple(state.value for state in JobState if is_final(state))


@dataclass(frozen=True, slots=True)
class NewJob:
    """A submission that was admitted. `run` is its first attempt, not placed yet."""

    run: JobRun
    document: Mapping[str, Any]
    secrets: bytes = field(repr=False)
    fingerprint: str
    idempotency_key: str | None
    virtual_cluster: str
    priority: str | None
    total_gpus: int
    total_tasks: int
    total_roles: int


@dataclass(frozen=True, slots=True)
class Spec:
    """What a job is to do: its document with the secrets masked, and what was masked, encrypted."""

    document: Mapping[str, Any]
    secrets: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the job list."""

    run: JobRun
    virtual_cluster: str
    priority: str | None
    total_gpus: int
    total_tasks: int
    total_roles: int
    exit_code: int | None


@dataclass(frozen=True, slots=True)
class Query:
    """What to list: exact values per column (OR within one, AND between), a word, an order, a page.

    A state may come with whether a stop was asked for (None: either), since both make the state that is shown.
    """

    usernames: tuple[str, ...] = ()
    virtual_clusters: tuple[str, ...] = ()
    states: tuple[tuple[JobState, bool | None], ...] = ()
    keyword: str = ""
    order: str = "submitted_at"
    descending: bool = True
    offset: int = 0
    limit: int = 5000


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
            await self._database.write(_insert, job, happened)
        except sa.exc.IntegrityError:
            return await self._database.read(_twin, job)
        self._tell([job.run.id])
        return job.run.id

    async def repeated(self, username: str, key: str, fingerprint: str) -> JobRun | None:
        """The job that a request with this idempotency key made, if there was one. Raises as `add`."""
        return await self._database.read(_repeated, username, key, fingerprint)

    async def request_stop(self, job_id: str) -> None:
        """A person wants the job to end. Of no effect on one that has ended."""
        await self._database.write(_request_stop, job_id)
        self._tell([job_id])

    async def save(self, changed: Sequence[tuple[JobRun, Sequence[Event]]]) -> None:
        """Keep what became of jobs, all in one transaction."""
        await self._database.write(_save, changed)
        self._tell([run.id for run, _ in changed])

    async def live(self) -> list[JobRun]:
        """Every job that has not ended, oldest submission first."""
        return await self._database.read(_live)

    async def find(self, username: str, name: str) -> Listed:
        """The job of that user and name. Raises `NoJob`."""
        return await self._database.read(_find, username, name)

    async def attempt(self, job_id: str, index: int) -> tuple[JobAttempt, list[TaskAttempt]] | None:
        """One attempt of a job with all its task attempts, or None if there was none of that index."""
        return await self._database.read(_attempt, job_id, index)

    async def spec(self, job_id: str) -> Spec:
        """What the job is to do."""
        return await self._database.read(_spec, job_id)

    async def page(self, query: Query) -> tuple[int, list[Listed]]:
        """How many jobs match, and one page of them."""
        return await self._database.read(_page, query)

    async def events(self, job_id: str) -> list[Event]:
        """What happened to a job, newest first."""
        return await self._database.read(_events, job_id)

    async def task_uids(self) -> set[str]:
        """The task attempts of all jobs that have not ended."""
        return await self._database.read(_live_uids)

    def _tell(self, job_ids: Iterable[str]) -> None:
        for job_id in job_ids:
            self._changes.publish(job_id)
        self._changes.publish("jobs")


def _insert(connection: sa.Connection, job: NewJob, happened: Sequence[Event]) -> None:
    run = job.run
    connection.execute(
        jobs.insert().values(
            id=run.id, username=run.user, name=run.name, idempotency_key=job.idempotency_key,
            fingerprint=job.fingerprint, document=job.document, secrets=job.secrets,
            virtual_cluster=job.virtual_cluster, priority=job.priority, total_gpus=job.total_gpus,
            total_tasks=job.total_tasks, total_roles=job.total_roles, submitted_at=run.submitted_at,
            stop_requested=run.stop_requested, **_progress(run),
        )
    )  # fmt: skip
    _save_attempt(connection, run)
    _add_events(connection, run.id, happened)


def _twin(connection: sa.Connection, job: NewJob) -> str:
    """Which job stood in the way of this one."""
    if job.idempotency_key is not None:
        earlier = _repeated(connection, job.run.user, job.idempotency_key, job.fingerprint)
        if earlier:
            return earlier.id
    raise fail("ConflictJob", name=job.run.name)


def _repeated(connection: sa.Connection, username: str, key: str, fingerprint: str) -> JobRun | None:
    row = connection.execute(
        sa.select(jobs).where(jobs.c.username == username, jobs.c.idempotency_key == key)
    ).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise fail("IdempotencyKeyReused", key=key, name=row.name)
    return _run(connection, row)


def _request_stop(connection: sa.Connection, job_id: str) -> None:
    connection.execute(
        jobs.update()
        .where(jobs.c.id == job_id, jobs.c.state.not_in(FINAL_STATES))
        .values(stop_requested=True)
    )


def _save(connection: sa.Connection, changed: Sequence[tuple[JobRun, Sequence[Event]]]) -> None:
    for run, happened in changed:
        connection.execute(jobs.update().where(jobs.c.id == run.id).values(**_progress(run)))
        _save_attempt(connection, run)
        _add_events(connection, run.id, happened)


def _progress(run: JobRun) -> dict[str, Any]:
    """The columns that the controller writes."""
    return {
        "state": run.state.value,
        "attempt": run.attempt.index,
        "user_retries": run.user_retries,
        "platform_retries": run.platform_retries,
        "retry_at": run.retry_at,
        "launched_at": run.launched_at,
        "completed_at": run.completed_at,
        "exit_code": exit_code(run.attempt),
    }


def exit_code(attempt: JobAttempt) -> int | None:
    """The exit code of a job attempt: the user's own where there is one, else the exit spec's."""
    if attempt.outcome is None:
        return None
    cause = attempt.outcome.diagnosis
    own = cause.params.get("exit_code")
    return int(own) if own is not None else exit_spec(cause.code).code


def _save_attempt(connection: sa.Connection, run: JobRun) -> None:
    attempt = run.attempt
    _upsert(
        connection,
        job_attempts,
        ("job_id", "attempt"),
        [
            {
                "job_id": run.id,
                "attempt": attempt.index,
                "created_at": attempt.created_at,
                "launched_at": attempt.launched_at,
                "completed_at": attempt.completed_at,
                "network": plain(attempt.network),
                "outcome": plain(attempt.outcome),
            }
        ],
    )
    _upsert(connection, task_attempts, ("uid",), [_task_row(run, task) for task in run.tasks])


def _task_row(run: JobRun, task: TaskAttempt) -> dict[str, Any]:
    return {
        "uid": task.uid,
        "job_id": run.id,
        "job_attempt": run.attempt.index,
        "role": task.role,
        "task_index": task.index,
        "attempt": task.attempt,
        "state": task.state.value,
        "node": task.node,
        "address": task.address,
        "created_at": task.created_at,
        "placed_at": task.placed_at,
        "launched_at": task.launched_at,
        "completed_at": task.completed_at,
        "exit": plain(task.exit),
        "diagnosis": plain(task.diagnosis),
    }


def _upsert(
    connection: sa.Connection, table: sa.Table, key: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> None:
    if not rows:
        return
    statement = upsert(table)
    changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), list(rows))


def _add_events(connection: sa.Connection, job_id: str, happened: Sequence[Event]) -> None:
    if happened:
        connection.execute(
            events.insert(),
            [
                {
                    "job_id": job_id,
                    "task_uid": e.task,
                    "at": e.at,
                    "warning": e.warning,
                    "code": e.code,
                    "params": dict(e.params),
                }
                for e in happened
            ],
        )


_run_columns = [c for c in jobs.columns if c.name not in ("document", "secrets")]


def _live(connection: sa.Connection) -> list[JobRun]:
    rows = connection.execute(
        sa.select(*_run_columns)
        .where(jobs.c.state.not_in(FINAL_STATES))
        .order_by(jobs.c.submitted_at, jobs.c.id)
    ).all()
    current = sa.select(jobs.c.id, jobs.c.attempt).where(jobs.c.state.not_in(FINAL_STATES)).subquery()
    attempts = connection.execute(
        sa.select(job_attempts).join(
            current, (job_attempts.c.job_id == current.c.id) & (job_attempts.c.attempt == current.c.attempt)
        )
    )
    attempt_of = {row.job_id: _attempt_record(row) for row in attempts}
    tasks: dict[str, list[TaskAttempt]] = {}
    for row in connection.execute(
        sa.select(task_attempts)
        .join(
            current,
            (task_attempts.c.job_id == current.c.id) & (task_attempts.c.job_attempt == current.c.attempt),
        )
        .order_by(task_attempts.c.created_at, task_attempts.c.role, task_attempts.c.task_index)
    ):
        tasks.setdefault(row.job_id, []).append(_task_record(row))
    return [_run_record(row, attempt_of[row.id], _latest(tasks.get(row.id, []))) for row in rows]


def _latest(tasks: Iterable[TaskAttempt]) -> tuple[TaskAttempt, ...]:
    """The latest attempt of each task."""
    newest: dict[tuple[str, int], TaskAttempt] = {}
    for task in tasks:
        known = newest.get((task.role, task.index))
        if known is None or known.attempt < task.attempt:
            newest[task.role, task.index] = task
    return tuple(newest.values())


def _live_uids(connection: sa.Connection) -> set[str]:
    query = sa.select(task_attempts.c.uid).join(jobs).where(jobs.c.state.not_in(FINAL_STATES))
    return set(connection.execute(query).scalars())


def _find(connection: sa.Connection, username: str, name: str) -> Listed:
    row = connection.execute(
        sa.select(*_run_columns).where(jobs.c.username == username, jobs.c.name == name)
    ).first()
    if row is None:
        raise fail("NoJob", name=f"{username}~{name}")
    return _listed(row, _run(connection, row))


def _run(connection: sa.Connection, row: Row) -> JobRun:
    found = _attempt(connection, row.id, row.attempt)
    assert found is not None, f"job {row.id} has no attempt {row.attempt}"
    return _run_record(row, found[0], _latest(found[1]))


def _attempt(
    connection: sa.Connection, job_id: str, index: int
) -> tuple[JobAttempt, list[TaskAttempt]] | None:
    row = connection.execute(
        sa.select(job_attempts).where(job_attempts.c.job_id == job_id, job_attempts.c.attempt == index)
    ).first()
    if row is None:
        return None
    tasks = connection.execute(
        sa.select(task_attempts)
        .where(task_attempts.c.job_id == job_id, task_attempts.c.job_attempt == index)
        .order_by(task_attempts.c.role, task_attempts.c.task_index, task_attempts.c.attempt)
    )
    return _attempt_record(row), [_task_record(task) for task in tasks]


def _spec(connection: sa.Connection, job_id: str) -> Spec:
    row = connection.execute(sa.select(jobs.c.document, jobs.c.secrets).where(jobs.c.id == job_id)).one()
    return Spec(row.document, row.secrets)


def _page(connection: sa.Connection, query: Query) -> tuple[int, list[Listed]]:
    wanted = _conditions(query)
    total = connection.execute(sa.select(sa.func.count()).select_from(jobs).where(*wanted)).scalar_one()
    if query.order == "retries":
        column: sa.ColumnElement[Any] = jobs.c.user_retries + jobs.c.platform_retries
    else:
        column = jobs.c[query.order]
    order = column.desc().nulls_first() if query.descending else column.asc().nulls_last()
    rows = connection.execute(
        sa.select(*_run_columns, job_attempts.c.created_at)
        .join(job_attempts, (job_attempts.c.job_id == jobs.c.id) & (job_attempts.c.attempt == jobs.c.attempt))
        .where(*wanted)
        .order_by(order, jobs.c.id)
        .offset(query.offset)
        .limit(query.limit)
    )
    return total, [
        _listed(row, _run_record(row, JobAttempt(row.attempt, row.created_at), ())) for row in rows
    ]


def _conditions(query: Query) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    if query.usernames:
        wanted.append(jobs.c.username.in_(query.usernames))
    if query.virtual_clusters:
        wanted.append(jobs.c.virtual_cluster.in_(query.virtual_clusters))
    if query.states:
        wanted.append(sa.or_(*(_in_state(state, stopping) for state, stopping in query.states)))
    if query.keyword:
        columns = (jobs.c.username, jobs.c.name, jobs.c.virtual_cluster)
        wanted.append(sa.or_(*(column.contains(query.keyword, autoescape=True) for column in columns)))
    return wanted


def _in_state(state: JobState, stopping: bool | None) -> sa.ColumnElement[bool]:
    same = jobs.c.state == state.value
    return same if stopping is None else same & (jobs.c.stop_requested == stopping)


def _events(connection: sa.Connection, job_id: str) -> list[Event]:
    rows = connection.execute(sa.select(events).where(events.c.job_id == job_id).order_by(events.c.id.desc()))
    return [Event(row.at, row.code, row.params, row.task_uid, row.warning) for row in rows]


def _listed(row: Row, run: JobRun) -> Listed:
    return Listed(
        run,
        row.virtual_cluster,
        row.priority,
        row.total_gpus,
        row.total_tasks,
        row.total_roles,
        row.exit_code,
    )


def _run_record(row: Row, attempt: JobAttempt, tasks: tuple[TaskAttempt, ...]) -> JobRun:
    return JobRun(
        id=row.id,
        user=row.username,
        name=row.name,
        submitted_at=row.submitted_at,
        stop_requested=row.stop_requested,
        state=JobState(row.state),
        attempt=attempt,
        tasks=tasks,
        user_retries=row.user_retries,
        platform_retries=row.platform_retries,
        retry_at=row.retry_at,
        launched_at=row.launched_at,
        completed_at=row.completed_at,
    )


def _attempt_record(row: Row) -> JobAttempt:
    return JobAttempt(
        index=row.attempt,
        created_at=row.created_at,
        launched_at=row.launched_at,
        completed_at=row.completed_at,
        network=network_of(row.network),
        outcome=outcome_of(row.outcome),
    )


def _task_record(row: Row) -> TaskAttempt:
    return TaskAttempt(
        uid=row.uid,
        role=row.role,
        index=row.task_index,
        attempt=row.attempt,
        state=TaskState(row.state),
        created_at=row.created_at,
        node=row.node,
        address=row.address,
        placed_at=row.placed_at,
        launched_at=row.launched_at,
        completed_at=row.completed_at,
        exit=exit_of(row.exit),
        diagnosis=diagnosis_of(row.diagnosis),
    )
