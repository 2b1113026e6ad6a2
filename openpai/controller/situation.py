"""All that a decision may depend on, gathered before it: nothing is looked up while deciding."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from openpai.backends.contract import Observation
from openpai.controller.planner import Grounds
from openpai.errors import Problem
from openpai.lifecycle.output import Output
from openpai.lifecycle.records import JobRun, Pulled
from openpai.lifecycle.retry import back_off
from openpai.protocol.job import Job

START_TRIES = 8
"""A start that fails for a reason that may pass is tried so often, with waits of 127 s in all."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Starting a task attempt failed: the latest reason, how often so far, and when."""

    problem: Problem
    tries: int
    at: int
    permanent: bool

    @property
    def over(self) -> bool:
        """Whether it is not tried again."""
        return self.permanent or self.tries >= START_TRIES

    @property
    def again_at(self) -> int:
        """When it is tried again, ms."""
        return self.at + back_off(self.tries - 1)


@dataclass(frozen=True, slots=True)
class Policy:
    """Settings that decisions depend on."""

    network_pool: str
    stop_grace_s: float
    platform_retries: int
    stop_grace_max_s: float = 3600
    preemption_retries: int = 100

    def grace_ms(self, job: Job) -> int:
        """From SIGTERM to SIGKILL: what the job asks for, as far as the admin allows it."""
        asked = (
            self.stop_grace_s if job.stop_grace_s is None else min(job.stop_grace_s, self.stop_grace_max_s)
        )
        return round(asked * 1000)


@dataclass(frozen=True, slots=True)
class Situation:
    """The world at one moment.

    `starting`: task attempts whose start was under way before the observation was made: what was not observed
    of them may yet come. `captured`: those whose log is whole; `outputs`: what the log of each task tells that
    was observed to have ended. `unreadable`: live jobs of which nobody knows any more what they are to do: they
    are left alone, and keep what they have. `pulled`: the pull that a task's start waited for.
    """

    now: int
    observation: Observation
    grounds: Grounds
    starting: AbstractSet[str]
    captured: AbstractSet[str]
    outputs: Mapping[str, Output]
    troubles: Mapping[str, Trouble]
    policy: Policy
    unreadable: Sequence[JobRun] = ()
    pulled: Mapping[str, Pulled] = field(default_factory=dict)
