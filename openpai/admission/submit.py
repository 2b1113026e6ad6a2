"""The door: a job file becomes a job that is kept, or an error that says why not."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from openpai.admission.checks import Verdict, check
from openpai.admission.facts import Facts, LookAtCluster, gather
from openpai.errors import PaiError, Problem
from openpai.lifecycle.attempts import first_tasks
from openpai.lifecycle.records import Event, JobAttempt, JobRun
from openpai.lifecycle.states import JobState
from openpai.protocol.job import Job
from openpai.protocol.parse import ParsedJob, parse
from openpai.protocol.secrets import mask
from openpai.runtime.demand import gang_of
from openpai.scheduler.explain import Reason, explain
from openpai.scheduler.schedule import Waits, schedule
from openpai.store.job_records import NewJob
from openpai.store.jobs import JobStore
from openpai.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Submission:
    """What a user sent. `name`, `parameters` and `secrets` override those of the text."""

    username: str
    text: bytes
    name: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """The job is kept. `full_name` is `user~name`."""

    full_name: str
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task would run."""

    role: str
    index: int
    node: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to a submission: the verdict of every check, and its placement if it would start now."""

    full_name: str
    warnings: tuple[Problem, ...]
    verdicts: tuple[Verdict, ...]
    placement: tuple[Place, ...] | None
    waits: tuple[Reason, ...] = ()


class Admission:
    """Takes submissions for one store."""

    def __init__(
        self,
        jobs: JobStore,
        vault: Vault,
        look_at_cluster: LookAtCluster,
        now: Callable[[], int],
        new_id: Callable[[], str],
    ) -> None:
        self._jobs = jobs
        self._vault = vault
        self._look_at_cluster = look_at_cluster
        self._now = now
        self._new_id = new_id

    async def submit(self, submission: Submission) -> Admitted:
        """Check a submission and keep it. On the disk when this returns.

        Raises `PaiError` with everything that is wrong with it; then nothing is kept. The same
        `idempotency_key` with the same content answers for the job that it made before.
        """
        fingerprint = self._fingerprint(submission)
        if earlier := await self._earlier(submission, fingerprint):
            return Admitted(earlier.full_name, ())
        parsed = _parse(submission)
        facts = await gather(self._look_at_cluster)
        failed = [verdict for verdict in check(parsed.job, facts) if verdict.verdict == "fail"]
        if failed:
            raise PaiError(*(parsed.source.locate(verdict.finding) for verdict in failed))
        job = self._new_job(submission, parsed, fingerprint)
        await self._jobs.add(
            job, [Event(job.run.submitted_at, "JobSubmitted", {"user": submission.username})]
        )
        return Admitted(job.run.full_name, parsed.warnings)

    async def dry_run(self, submission: Submission) -> Plan:
        """Everything that `submit` would find, and where the tasks would run; keeps nothing."""
        repeated = await self._earlier(submission, self._fingerprint(submission))
        parsed = _parse(submission)
        taken = not repeated and await self._jobs.has(submission.username, parsed.job.name)
        facts = replace(await gather(self._look_at_cluster), name_taken=taken)
        verdicts = check(parsed.job, facts)
        refused = any(verdict.verdict == "fail" for verdict in verdicts)
        placement, waits = (None, ()) if refused else _placement(parsed.job, facts)
        return Plan(
            full_name=f"{submission.username}~{parsed.job.name}",
            warnings=parsed.warnings,
            verdicts=tuple(verdicts),
            placement=placement,
            waits=waits,
        )

    async def _earlier(self, submission: Submission, fingerprint: str) -> JobRun | None:
        """The job that the same submission made before, told by its key."""
        if submission.idempotency_key is None:
            return None
        return await self._jobs.repeated(submission.username, submission.idempotency_key, fingerprint)

    def _new_job(self, submission: Submission, parsed: ParsedJob, fingerprint: str) -> NewJob:
        job = parsed.job
        now = self._now()
        masked, held = mask(parsed.document)
        roles = job.task_roles
        return NewJob(
            run=JobRun(
                id=self._new_id(),
                user=submission.username,
                name=job.name,
                submitted_at=now,
                stop_requested=False,
                state=JobState.QUEUED,
                attempt=JobAttempt(0, now),
                tasks=first_tasks(roles, now, self._new_id),
            ),
            document=masked,
            secrets=self._vault.encrypt(held),
            fingerprint=fingerprint,
            idempotency_key=submission.idempotency_key,
            virtual_cluster=job.virtual_cluster,
            priority=job.priority_class,
            total_gpus=sum(max(r.resource_per_instance.gpu, 0) * r.instances for r in roles.values()),
            total_tasks=sum(role.instances for role in roles.values()),
            total_roles=len(roles),
        )

    def _fingerprint(self, submission: Submission) -> str:
        """Tells whether two requests ask the same; keyed, since it covers the secrets."""
        rest = json.dumps(
            [submission.name, dict(submission.parameters), dict(submission.secrets)], sort_keys=True
        )
        return self._vault.fingerprint(submission.text + b"\0" + rest.encode())


def _parse(submission: Submission) -> ParsedJob:
    return parse(
        submission.text,
        name=submission.name,
        parameters=submission.parameters,
        secrets=submission.secrets,
    )


def _placement(job: Job, facts: Facts) -> tuple[tuple[Place, ...] | None, tuple[Reason, ...]]:
    """Where the job would go if it came now, behind those that wait; or None, and why it would wait."""
    if facts.cluster is None:
        return None, ()
    cluster = facts.cluster
    gang = gang_of("", job.task_roles)
    decision = schedule([*cluster.queue, gang], cluster.nodes, cluster.held)[""]
    if isinstance(decision, Waits):
        return None, (explain(decision, decision.behind),)
    places = (
        Place(name, index, decision.nodes[f"{name}-{index}"])
        for name, role in job.task_roles.items()
        for index in range(role.instances)
    )
    return tuple(places), ()
