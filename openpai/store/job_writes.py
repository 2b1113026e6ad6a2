"""The queries that change jobs. Each runs in a transaction of `database`."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from openpai.lifecycle.exit_specs import exit_code
from openpai.lifecycle.records import Event, JobRun, TaskAttempt
from openpai.store.job_records import FINAL_STATES, NewJob
from openpai.store.plain import plain
from openpai.store.tables import events, job_attempts, jobs, task_attempts


def insert_job(connection: sa.Connection, job: NewJob, happened: Sequence[Event]) -> None:
    run = job.run
    connection.execute(
        jobs.insert().values(
            id=run.id, username=run.user, name=run.name, idempotency_key=job.idempotency_key,
            fingerprint=job.fingerprint, document=job.document, secrets=job.secrets,
            virtual_cluster=job.virtual_cluster, priority=job.priority, total_gpus=job.total_gpus,
            total_tasks=job.total_tasks, total_roles=job.total_roles, submitted_at=run.submitted_at,
            stop_requested=run.stop_requested,
            images={name: image.plain for name, image in job.images.items()}, **_progress(run),
        )
    )  # fmt: skip
    _save_attempt(connection, run, run.tasks)
    _add_events(connection, run.id, happened)


def request_stop(connection: sa.Connection, job_id: str) -> None:
    connection.execute(
        jobs.update()
        .where(jobs.c.id == job_id, jobs.c.state.not_in(FINAL_STATES))
        .values(stop_requested=True)
    )


def save(
    connection: sa.Connection,
    changed: Sequence[tuple[JobRun, Sequence[Event]]],
    known: Mapping[str, JobRun],
) -> None:
    """`known`: jobs as the database has them, as far as that is known: what of their tasks is the same is not written
    again."""
    for run, happened in changed:
        connection.execute(jobs.update().where(jobs.c.id == run.id).values(**_progress(run)))
        before = {id(task) for task in known[run.id].tasks} if run.id in known else ()
        _save_attempt(connection, run, [task for task in run.tasks if id(task) not in before])
        _add_events(connection, run.id, happened)


def run_again(connection: sa.Connection, run: JobRun, happened: Sequence[Event]) -> None:
    changed = connection.execute(
        jobs.update()
        .where(jobs.c.id == run.id, jobs.c.attempt < run.attempt.index, jobs.c.state.in_(FINAL_STATES))
        .values(stop_requested=False, rerun_at=run.rerun_at, **_progress(run))
    )
    if changed.rowcount == 0:
        raise NotAsItWas
    _save_attempt(connection, run, run.tasks)
    _add_events(connection, run.id, happened)


def delete(connection: sa.Connection, job_id: str) -> None:
    gone = connection.execute(jobs.delete().where(jobs.c.id == job_id, jobs.c.state.in_(FINAL_STATES)))
    if gone.rowcount == 0:
        raise NotAsItWas


class NotAsItWas(Exception):
    """The job was changed, or is gone, since it was looked at: nothing was done."""


def _progress(run: JobRun) -> dict[str, Any]:
    """The columns that the controller writes."""
    return {
        "state": run.state.value,
        "attempt": run.attempt.index,
        "user_retries": run.user_retries,
        "platform_retries": run.platform_retries,
        "preemptions": run.preemptions,
        "retry_at": run.retry_at,
        "launched_at": run.launched_at,
        "completed_at": run.completed_at,
        "exit_code": exit_code(run.attempt),
    }


def _save_attempt(connection: sa.Connection, run: JobRun, tasks: Sequence[TaskAttempt]) -> None:
    attempt = run.attempt
    row = {
        "job_id": run.id,
        "attempt": attempt.index,
        "created_at": attempt.created_at,
        "launched_at": attempt.launched_at,
        "completed_at": attempt.completed_at,
        "network": plain(attempt.network),
        "outcome": plain(attempt.outcome),
    }
    connection.execute(_SAVE_JOB_ATTEMPT, row)
    if tasks:
        connection.execute(_SAVE_TASK_ATTEMPT, [_task_row(run, task) for task in tasks])


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
        "platform_retries": task.platform_retries,
        "due_at": task.due_at,
        "pulled": plain(task.pulled),
        "stopping_at": task.stopping_at,
        "kill_at": task.kill_at,
        "cells": plain(task.cells),
        "preemptions": task.preemptions,
    }


def _upsert(table: sa.Table, key: tuple[str, ...]) -> sa.Insert:
    """Insert a row, or bring the one with this key up to date. Made once: to make it costs more than to run it."""
    statement = insert(table)
    changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


_SAVE_JOB_ATTEMPT = _upsert(job_attempts, ("job_id", "attempt"))
_SAVE_TASK_ATTEMPT = _upsert(task_attempts, ("uid",))


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
