"""A world in memory for the controller's decisions: a store, an engine, a controller that may crash, and users.

Every step checks what must hold in every moment; `check` is called after each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

from openpai.backends.contract import Observation, ObservedTask, Phase
from openpai.controller.acts import Act, RemoveNetwork, RemoveTask, StartTask, StopTask
from openpai.controller.advance import task_retries
from openpai.controller.planner import Grounds, Planner, holds
from openpai.controller.reconcile import Decision, reconcile
from openpai.controller.situation import Policy, Situation, Trouble
from openpai.errors import Problem
from openpai.lifecycle.attempts import run_again
from openpai.lifecycle.exits import Exit
from openpai.lifecycle.records import JobRun, TaskAttempt
from openpai.lifecycle.retry import ALWAYS
from openpai.lifecycle.states import JOB_STEPS, TASK_STEPS, JobState, TaskState, is_final
from openpai.protocol.job import Job
from openpai.runtime.demand import gang_name, task_resources
from openpai.scheduler.cluster import CellType, Cluster, PhysicalCell, Sku, VirtualCells, VirtualCluster
from openpai.scheduler.resources import NOTHING, Node, Resources
from tests.builders import NOW, a_run, ids

NODES = tuple(Node(name, Resources(4, 16_000, 4)) for name in ("left", "middle", "right"))
POLICY = Policy(network_pool="10.0.0.0/16", stop_grace_s=5, platform_retries=2, preemption_retries=2)

_TYPES = {"NODE": CellType("NODE", "PAIR", 2, is_node=True), "PAIR": CellType("PAIR", "UNIT", 2)}
_UNIT = Sku(gpu=1, cpu=1, memory_mb=4_000)


def cluster(nodes: Sequence[str], **promised: tuple[str, int]) -> Cluster:
    """Nodes of two pairs of units; a unit has a core, a GPU and 4,000 MB."""
    pairs = tuple(
        PhysicalCell("PAIR", str(first), children=(_unit(first), _unit(first + 1))) for first in (0, 2)
    )
    return Cluster(
        _TYPES,
        tuple(PhysicalCell("NODE", node, children=pairs) for node in nodes),
        {vc: VirtualCluster((VirtualCells("NODE", kind, count),)) for vc, (kind, count) in promised.items()},
        {"UNIT": _UNIT},
    )


def _unit(index: int) -> PhysicalCell:
    return PhysicalCell("UNIT", str(index))


CLUSTERS = (
    cluster(["left", "middle", "right"], default=("NODE", 2), other=("PAIR", 2)),
    cluster(["left", "middle", "right"], default=("NODE", 1), other=("NODE", 1)),
    cluster(["left", "right"], default=("NODE", 2)),
    cluster(["right", "middle"], default=("PAIR", 1), other=("PAIR", 3)),
)
"""The first is what there is at the beginning; an admin may change it into the others."""


@dataclass
class Container:
    """A container, and where it is."""

    job: Job
    task: TaskAttempt
    network: str
    shared: bool
    seen: ObservedTask


@dataclass
class World:
    """`inflight`, `troubles` and `captured` are the controller's memory, which a crash takes."""

    policy: Policy = POLICY
    now: int = NOW
    jobs: dict[str, Job] = field(default_factory=dict)
    stored: dict[str, JobRun] = field(default_factory=dict)
    history: dict[tuple[str, str], TaskAttempt] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    networks: dict[str, str] = field(default_factory=dict)
    engine_started_at: int = 0
    inflight: list[Act] = field(default_factory=list)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    captured: set[str] = field(default_factory=set)
    looked: tuple[frozenset[str], Observation] | None = None
    new_id: Callable[[], str] = field(default_factory=ids)
    planner: Planner = field(default_factory=Planner)
    nodes: Sequence[Node] = NODES
    cluster: Cluster = CLUSTERS[0]
    bad_nodes: frozenset[str] = frozenset()
    bad_leaves: frozenset[tuple[str, int]] = frozenset()
    drained: frozenset[str] = frozenset()

    def submit(self, job: Job) -> str:
        run = a_run(job, name=f"job{len(self.jobs)}", new_id=self.new_id, submitted_at=self.now)
        self.jobs[run.id] = job
        self.stored[run.id] = run
        return run.id

    def request_stop(self, job_id: str) -> None:
        if not is_final(self.stored[job_id].state):
            self.stored[job_id] = replace(self.stored[job_id], stop_requested=True)

    def run_again(self, job_id: str) -> None:
        """A person wants a job that ended to run again; refused otherwise."""
        if is_final(self.stored[job_id].state):
            self.stored[job_id] = run_again(self.stored[job_id], self.now, self.new_id)

    def delete(self, job_id: str) -> None:
        """A person wants a job gone; refused while it has not ended."""
        if is_final(self.stored[job_id].state):
            del self.stored[job_id]
            self.history = {key: kept for key, kept in self.history.items() if key[0] != job_id}

    def live(self) -> list[tuple[JobRun, Job]]:
        live = [run for run in self.stored.values() if not is_final(run.state)]
        return [(run, self.jobs[run.id]) for run in sorted(live, key=lambda run: run.turn)]

    # The controller's pass, in the parts between which the world goes on

    def look(self) -> None:
        starting = frozenset(act.task for act in self.inflight if isinstance(act, StartTask))
        tasks = {uid: container.seen for uid, container in self.containers.items()}
        self.looked = starting, Observation(tasks, frozenset(self.network_names()), self.engine_started_at)

    def decide(self) -> Decision:
        if self.looked is None:
            self.look()
        assert self.looked is not None
        starting, observation = self.looked
        situation = Situation(
            self.now,
            observation,
            Grounds(self.cluster, self.bad_nodes | self.drained, self.bad_leaves, self.drained),
            starting,
            frozenset(self.captured),
            {},
            dict(self.troubles),
            self.policy,
        )
        jobs = self.live()
        decision = reconcile(jobs, situation, self.new_id, self.planner)
        check_idempotence(jobs, decision, situation, self.new_id, self.planner)
        self.looked = None
        return decision

    def keep(self, decision: Decision) -> None:
        for run, _ in decision.changed:
            old = self.stored[run.id]
            check_step(old, run, self.jobs[run.id])
            self.remember(run)
            # a person may have stopped it meanwhile: the store keeps that
            self.stored[run.id] = replace(run, stop_requested=old.stop_requested or run.stop_requested)

    def remember(self, run: JobRun) -> None:
        """What is stored of each task attempt: its last word never changes."""
        for task in run.tasks:
            known = self.history.get((run.id, task.uid))
            assert known is None or not is_final(known.state) or known == task, "history was rewritten"
            self.history[run.id, task.uid] = task

    def act(self, decision: Decision) -> None:
        self.inflight += [act for act in decision.acts if act not in self.inflight]
        live = {task.uid for run in decision.runs if not is_final(run.state) for task in run.tasks}
        self.captured &= live
        self.troubles = {uid: trouble for uid, trouble in self.troubles.items() if uid in live}

    def one_pass(self) -> None:
        decision = self.decide()
        self.keep(decision)
        self.act(decision)

    def crash(self) -> None:
        """The controller is gone, and a new one begins with what is stored."""
        self.inflight, self.troubles, self.looked = [], {}, None
        self.planner = Planner()
        self.captured = set()

    # What acts do to the engine

    def perform(self, act: Act) -> None:
        """The act ends well."""
        if act not in self.inflight:
            return
        self.inflight.remove(act)
        match act:
            case StartTask(job_id, uid):
                self.create(job_id, uid)
                if uid in self.containers:
                    self.start(uid)
                    self.troubles.pop(uid, None)
            case StopTask(uid, _):
                self.inflight = [a for a in self.inflight if not (isinstance(a, StartTask) and a.task == uid)]
                self.stop(uid)
            case RemoveTask(uid):
                self.containers.pop(uid, None)
            case RemoveNetwork(name):
                if all(container.network != name for container in self.containers.values()):
                    self.networks.pop(name, None)

    def fail(self, act: Act, permanent: bool) -> None:
        """The act fails, a start perhaps half-way."""
        if act not in self.inflight:
            return
        self.inflight.remove(act)
        if isinstance(act, StartTask):
            tries = self.troubles[act.task].tries + 1 if act.task in self.troubles else 1
            code = "ImageNotFound" if permanent else "RegistryUnreachable"
            self.troubles[act.task] = Trouble(Problem(code), tries, self.now, permanent)

    def create(self, job_id: str, uid: str) -> None:
        run = self.stored.get(job_id)
        task = next((task for task in run.tasks if task.uid == uid), None) if run else None
        if run is None or task is None or uid in self.containers:
            return
        network = run.attempt.network
        assert network is not None
        assert task.address is not None
        assert task.node is not None
        if network.name not in self.networks:
            for name, subnet in self.networks.items():
                assert not ip_network(subnet).overlaps(ip_network(network.subnet)), (
                    f"{name} and {network.name}"
                )
            self.networks[network.name] = network.subnet
        seen = ObservedTask(uid, Phase.CREATED, task.node)
        self.containers[uid] = Container(self.jobs[job_id], task, network.name, network.shared, seen)

    def start(self, uid: str) -> None:
        container = self.containers[uid]
        if container.seen.phase == Phase.CREATED:
            container.seen = replace(container.seen, phase=Phase.RUNNING, started_at=self.now)

    def stop(self, uid: str) -> None:
        container = self.containers.get(uid)
        if container and container.seen.phase == Phase.CREATED:
            del self.containers[uid]
        elif container:
            self.end(uid, 143)

    def end(self, uid: str, code: int, oom: bool = False) -> None:
        container = self.containers[uid]
        if container.seen.phase == Phase.RUNNING:
            container.seen = replace(container.seen, phase=Phase.EXITED, exit=Exit(code, self.now, oom))

    def capture_all(self) -> None:
        self.captured |= {uid for uid, c in self.containers.items() if c.seen.phase == Phase.EXITED}

    def restart_engine(self) -> None:
        self.engine_started_at = self.now
        for uid in list(self.containers):
            self.end(uid, 137)

    def network_names(self) -> set[str]:
        """The per-job networks."""
        return {name for name in self.networks if name != "shared"}

    def settle(self) -> None:
        """Nothing bad happens any more, every container ends: the world must come to rest."""
        self.bad_nodes, self.bad_leaves, self.drained = frozenset(), frozenset(), frozenset()
        for _ in range(200):
            self.now += 60_000
            for uid in list(self.containers):
                self.end(uid, 0)
            self.capture_all()
            self.one_pass()
            self.check()
            for act in list(self.inflight):
                self.perform(act)
            if not self.live() and not self.containers and not self.network_names():
                return
        raise AssertionError(
            f"never at rest: {self.live()} {list(self.containers)} {self.networks} {self.inflight}"
        )

    # What must hold in every moment

    def check(self) -> None:
        used: dict[str, Resources] = {}
        addresses: list[str] = []
        alive: list[tuple[str, str, int]] = []
        for container in self.containers.values():
            if container.seen.phase == Phase.RUNNING:
                task = container.task
                needs = task_resources(container.job.task_roles[task.role])
                used[container.seen.node] = used.get(container.seen.node, NOTHING) + needs
                addresses.append(task.address or "")
                job_id = next(i for i, job in self.jobs.items() if job is container.job)
                alive.append((job_id, task.role, task.index))
        for node in self.nodes:
            assert used.get(node.name, NOTHING).fits_in(node.capacity), (
                f"{node.name} is oversubscribed: {used}"
            )
        self.check_cells()
        assert len(addresses) == len(set(addresses)), "an address is held twice"
        assert len(alive) == len(set(alive)), "a task has two live containers"
        for run in self.stored.values():
            check_run(run, self.jobs[run.id])
            self.check_addresses(run)

    def check_cells(self) -> None:
        """No cell is held by two tasks, nor used by two containers."""
        seen = {uid: container.seen for uid, container in self.containers.items()}
        held = [
            (task.cells.node, leaf)
            for run in self.stored.values()
            for task in run.tasks
            if task.cells and holds(task, seen) and (task.uid in seen or task.state == TaskState.PREPARING)
            for leaf in task.cells.leaves
        ]
        used = [
            (container.task.cells.node, leaf)
            for container in self.containers.values()
            if container.task.cells and container.seen.phase == Phase.RUNNING
            for leaf in container.task.cells.leaves
        ]
        for cells, what in ((held, "held"), (used, "used")):
            assert len(cells) == len(set(cells)), f"a cell is {what} twice: {sorted(cells)}"

    def check_addresses(self, run: JobRun) -> None:
        """No two tasks of one network that hold an address hold the same."""
        network = run.attempt.network
        if network is None or is_final(run.state):
            return
        own = [task.address for task in run.tasks if task.address]
        assert len(own) == len(set(own)), "two tasks of a job have one address"
        for other in self.stored.values():
            if other is run or is_final(other.state) or other.attempt.network is None:
                continue
            if network.shared and other.attempt.network.shared:
                mine = {task.address for task in run.tasks if task.address and not is_final(task.state)}
                theirs = {task.address for task in other.tasks if task.address and not is_final(task.state)}
                assert not mine & theirs, "two jobs hold one address"
            else:
                subnets = ip_network(network.subnet), ip_network(other.attempt.network.subnet)
                assert not subnets[0].overlaps(subnets[1]), "two jobs hold one subnet"


