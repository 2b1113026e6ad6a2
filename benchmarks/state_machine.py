"""How many events a second the pure part decides in one process: what was seen of tasks → their new states.

An event is a change of a task: seen running, seen ended. Nothing is stored and nothing is done. The time is that of
the process on its core.
"""

import itertools
import time
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.server import Server
from openpai.backends.contract import Observation, ObservedTask, Phase
from openpai.cluster.discover import discover
from openpai.controller.advance import advance
from openpai.controller.planner import Grounds, Planner
from openpai.controller.reconcile import reconcile
from openpai.controller.situation import Policy, Situation
from openpai.lifecycle.attempts import first_tasks
from openpai.lifecycle.exits import Exit
from openpai.lifecycle.records import JobAttempt, JobRun, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState
from openpai.protocol.job import Job
from openpai.protocol.parse import parse_document
from openpai.scheduler.resources import Node, Resources

_NOW = 1_700_000_000_000
_EVENTS = 200_000
_QUEUED = 500
_GROUNDS = Grounds(discover((Node("node", Resources(1, 4000, 0)),), ()))
_POLICY = Policy("10.210.0.0/16", 30, 5)


async def state_machine(_server: Server) -> dict[str, float]:
    """Events a second, for jobs of so many tasks; and for a job of which one task at a time ends."""
    sizes = (1, 10, 100, 1000)
    figures = {f"jobs of {size} task(s), events/s": _at_once(size) for size in sizes}
    return figures | {
        "job of 64 tasks, ending one by one, events/s": _one_by_one(64),
        f"a decision with {_QUEUED} queued tasks, ms": _decision_ms(),
    }


def _job(size: int, **extras: object) -> Job:
    role = {
        "instances": size,
        "dockerImage": "image",
        "resourcePerInstance": {"cpu": 1, "memoryMB": 512, "gpu": 0},
        "commands": ["true"],
    }
    image = {"type": "dockerimage", "name": "image", "uri": "busybox"}
    text = {"protocolVersion": 2, "name": "job", "type": "job", "prerequisites": [image]}
    return parse_document({**text, "taskRoles": {"main": role}, "extras": extras})


def _placed(job: Job) -> JobRun:
    """The job when all its tasks have their places."""
    tasks = (
        TaskAttempt(t.uid, t.role, t.index, 0, TaskState.PREPARING, _NOW, "node", "10.210.16.2", _NOW)
        for t in _first(job)
    )
    return JobRun("id", "ann", "job", _NOW, False, JobState.PREPARING, JobAttempt(0, _NOW), tuple(tasks))


def _seen(tasks: Sequence[ObservedTask]) -> Situation:
    observation = Observation({task.task: task for task in tasks}, frozenset(), 0)
    captured = frozenset(task.task for task in tasks)
    return Situation(_NOW + 2000, observation, _GROUNDS, frozenset(), captured, {}, {}, _POLICY)


def _running(run: JobRun) -> list[ObservedTask]:
    return [ObservedTask(task.uid, Phase.RUNNING, "node", _NOW + 10) for task in run.tasks]


def _ended(seen: ObservedTask) -> ObservedTask:
    return ObservedTask(seen.task, Phase.EXITED, "node", _NOW + 10, Exit(0, _NOW + 1000))


def _at_once(size: int) -> float:
    """All tasks of a job are seen running in one look, and ended in the next."""
    job = _job(size)
    run = _placed(job)
    running = _running(run)
    looks = _seen(running), _seen([_ended(task) for task in running])
    jobs = _EVENTS // (2 * size)
    begun = time.process_time()
    for _ in range(jobs):
        now = run
        for look in looks:
            now, _happened = advance(now, job, look, str)
        assert now.state == JobState.SUCCEEDED
    return jobs * 2 * size / (time.process_time() - begun)


def _one_by_one(size: int) -> float:
    """A look for each task that ends."""
    job = _job(size)
    run = _placed(job)
    seen = _running(run)
    run, _ = advance(run, job, _seen(seen), str)
    looks = []
    for number in range(size):
        seen[number] = _ended(seen[number])
        looks.append(_seen(seen))
    rounds = max(_EVENTS // 10 // size, 1)
    begun = time.process_time()
    for _ in range(rounds):
        now = run
        for look in looks:
            now, _happened = advance(now, job, look, str)
        assert now.state == JobState.SUCCEEDED
    return rounds * size / (time.process_time() - begun)


def _decision_ms() -> float:
    """A decision of the loop while 500 tasks that need not start together wait for room."""
    job = _job(_QUEUED, gangAllocation=False)
    run = JobRun("id", "ann", "job", _NOW, False, JobState.QUEUED, JobAttempt(0, _NOW), _first(job))
    look, planner = replace(_seen([]), grounds=replace(_GROUNDS, bad_nodes=frozenset({"node"}))), Planner()
    reconcile([(run, job)], look, str, planner)  # tells once why they wait
    rounds = 50
    begun = time.process_time()
    for _ in range(rounds):
        decision = reconcile([(run, job)], look, str, planner)
        assert not decision.changed
    return (time.process_time() - begun) * 1000 / rounds


def _first(job: Job) -> tuple[TaskAttempt, ...]:
    ids = map(str, itertools.count())
    return first_tasks(job.task_roles, _NOW, lambda: next(ids))
