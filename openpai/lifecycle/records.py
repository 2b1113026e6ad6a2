"""Jobs and task attempts as they stand: the values that the machine steps and the store keeps.

Times are ms since the epoch.
"""

from dataclasses import dataclass, field

from openpai.errors import Params
from openpai.lifecycle.exits import Exit
from openpai.lifecycle.states import JobState, TaskState


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why something ended: a code of `exit_specs.toml`, its parameters, and the lines that show it."""

    code: str
    params: Params = field(default_factory=dict)
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pulled:
    """The pull of an image that a task waited for: how long (ms), and how much came."""

    ms: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a task: their node, chain and SKU, the addresses of its leaf cells on the node, and for each of
    these the type of the promised cell that it is charged to; empty ones where it only uses what is idle. `gpus`: the
    UUIDs of the GPUs that its leaf cells are, in the order of their addresses."""

    node: str
    chain: str
    sku: str
    leaves: tuple[int, ...]
    charged: tuple[str, ...] = ()
    gpus: tuple[str, ...] = ()

    @property
    def on_idle(self) -> bool:
        """Whether it is charged to nobody's promise, and gives way to whom the cells are promised."""
        return not any(self.charged)


@dataclass(frozen=True, slots=True)
class TaskAttempt:
    """One attempt of one task. `uid` names its container and its log.

    `cells`: those that it has; while it is QUEUED, those that are kept for it until others have left them.
    `platform_retries` and `preemptions`: how many of the attempts before it were added for the platform's faults, and
    for others' need of its cells; the rest were for the user's. `due_at`: it is not placed before. `stopping_at`: when
    it was told to end, and `kill_at`: when SIGKILL follows. `diagnosis` while it is STOPPING: why it is being ended,
    where that is neither a person's wish nor its job's end.
    """

    uid: str
    role: str
    index: int
    attempt: int
    state: TaskState
    created_at: int
    node: str | None = None
    address: str | None = None
    placed_at: int | None = None
    launched_at: int | None = None
    completed_at: int | None = None
    exit: Exit | None = None
    diagnosis: Diagnosis | None = None
    platform_retries: int = 0
    due_at: int | None = None
    pulled: Pulled | None = None
    stopping_at: int | None = None
    kill_at: int | None = None
    cells: Cells | None = None
    preemptions: int = 0

    @property
    def accountable_retries(self) -> int:
        """The attempts before it that count against its own budget."""
        return self.attempt - self.platform_retries - self.preemptions


@dataclass(frozen=True, slots=True)
class Network:
    """The network of a job attempt: its name, its subnet, and whether single-task jobs share it."""

    name: str
    subnet: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job attempt ends: SUCCEEDED, FAILED or STOPPED, why, and by which task."""

    state: JobState
    diagnosis: Diagnosis
    trigger: str = ""  # code of messages/lifecycle: which rule of the completion policy
    trigger_params: Params = field(default_factory=dict)
    role: str | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class JobAttempt:
    """One attempt of a job: all its tasks are started afresh."""

    index: int
    created_at: int
    launched_at: int | None = None
    completed_at: int | None = None
    network: Network | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class JobRun:
    """A job as it stands: its state, its current attempt, and the latest attempt of each of its tasks.

    `user_retries`, `platform_retries` and `preemptions` count the attempts that were added for each cause since a
    person had it run. `rerun_at`: when a person last had it run again after its end.
    """

    id: str
    user: str
    name: str
    submitted_at: int
    stop_requested: bool
    state: JobState
    attempt: JobAttempt
    tasks: tuple[TaskAttempt, ...]
    user_retries: int = 0
    platform_retries: int = 0
    retry_at: int | None = None
    launched_at: int | None = None
    completed_at: int | None = None
    rerun_at: int | None = None
    preemptions: int = 0

    @property
    def turn(self) -> tuple[int, str]:
        """Its place in the order of all jobs."""
        return self.submitted_at if self.rerun_at is None else self.rerun_at, self.id

    @property
    def first_attempt(self) -> int:
        """The index of the attempt with which a person had it run."""
        added = self.user_retries + self.platform_retries + self.preemptions
        begun = added - (self.state == JobState.RETRYING)
        return self.attempt.index - begun

    @property
    def full_name(self) -> str:
        """`user~name`, the job's public id."""
        return f"{self.user}~{self.name}"


@dataclass(frozen=True, slots=True)
class Event:
    """Something worth telling happened to a job, or to one of its task attempts (`task` is its uid)."""

    at: int
    code: str
    params: Params = field(default_factory=dict)
    task: str | None = None
    warning: bool = False