def check_idempotence(
    jobs: Sequence[tuple[JobRun, Job]],
    first: Decision,
    situation: Situation,
    new_id: Callable[[], str],
    planner: Planner,
) -> None:
    """Deciding again with nothing new changes nothing; but a job whose next attempt is due begins it."""
    specs = {run.id: job for run, job in jobs}
    again = reconcile(still_live(first, specs), situation, new_id, planner)
    due = {run.id for run in first.runs if about_to_begin(run, specs[run.id], situation)}
    if not due and not short_of_addresses(first):
        before = {run.id: run for run in first.runs}
        assert list(again.changed) == [], [(before[run.id], run, told) for run, told in again.changed]
        # those of jobs that ended now are asked for as remains from now on
        assert set(again.acts) == set(first.acts)
    third = reconcile(still_live(again, specs), situation, new_id, planner)
    waiting = {run.id for run in again.runs if about_to_begin(run, specs[run.id], situation)}
    if not short_of_addresses(first) and not short_of_addresses(again):
        assert {run.id for run, _ in third.changed} <= waiting, third.changed


def short_of_addresses(decision: Decision) -> bool:
    """Whether somebody was tried for addresses in vain: the next look does not try him in the same order again."""
    return any(reason.code == "NetworkPoolExhausted" for reason in decision.waits.values())


