"""The queries that look jobs up, and rows as records."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from openpai.errors import fail
from openpai.images.kept import KeptImage
from openpai.lifecycle.exit_specs import GAVE_WAY
from openpai.lifecycle.records import Event, JobAttempt, JobRun, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState
from openpai.store.job_records import FINAL_STATES, Listed, NewJob, Query, Spec
from openpai.store.plain import cells_of, diagnosis_of, exit_of, network_of, outcome_of, pulled_of
from openpai.store.tables import events, job_attempts, jobs, task_attempts

Row = sa.Row[*tuple[Any, ...]]


def twin(connection: sa.Connection, job: NewJob) -> str:
    """Which job stood in the way of this one."""
    if job.idempotency_key is not None:
        earlier = repeated(connection, job.run.user, job.idempotency_key, job.fingerprint)
        if earlier:
            return earlier.id
    raise fail("ConflictJob", name=job.run.name)


def repeated(connection: sa.Connection, username: str, key: str, fingerprint: str) -> JobRun | None:
    row = connection.execute(
        sa.select(jobs).where(jobs.c.username == username, jobs.c.idempotency_key == key)
    ).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise fail("IdempotencyKeyReused", key=key, name=row.name)
    return _run(connection, row)


_run_columns = [c for c in jobs.columns if c.name not in ("document", "secrets", "images")]


def live(connection: sa.Connection) -> list[JobRun]:
    rows = connection.execute(
        sa.select(*_run_columns)
        .where(jobs.c.state.not_in(FINAL_STATES))
        .order_by(sa.func.coalesce(jobs.c.rerun_at, jobs.c.submitted_at), jobs.c.id)
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


def find(connection: sa.Connection, username: str, name: str) -> Listed:
    row = connection.execute(
        sa.select(*_run_columns).where(jobs.c.username == username, jobs.c.name == name)
    ).first()
    if row is None:
        raise fail("NoJob", name=f"{username}~{name}")
    return _listed(row, _run(connection, row))


def has(connection: sa.Connection, username: str, name: str) -> bool:
    named = sa.select(jobs.c.id).where(jobs.c.username == username, jobs.c.name == name)
    return connection.execute(named).first() is not None


def _run(connection: sa.Connection, row: Row) -> JobRun:
    found = attempt(connection, row.id, row.attempt)
    assert found is not None, f"job {row.id} has no attempt {row.attempt}"
    return _run_record(row, found[0], _latest(found[1]))


def attempt(
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


def first_failure(
    connection: sa.Connection, job_id: str, first_attempt: int
) -> tuple[int, TaskAttempt] | None:
    row = connection.execute(
        sa.select(task_attempts)
        .where(
            task_attempts.c.job_id == job_id,
            task_attempts.c.job_attempt >= first_attempt,
            task_attempts.c.state == TaskState.FAILED.value,
            task_attempts.c.diagnosis["code"].as_string().not_in(GAVE_WAY),
        )
        .order_by(task_attempts.c.job_attempt, task_attempts.c.completed_at, task_attempts.c.attempt)
        .limit(1)
    ).first()
    return (row.job_attempt, _task_record(row)) if row else None


def spec(connection: sa.Connection, job_id: str) -> Spec:
    wanted = sa.select(jobs.c.document, jobs.c.secrets, jobs.c.images).where(jobs.c.id == job_id)
    row = connection.execute(wanted).one()
    images = {name: KeptImage.of(plain) for name, plain in (row.images or {}).items()}
    return Spec(row.document, row.secrets, images)


def page(connection: sa.Connection, query: Query) -> tuple[int, list[Listed]]:
    wanted = _conditions(query)
    total = connection.execute(sa.select(sa.func.count()).select_from(jobs).where(*wanted)).scalar_one()
    if total <= query.offset:
        return total, []
    order = _order(query), jobs.c.id
    # What is skipped is skipped within an index; rows are read of this page alone.
    on_page = sa.select(jobs.c.id).where(*wanted).order_by(*order).offset(query.offset).limit(query.limit)
    rows = connection.execute(
        sa.select(*_run_columns, job_attempts.c.created_at, job_attempts.c.outcome)
        .join(job_attempts, (job_attempts.c.job_id == jobs.c.id) & (job_attempts.c.attempt == jobs.c.attempt))
        .where(jobs.c.id.in_(on_page))
        .order_by(*order)
    )
    return total, [_listed(row, _run_record(row, _attempt_so_far(row), ())) for row in rows]


def _order(query: Query) -> sa.ColumnElement[Any]:
    if query.order == "retries":
        column: sa.ColumnElement[Any] = jobs.c.user_retries + jobs.c.platform_retries + jobs.c.preemptions
    else:
        column = jobs.c[query.order]
    return column.desc().nulls_first() if query.descending else column.asc().nulls_last()


def _attempt_so_far(row: Row) -> JobAttempt:
    """Of the attempt what the list shows."""
    return JobAttempt(row.attempt, row.created_at, outcome=outcome_of(row.outcome))


def counts(connection: sa.Connection, username: str | None) -> list[tuple[JobState, bool, int]]:
    kinds = jobs.c.state, jobs.c.stop_requested
    wanted = sa.select(*kinds, sa.func.count()).group_by(*kinds)
    rows = connection.execute(wanted.where(jobs.c.username == username) if username else wanted)
    return [(JobState(state), stopping, count) for state, stopping, count in rows]


def live_counts(connection: sa.Connection) -> list[tuple[str, JobState, bool, int]]:
    kinds = jobs.c.virtual_cluster, jobs.c.state, jobs.c.stop_requested
    live = [state.value for state in JobState if state.value not in FINAL_STATES]  # those can be looked up
    wanted = sa.select(*kinds, sa.func.count()).where(jobs.c.state.in_(live)).group_by(*kinds)
    return [(vc, JobState(state), stop, count) for vc, state, stop, count in connection.execute(wanted)]


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


def events_of(connection: sa.Connection, job_id: str) -> list[Event]:
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
        rerun_at=row.rerun_at,
        preemptions=row.preemptions,
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
        platform_retries=row.platform_retries,
        due_at=row.due_at,
        pulled=pulled_of(row.pulled),
        stopping_at=row.stopping_at,
        kill_at=row.kill_at,
        cells=cells_of(row.cells),
        preemptions=row.preemptions,
    )
