"""A data directory full of jobs that have ended, as years of use leave it: by the store's own classes, in batches."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from openpai.clock import new_id, now_ms
from openpai.lifecycle.exits import Exit
from openpai.lifecycle.records import Diagnosis, Event, JobAttempt, JobRun, Outcome, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState
from openpai.store.data_dir import DataDir
from openpai.store.database import Database
from openpai.store.job_records import NewJob
from openpai.store.job_writes import insert_job

USERS = ("admin", *(f"user-{number}" for number in range(1, 20)))
VIRTUAL_CLUSTERS = ("default", "vision", "speech")
WORDS = ("resnet", "bert", "train", "eval", "sweep", "finetune", "gpt", "yolo")

_BATCH = 2_000
_BETWEEN_MS = 30_000


@dataclass(frozen=True, slots=True)
class _End:
    """How a job ends."""

    job: JobState
    task: TaskState
    cause: Diagnosis
    exit_code: int


_ENDS = (
    *[_End(JobState.SUCCEEDED, TaskState.SUCCEEDED, Diagnosis("Succeeded"), 0)] * 7,
    *[_End(JobState.FAILED, TaskState.FAILED, Diagnosis("CudaOutOfMemory"), 1)] * 2,
    _End(JobState.STOPPED, TaskState.STOPPED, Diagnosis("StopRequested"), 143),
)


def fill(data_dir: Path, count: int) -> None:
    """Keep `count` jobs of one task each: of twenty users in turn, the last submitted now."""
    chance, now = random.Random(1), now_ms()
    with DataDir(data_dir) as folder, closing(Database(folder.database)) as database:
        for first in range(0, count, _BATCH):
            numbers = range(first, min(first + _BATCH, count))
            jobs = [_job(number, now - (count - number) * _BETWEEN_MS, chance) for number in numbers]
            asyncio.run(_insert(database, jobs))


async def _insert(database: Database, jobs: Sequence[NewJob]) -> None:
    await database.write(_insert_all, jobs)


def _insert_all(connection: sa.Connection, jobs: Sequence[NewJob]) -> None:
    for job in jobs:
        insert_job(connection, job, [Event(job.run.submitted_at, "JobSubmitted")])


def _job(number: int, submitted: int, chance: random.Random) -> NewJob:
    end, word = chance.choice(_ENDS), chance.choice(WORDS)
    begun, gpus = submitted + chance.randrange(60_000), chance.choice((0, 1, 1, 2, 4, 8))
    ended = begun + chance.randrange(1_000, 8 * 3_600_000)
    task = TaskAttempt(
        uid=new_id(),
        role="main",
        index=0,
        attempt=0,
        state=end.task,
        created_at=submitted,
        node="worker-1",
        placed_at=begun,
        launched_at=begun,
        completed_at=ended,
        exit=Exit(end.exit_code, ended),
        diagnosis=end.cause,
    )
    run = JobRun(
        id=new_id(),
        user=USERS[number % len(USERS)],
        name=f"{word}-{number}",
        submitted_at=submitted,
        stop_requested=end.job == JobState.STOPPED,
        state=end.job,
        attempt=JobAttempt(0, submitted, begun, ended, outcome=Outcome(end.job, end.cause, role="main")),
        tasks=(task,),
        user_retries=0,
        launched_at=begun,
        completed_at=ended,
    )
    return NewJob(
        run=run,
        document=_document(run.name, gpus),
        secrets=b"",
        fingerprint="",
        idempotency_key=None,
        virtual_cluster=chance.choice(VIRTUAL_CLUSTERS),
        priority=None,
        total_gpus=gpus,
        total_tasks=1,
        total_roles=1,
    )


def _document(name: str, gpus: int) -> dict[str, object]:
    """A job file of common size: rows of the list stand between such."""
    role = {
        "dockerImage": "image",
        "instances": 1,
        "resourcePerInstance": {"cpu": 4, "memoryMB": 8192, "gpu": gpus},
        "commands": [f"python train.py --name {name} --step {step}" for step in range(10)],
    }
    image = {"type": "dockerimage", "name": "image", "uri": "openpai/standard:python_3.6-pytorch_1.2.0-gpu"}
    return {
        "protocolVersion": 2,
        "type": "job",
        "name": name,
        "prerequisites": [image],
        "taskRoles": {"main": role},
    }