def about_to_begin(run: JobRun, job: Job, situation: Situation) -> bool:
    """Whether the next look begins another attempt of the job or of one of its tasks, now that the end of the one
    before is kept."""
    return run.state == JobState.RETRYING or bool(task_retries(run, job, situation.policy))


def still_live(decision: Decision, specs: dict[str, Job]) -> list[tuple[JobRun, Job]]:
    return [(run, specs[run.id]) for run in decision.runs if not is_final(run.state)]


def check_step(old: JobRun, new: JobRun, job: Job) -> None:
    """What is stored only moves forward."""
    assert not is_final(old.state), "a job that had ended changed"
    assert new.state in reachable_jobs(old.state)
    assert (new.attempt.index - old.attempt.index) in (0, 1)
    if new.attempt.index > old.attempt.index:
        assert old.state == JobState.RETRYING, "the end of the attempt before was never kept"
        assert old.attempt.outcome is not None
        assert old.attempt.completed_at is not None
        assert all(is_final(task.state) for task in old.tasks)
        assert not {task.uid for task in old.tasks} & {task.uid for task in new.tasks}
    else:
        for before, after in zip(old.tasks, new.tasks, strict=True):
            check_task_step(before, after, job)
    if is_final(new.state):
        assert new.attempt.outcome is not None
        assert new.attempt.outcome.state == new.state
        assert new.completed_at is not None
    assert new.user_retries <= job.job_retry_count
    assert new.platform_retries <= POLICY.platform_retries
    assert new.preemptions <= POLICY.preemption_retries
    assert new.first_attempt == old.first_attempt


