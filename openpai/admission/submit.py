"""The door: a job file becomes a job that is kept, or an error that says why not."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog
from cryptography.fernet import InvalidToken

from openpai.admission.checks import check
from openpai.admission.facts import NOT_A_CLONE, Facts, Sources, gather
from openpai.admission.image_checks import nodes_of_roles
from openpai.admission.verdict import Verdict
from openpai.errors import PaiError, Problem
from openpai.images.inspector import lock_of
from openpai.images.kept import KeptImage, keep
from openpai.images.lock import Lock
from openpai.lifecycle.attempts import first_tasks
from openpai.lifecycle.records import Event, JobAttempt, JobRun
from openpai.lifecycle.states import JobState
from openpai.protocol.job import Job
from openpai.protocol.parse import ParsedJob, parse
from openpai.protocol.secrets import mask
from openpai.runtime.demand import all_tasks, gangs_of, task_name
from openpai.runtime.explanation import PROBE, Asked, Explanation, explain
from openpai.scheduler.gang import Start, Wait
from openpai.scheduler.reason import Reason
from openpai.store.job_records import NewJob, Spec
from openpai.store.jobs import JobStore
from openpai.store.vault import Vault

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Submission:
    """What a user sent. `name`, `parameters` and `secrets` override those of the text.

    `clone_of`: the job (`user~name`, or `name` of an own one) that this one is a clone of. Its secrets fill in the
    `******` of the text, an empty text stands for all of its own, and its images stay what they were, unless
    `new_images`. `admin`: who sends it may know the secrets of others.
    """

    username: str
    text: bytes
    name: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    idempotency_key: str | None = None
    clone_of: str | None = None
    new_images: bool = False
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Admitted:
    """The job is kept. `full_name` is `user~name`."""

    full_name: str
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task would run, and in which cells of that node."""

    role: str
    index: int
    node: str
    cells: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to a submission: the verdict of every check, and its placement if it would start now, or when
    those have ended that have to for it; `explanation` says why it would wait. `names`: what people call the jobs, by
    id."""

    full_name: str
    warnings: tuple[Problem, ...]
    verdicts: tuple[Verdict, ...]
    placement: tuple[Place, ...] | None
    explanation: Explanation | None = None
    virtual_cluster: str = "default"
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def waits(self) -> tuple[Reason, ...]:
        """Why it would wait, in a sentence; empty where it would start."""
        reason = self.explanation.reason if self.explanation else None
        return (reason,) if reason else ()


class Admission:
    """Takes submissions for one store."""

    def __init__(
        self,
        jobs: JobStore,
        vault: Vault,
        sources: Sources,
        now: Callable[[], int],
        new_id: Callable[[], str],
    ) -> None:
        self._jobs = jobs
        self._vault = vault
        self._sources = sources
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
        parsed, facts = await self._facts(submission)
        verdicts = check(parsed.job, facts)
        failed = [verdict for verdict in verdicts if verdict.verdict == "fail"]
        if failed:
            raise PaiError(*(_located(submission, parsed, verdict) for verdict in failed))
        job = self._new_job(submission, parsed, facts, fingerprint)
        await self._jobs.add(
            job, [Event(job.run.submitted_at, "JobSubmitted", {"user": submission.username})]
        )
        warned = (_located(submission, parsed, v) for v in verdicts if v.verdict == "warn")
        return Admitted(job.run.full_name, (*parsed.warnings, *warned))

    async def dry_run(self, submission: Submission) -> Plan:
        """Everything that `submit` would find, and where the tasks would run; keeps nothing."""
        repeated = await self._earlier(submission, self._fingerprint(submission))
        parsed, facts = await self._facts(submission)
        taken = not repeated and await self._jobs.has(submission.username, parsed.job.name)
        facts = replace(facts, name_taken=taken)
        verdicts = check(parsed.job, facts)
        refused = any(verdict.verdict == "fail" for verdict in verdicts)
        placement, explanation = (None, None) if refused else _foretold(parsed.job, facts)
        return Plan(
            full_name=f"{submission.username}~{parsed.job.name}",
            warnings=parsed.warnings,
            verdicts=tuple(verdicts),
            placement=placement,
            explanation=explanation,
            virtual_cluster=parsed.job.virtual_cluster,
            names=facts.outlook.names if facts.outlook else {},
        )

    async def _facts(self, submission: Submission) -> tuple[ParsedJob, Facts]:
        """The job that was sent, and what its checks must know. Raises `PaiError` where it is none, `NoJob` where it
        is a clone of none."""
        if submission.clone_of is None:
            parsed = _parse(submission)
            return parsed, await gather(
                parsed.job, submission.username, self._sources, admin=submission.admin
            )
        first, tilde, name = submission.clone_of.partition("~")
        owner, name = (first, name) if tilde else (submission.username, first)
        spec = await self._jobs.spec((await self._jobs.find(owner, name)).run.id)
        may_know = submission.admin or submission.username == owner
        held = self._held(spec, submission.clone_of) if may_know else {}
        text = submission.text or json.dumps(spec.document, ensure_ascii=False).encode()
        parsed = _parse(replace(submission, text=text), stored=(spec.document, held))
        locks = NOT_A_CLONE if submission.new_images or not parsed.job.locks_images else _inherited(spec)
        facts = await gather(parsed.job, submission.username, self._sources, locks, admin=submission.admin)
        return parsed, facts

    def _held(self, spec: Spec, owner: str) -> Mapping[str, object]:
        """The secrets of a job; none where they were encrypted with another key: whoever clones it gives them anew."""
        try:
            return self._vault.decrypt(spec.secrets)
        except InvalidToken:
            log.warning("secrets cannot be decrypted: is secret.key the file that it was?", job=owner)
            return {}

    async def _earlier(self, submission: Submission, fingerprint: str) -> JobRun | None:
        """The job that the same submission made before, told by its key."""
        if submission.idempotency_key is None:
            return None
        return await self._jobs.repeated(submission.username, submission.idempotency_key, fingerprint)

    def _new_job(self, submission: Submission, parsed: ParsedJob, facts: Facts, fingerprint: str) -> NewJob:
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
            images=_kept(job, facts),
        )

    def _fingerprint(self, submission: Submission) -> str:
        """Tells whether two requests ask the same; keyed, since it covers the secrets."""
        rest = json.dumps(
            [
                submission.name,
                dict(submission.parameters),
                dict(submission.secrets),
                submission.clone_of,
                submission.new_images,
            ],
            sort_keys=True,
        )
        return self._vault.fingerprint(submission.text + b"\0" + rest.encode())


def _parse(
    submission: Submission, stored: tuple[Mapping[str, object], Mapping[str, object]] | None = None
) -> ParsedJob:
    return parse(
        submission.text,
        name=submission.name,
        parameters=submission.parameters,
        secrets=submission.secrets,
        stored=stored,
    )


def _located(submission: Submission, parsed: ParsedJob, verdict: Verdict) -> Problem:
    """The verdict as a problem, with its place in the text that was sent, if one was."""
    return parsed.source.locate(verdict.finding) if submission.text else verdict.finding.problem()


def _kept(job: Job, facts: Facts) -> dict[str, KeptImage]:
    """What is kept of each image, by its name in the file."""
    kept = {}
    for name, image in facts.images.items():
        lock = lock_of(image.inspected) if job.locks_images else None
        kept[job.images[name].uri] = keep(lock or Lock(), image.inspected.config, image.entry)
    return kept


def _inherited(spec: Spec) -> dict[str, Lock]:
    """What a clone's images are held to: what those of the original were."""
    return {name: image.lock for name, image in spec.images.items() if image.lock}


def _foretold(job: Job, facts: Facts) -> tuple[tuple[Place, ...] | None, Explanation | None]:
    """Where the job would go if it came now, behind those that wait; or None, and why it would wait. Of a job that is
    no gang, the tasks that would start, and why the first of the others would wait. Where others would have to end for
    it, both."""
    if facts.outlook is None:
        return None, None
    only = nodes_of_roles(job, facts)
    skus = facts.outlook.scheduler.cluster.skus
    decisions = facts.outlook.decide(gangs_of(PROBE, job, all_tasks(job), skus, only))
    found = {
        task: place
        for each in decisions
        if not isinstance(each, Wait)
        for task, place in each.placement.tasks.items()
    }
    places = tuple(
        Place(role, index, place.node, place.leaves)
        for role, index in all_tasks(job)
        if (place := found.get(task_name(role, index))) is not None
    )
    if all(isinstance(each, Start) for each in decisions):
        return places or None, None
    usable = facts.outlook.scheduler.cluster.virtual_clusters if facts.usable is None else facts.usable
    return places or None, explain(Asked(job, only, list(usable)), facts.outlook)
