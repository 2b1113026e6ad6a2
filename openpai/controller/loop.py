"""The level-triggered loop: look, decide, keep, act; again when woken, and now and then anyway."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

import structlog

from openpai.backends.contract import Backend, Observation, Phase, PullProgress
from openpai.clock import new_id, now_ms
from openpai.cluster.described import Described
from openpai.cluster.effect import Effect, effect_of
from openpai.cluster.source import ClusterSource
from openpai.cluster.standing import Standing
from openpai.controller.acts import StartTask
from openpai.controller.capture import Capture
from openpai.controller.perform import Performer
from openpai.controller.placing import waits_for_place
from openpai.controller.planner import Grounds, Planner
from openpai.controller.plans import images_of, plan_of
from openpai.controller.prepare import Prepare
from openpai.controller.reconcile import Decision, reconcile
from openpai.controller.situation import Policy, Situation
from openpai.controller.specs import Specs
from openpai.controller.trial import live_gangs
from openpai.errors import NoContact, PaiError
from openpai.images.cuda.machine import Machine
from openpai.lifecycle.output import Output, read_output
from openpai.lifecycle.patterns import LOOKED_AT
from openpai.lifecycle.records import JobRun
from openpai.lifecycle.states import JobState, TaskState, is_final
from openpai.protocol.job import Job
from openpai.runtime.container import ContainerPlan
from openpai.runtime.demand import nodes_for
from openpai.runtime.explanation import Asked, Explanation, explain
from openpai.runtime.outlook import Outlook
from openpai.scheduler.reason import Reason
from openpai.scheduler.resources import Node
from openpai.store.changes import Changes
from openpai.store.jobs import JobStore
from openpai.store.logs import LogStore, TaskLog

log = structlog.get_logger()

_LOOK_AGAIN_S = 30.0
_TROUBLE_S = 1.0
_REST_S = 0.02
_NODES_FOR_MS = 10_000

Only = Mapping[str, Mapping[str, frozenset[str]]]
"""Job id → role → the nodes that its tasks are bound to."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of jobs: what they are, what they write, what they are to do; and who is told of changes."""

    jobs: JobStore
    logs: LogStore
    changes: Changes
    specs: Specs


