"""Jobs, tasks and observations in a line each, so that tests read as stories."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from openpai.backends.contract import Observation, ObservedTask, Phase
from openpai.controller.planner import Grounds
from openpai.controller.situation import Policy, Situation
from openpai.lifecycle.attempts import first_tasks
from openpai.lifecycle.exits import Exit
from openpai.lifecycle.records import Diagnosis, JobAttempt, JobRun, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState
from openpai.protocol.job import Job
from openpai.protocol.parse import parse_document
from openpai.scheduler.resources import Node, Resources
from openpai.store.job_records import NewJob
from tests.outlooks import cluster_of_units

NOW = 1_700_000_000_000
BOX = Node("box", Resources(16, 64_000, 4))
POLICY = Policy(network_pool="10.210.0.0/16", stop_grace_s=30, platform_retries=2)


def ids(prefix: str = "id") -> Callable[[], str]:
    """Ids that can be told apart and foretold: id0, id1, …"""
    numbers = count()
    return lambda: f"{prefix}{next(numbers)}"


def role(
    instances: int = 1, failed: int | None = None, succeeded: int | None = None, **more: Any
) -> dict[str, Any]:
    """A task role as in a job file. `failed` and `succeeded` are its completion policy, -1 for never."""
    completion = {"minFailedInstances": failed, "minSucceededInstances": succeeded}
    return {
        "instances": instances,
        "dockerImage": "image",
        "resourcePerInstance": {"cpu": 1, "memoryMB": 1000, "gpu": 0, **more.pop("resources", {})},
        "commands": ["true"],
        "completion": {key: value for key, value in completion.items() if value is not None},
        **more,
    }


def document(name: str = "job", retries: int = 0, **roles: Mapping[str, Any]) -> dict[str, Any]:
    """A job file as JSON values; one role of one task unless said otherwise."""
    return document_of(roles or {"main": role()}, name, retries)


def document_of(
    roles: Mapping[str, Mapping[str, Any]], name: str = "job", retries: int = 0, **extras: Any
) -> dict[str, Any]:
    return {
        **({"extras": extras} if extras else {}),
        "protocolVersion": 2,
        "name": name,
        "type": "job",
        "jobRetryCount": retries,
        "prerequisites": [{"type": "dockerimage", "name": "image", "uri": "busybox"}],
        "taskRoles": dict(roles),
    }


def a_job(name: str = "job", retries: int = 0, **roles: Mapping[str, Any]) -> Job:
    return parse_document(document(name, retries, **roles))


def job_of(roles: Mapping[str, Mapping[str, Any]], name: str = "job", retries: int = 0, **extras: Any) -> Job:
    return parse_document(document_of(roles, name, retries, **extras))


def a_task(
    role: str = "main", index: int = 0, state: TaskState = TaskState.QUEUED, **more: Any
) -> TaskAttempt:
    return TaskAttempt(more.pop("uid", f"{role}-{index}"), role, index, 0, state, NOW, **more)


def ended(role: str, index: int, state: TaskState, at: int, cause: str = "ExitCode") -> TaskAttempt:
    """A task that ended `at` so many ms after the beginning."""
    params = {"exit_code": 1} if cause == "ExitCode" else {}
    diagnosis = Diagnosis("Succeeded") if state == TaskState.SUCCEEDED else Diagnosis(cause, params)
    return a_task(role, index, state, completed_at=NOW + at, diagnosis=diagnosis)


def a_run(job: Job | None = None, name: str = "job", **more: Any) -> JobRun:
    """A job that was just submitted."""
    new_id = more.pop("new_id", ids(f"{name}-"))
    roles = (job or a_job(name)).task_roles
    run = JobRun(
        id=new_id(),
        user="ann",
        name=name,
        submitted_at=NOW,
        stop_requested=False,
        state=JobState.QUEUED,
        attempt=JobAttempt(0, NOW),
        tasks=first_tasks(roles, NOW, new_id),
    )
    return replace(run, **more)


def a_new_job(run: JobRun | None = None, **more: Any) -> NewJob:
    run = run or a_run()
    values: dict[str, Any] = {
        "run": run,
        "document": document(run.name),
        "secrets": b"sealed",
        "fingerprint": f"of {run.name}",
        "idempotency_key": None,
        "virtual_cluster": "default",
        "priority": None,
        "total_gpus": 0,
        "total_tasks": len(run.tasks),
        "total_roles": len({task.role for task in run.tasks}),
    }
    return NewJob(**{**values, **more})


def seen(task: str, phase: Phase = Phase.RUNNING, code: int | None = None, **more: Any) -> ObservedTask:
    """A container as the backend shows it; with an exit code it has ended."""
    if code is None:
        return ObservedTask(task, phase, "box", NOW + 10 if phase == Phase.RUNNING else None)
    exit_ = Exit(code, more.pop("at", NOW + 1000), **more)
    return ObservedTask(task, Phase.EXITED, "box", NOW + 10, exit_)


def a_situation(*tasks: ObservedTask, **more: Any) -> Situation:
    """What there is on the backend; the logs of all that have ended are whole."""
    engine_started_at = more.pop("engine_started_at", 0)
    networks = frozenset(more.pop("networks", ()))
    observation = Observation({task.task: task for task in tasks}, networks, engine_started_at)
    values: dict[str, Any] = {
        "now": NOW + 2000,
        "observation": observation,
        "grounds": Grounds(cluster_of_units(*more.pop("nodes", (BOX,)))),
        "starting": frozenset(),
        "captured": frozenset(task.task for task in tasks if task.phase == Phase.EXITED),
        "outputs": {},
        "troubles": {},
        "policy": POLICY,
    }
    return Situation(**{**values, **more})