def check_task_step(before: TaskAttempt, after: TaskAttempt, job: Job) -> None:
    assert (after.role, after.index) == (before.role, before.index)
    if after.uid == before.uid:
        assert after == before or not is_final(before.state), "a task that had ended changed"
        assert after.state in reachable_tasks(before.state)
        return
    assert not job.gang, "a task of a gang was run again alone"
    assert is_final(before.state), "the end of the task attempt before was never kept"
    assert after.attempt == before.attempt + 1
    assert after.platform_retries <= POLICY.platform_retries
    assert after.preemptions <= POLICY.preemption_retries
    allowed = job.task_roles[after.role].task_retry_count
    assert allowed < 0 or after.accountable_retries <= allowed
    assert before.state == TaskState.FAILED or allowed == ALWAYS, "a success was repeated"


def check_run(run: JobRun, job: Job) -> None:
    queued = [task.state == TaskState.QUEUED for task in run.tasks]
    gangs: dict[str, list[bool]] = {}
    for task, waits in zip(run.tasks, queued, strict=True):
        gangs.setdefault(gang_name(run.id, job, task.role, task.index), []).append(waits)
    if job.gang:
        assert all(all(gang) or not any(gang) for gang in gangs.values()), "a gang was placed in part"
        assert (run.state == JobState.QUEUED) == (all(queued) and not is_final(run.state))
    elif run.state == JobState.QUEUED:
        assert all(queued), "a job of which something began is told as waiting"
    for task in run.tasks:
        ending = is_final(task.state) or (task.state == TaskState.STOPPING and task.diagnosis is not None)
        assert ending == (task.diagnosis is not None), task
        assert is_final(task.state) == (task.completed_at is not None), task
    if is_final(run.state):
        assert all(is_final(task.state) for task in run.tasks)
    assert len(run.tasks) == job.task_count


def reachable_jobs(state: JobState) -> set[JobState]:
    found = {state}
    while more := set().union(*(JOB_STEPS[known] for known in found)) - found:
        found |= more
    return found


def reachable_tasks(state: TaskState) -> set[TaskState]:
    return {state}.union(*(reachable_tasks(following) for following in TASK_STEPS[state]))