class Controller:
    """Runs the jobs of one store on one backend."""

    def __init__(
        self,
        kept: Kept,
        backend: Backend,
        prepare: Prepare,
        policy: Policy,
        cluster: ClusterSource,
    ) -> None:
        self._jobs = kept.jobs
        self._logs = kept.logs
        self._changes = kept.changes
        self._specs = kept.specs
        self._backend = backend
        self._prepare = prepare
        self._policy = policy
        self._cluster = cluster
        self._planner = Planner()
        self._awake = asyncio.Event()
        self._capture = Capture(backend, kept.logs, kept.changes, self.wake)
        self._performer = Performer(backend, self._capture.follow, kept.changes.publish, self.wake)
        self._waits: Mapping[str, Reason] = {}
        self._live: Sequence[tuple[JobRun, Job]] = ()
        self._first_pass = True
        self._unreachable: Reason | None = None
        self._nodes: tuple[int, Sequence[Node]] = (-_NODES_FOR_MS, ())
        self._standing: Standing | None = None

    def wake(self) -> None:
        """Something may be new: look at once."""
        self._awake.set()

    def waits(self, job_id: str) -> Sequence[Reason]:
        """Why a job that waits does so, as of the last pass."""
        if self._unreachable:
            return [self._unreachable]
        reason = self._waits.get(job_id)
        return [reason] if reason else []

    def pulls(self, job_id: str) -> Mapping[str, PullProgress]:
        """The image pulls that tasks of this job wait for, by task uid."""
        return self._performer.pulls.get(job_id, {})

    def images(self) -> Mapping[str, Sequence[str]] | None:
        """What the live jobs need, as of the last pass: images by name, or by id where they were made on the
        machine, each with the jobs' names. None before the first one."""
        if self._first_pass:
            return None
        needed: dict[str, list[str]] = {}
        for run, job in self._live:
            if not is_final(run.state):
                for name in images_of(job, self._specs.images(run.id)):
                    needed.setdefault(name, []).append(run.full_name)
        return needed

    async def nodes(self) -> Sequence[Node]:
        """The machines, as of a few seconds ago at most. Raises `NoContact`."""
        known_at, nodes = self._nodes
        if now_ms() - known_at >= _NODES_FOR_MS:
            nodes = await self._backend.nodes()
            self._nodes = now_ms(), nodes
        return nodes

    async def machines(self) -> Sequence[Machine]:
        """What of the machines decides whether an image runs there, and how their GPUs are: as of a few seconds ago,
        but never from before a hint of the backend that this is another now. Raises `NoContact`."""
        return await self._backend.machines()

    async def outlook(self) -> Outlook:
        """What can be foretold, as of the last pass. Raises `NoContact`."""
        if self._first_pass:
            self._planner.sync((), {}, self._grounds(await self.standing(), ()))
        planner = self._planner
        return Outlook(
            scheduler=planner.scheduler,
            empty=planner.empty,
            first=planner.turns.first,
            names={run.id: run.full_name for run, _ in self._live},
            queue=planner.turns.queue,
            rules=self._cluster.last.rules,
            users={run.id: run.user for run, _ in self._live},
        )

    async def explanation(self, job_id: str, clusters: Sequence[str]) -> Explanation | None:
        """Why a job has not got all its cells; None of one that has, or is not live. `clusters`: the virtual clusters
        that its user may use. Raises `NoContact`."""
        live = next(((run, job) for run, job in self._live if run.id == job_id), None)
        if live is None or not waits_for_place(live[0]):
            return None
        run, job = live
        only = nodes_for(job, self._specs.needs(run.id), await self.machines())
        tasks = [(task.role, task.index) for task in run.tasks if task.state == TaskState.QUEUED]
        outlook = (await self.outlook()).of(run.user)
        return explain(Asked(job, only, clusters, run.id, tasks), outlook)

    async def standing(self) -> Standing:
        """The cluster as of a few seconds ago. Raises `NoContact`."""
        standing = await self._look()
        if standing is not self._standing:
            self.wake()  # who asks must not long see another cluster here than in the outlook
        return standing

    async def _look(self) -> Standing:
        nodes, machines = await self.nodes(), await self.machines()
        return await self._cluster.standing(nodes, machines)

    async def effect(self, described: Described) -> Effect:
        """What would become of the live jobs if this were the cluster. Raises `NoContact`."""
        now = await self.standing()
        after = Standing.of(described, now.nodes, now.machines, now.marks)
        grounds = self._grounds(after, self._live)
        live = live_gangs(self._live, self._planner.scheduler, grounds, now_ms())
        return await asyncio.to_thread(effect_of, described.cluster, after.health, live)

    async def run(self) -> None:
        """Until cancelled. What is under way is then broken off; containers go on."""
        watching = asyncio.create_task(self._watch_backend(), name="watch backend")
        try:
            while True:
                self._awake.clear()
                began = now_ms()
                pause = await self._guarded_pass()
                # Looking costs the engine something too: what happens in a short while is looked at together.
                await asyncio.sleep(min((now_ms() - began) / 1000, _REST_S))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):  # `wait_for` of Python 3.11 may swallow a cancellation
                        await self._awake.wait()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await self._performer.close()  # first: a start that ends may begin a capture
            await self._capture.close()

    async def _watch_backend(self) -> None:
        while True:
            try:
                async for _ in self._backend.changes():
                    self.wake()
            except NoContact:
                pass  # the next pass meets it, and tells
            except Exception:
                log.exception("watching the backend failed")
            self.wake()
            await asyncio.sleep(_TROUBLE_S)

    async def _guarded_pass(self) -> float:
        """One pass; how long to pause after it, s. No failure of a pass may end the loop."""
        try:
            pause = await self._pass()
        except NoContact as error:
            self._lose_contact(error)
            return _TROUBLE_S
        except PaiError as error:
            log.error("pass failed", code=error.first.code, problem=dict(error.first.params))
            return _TROUBLE_S
        except Exception:
            log.exception("pass failed by a fault of this program")
            return _TROUBLE_S
        if self._unreachable:
            self._unreachable = None
            self._changes.publish("jobs")
        return pause

    def _lose_contact(self, error: NoContact) -> None:
        if not self._unreachable:
            log.warning("backend cannot be reached", problem=dict(error.first.params))
            self._unreachable = Reason(error.first.code, error.first.params)
            self._changes.publish("jobs")

    async def _pass(self) -> float:
        starting = self._performer.starting  # before looking: what starts meanwhile is not missed by mistake
        observation = await self._backend.observe()
        standing = await self._look()
        if standing is not self._standing:  # who looks at the cluster looks again
            self._standing = standing
            self._changes.publish("jobs")
        jobs, unreadable = await self._specs.of(await self._jobs.live())
        self._follow_logs(jobs, observation)
        captured = frozenset(self._capture.captured)
        outputs = await self._outputs(jobs, observation, captured)
        situation = Situation(
            now=now_ms(),
            observation=observation,
            grounds=self._grounds(standing, jobs),
            starting=starting,
            captured=captured,
            outputs=outputs,
            troubles=dict(self._performer.troubles),
            policy=self._policy,
            unreadable=unreadable,
            pulled=dict(self._performer.pulled),
        )
        decision = reconcile(jobs, situation, new_id, self._planner)
        if decision.changed:
            await self._jobs.save(decision.changed)
        self._live = [(run, job) for run, (_, job) in zip(decision.runs, jobs, strict=True)]
        self._first_pass = False
        self._tell_waits(decision.waits)
        self._act(decision)
        self._forget(decision)
        return self._pause(decision, situation.now)

    def _follow_logs(self, jobs: Sequence[tuple[JobRun, Job]], observation: Observation) -> None:
        for run, _ in jobs:
            for task in run.tasks:
                seen = observation.tasks.get(task.uid)
                if seen and seen.phase != Phase.CREATED and not is_final(task.state):
                    self._capture.follow(run.id, task.uid)

    def _grounds(self, standing: Standing, jobs: Sequence[tuple[JobRun, Job]]) -> Grounds:
        health = standing.health
        return Grounds(
            standing.described.cluster,
            health.bad_nodes,
            health.bad_leaves,
            health.emptied,
            self._only(jobs, standing.machines),
            {machine.name: tuple(gpu.uuid for gpu in machine.gpus) for machine in standing.machines},
            standing.described.rules,
        )

    def _only(self, jobs: Sequence[tuple[JobRun, Job]], machines: Sequence[Machine]) -> Only:
        """The nodes that the roles of waiting jobs are bound to by their images."""
        waiting = [
            (run, job)
            for run, job in jobs
            if run.state == JobState.RETRYING or not job.gang or waits_for_place(run)
        ]
        return {run.id: nodes_for(job, self._specs.needs(run.id), machines) for run, job in waiting}

    async def _outputs(
        self, jobs: Sequence[tuple[JobRun, Job]], observation: Observation, captured: AbstractSet[str]
    ) -> dict[str, Output]:
        """What the end of its log tells of each task that failed just now: one after the other, for the memory's
        sake, and on a thread, since a log may be made to take long."""
        ended: dict[str, Output] = {}
        for run, _ in jobs:
            for task in run.tasks:
                seen = observation.tasks.get(task.uid)
                if (
                    seen
                    and seen.exit
                    and seen.exit.code
                    and task.uid in captured
                    and not is_final(task.state)
                ):
                    written = self._logs.of(run.id, task.uid)
                    ended[task.uid] = await asyncio.to_thread(_end_of, written, seen.exit.code)
        return ended

    def _tell_waits(self, waits: Mapping[str, Reason]) -> None:
        old, self._waits = self._waits, waits
        for job_id in waits.keys() | old.keys():
            if waits.get(job_id) != old.get(job_id):
                self._changes.publish(job_id)

    def _act(self, decision: Decision) -> None:
        live = {run.id: (run, job) for run, job in self._live}

        async def plan_for(act: StartTask) -> ContainerPlan:
            run, job = live[act.job_id]
            task = next(task for task in run.tasks if task.uid == act.task)
            return await self._prepare(
                run.user,
                job,
                plan_of(run, job, task, self._specs.keys(run), self._specs.images(run.id)),
            )

        for act in decision.acts:
            self._performer.do(act, partial(plan_for, act) if isinstance(act, StartTask) else _no_plan)

    def _forget(self, decision: Decision) -> None:
        live = {task.uid: task for run in decision.runs if not is_final(run.state) for task in run.tasks}
        self._capture.forget(live)
        self._performer.forget(live)

    def _pause(self, decision: Decision, now: int) -> float:
        if decision.again_at is None:
            return _LOOK_AGAIN_S
        return min(max(decision.again_at - now, 0) / 1000, _LOOK_AGAIN_S)


async def _no_plan() -> ContainerPlan:
    raise AssertionError("only a start has a plan")


def _end_of(written: TaskLog, exit_code: int) -> Output:
    size = written.size()
    return read_output(written.read("all", max(0, size - LOOKED_AT), size), exit_code)
