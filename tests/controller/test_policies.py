"""OpenPAI's completion and retry policies, rule by rule, with the controller's decisions on a world in memory.

The cases are named as in OpenPAI's own tables: `A(3; 1,-1)` is a role A of 3 tasks that fails the job with 1 failed
task and never makes it succeed.
"""

from dataclasses import replace
from typing import Any

import pytest

from openpai.controller.acts import StartTask
from openpai.controller.situation import Trouble
from openpai.errors import Problem
from openpai.lifecycle.attempts import first_tasks
from openpai.lifecycle.exit_specs import exit_code
from openpai.lifecycle.records import JobRun, TaskAttempt
from openpai.lifecycle.states import TaskState
from openpai.scheduler.resources import Node, Resources
from tests.builders import job_of, role
from tests.controller.world import POLICY, World
from tests.outlooks import cluster_of_units


class Tale:
    """One job in a world where nothing happens but what is told."""

    def __init__(
        self, roles: dict[str, dict[str, Any]], retries: int = 0, cores: int = 4, **extras: Any
    ) -> None:
        node = Node("node", Resources(cores, cores * 8_000, cores))
        self.world = World(nodes=(node,), cluster=cluster_of_units(node))
        self.id = self.world.submit(job_of(roles, retries=retries, **extras))
        self.goes_on()

    def goes_on(self) -> None:
        """Until the controller has nothing to do before something happens, or time passes."""
        for _ in range(20):
            before = dict(self.world.stored)
            self.world.capture_all()
            self.world.one_pass()
            for act in list(self.world.inflight):
                self.world.perform(act)
            self.world.check()
            if self.world.stored == before and not self.world.inflight:
                return
        raise AssertionError("never at rest")

    def ends(self, *tasks: str, code: int = 0, oom: bool = False) -> None:
        """These tasks, as `a0`, end with this exit code, and what follows from it happens."""
        for name in tasks:
            self.world.now += 1
            self.world.end(self.task(name).uid, code, oom)
        self.goes_on()

    def passes(self, seconds: float) -> None:
        self.world.now += round(seconds * 1000)
        self.goes_on()

    def loses(self, name: str) -> None:
        """Somebody removes the container."""
        del self.world.containers[self.task(name).uid]
        self.goes_on()

    def task(self, name: str) -> TaskAttempt:
        return next(task for task in self.run.tasks if (task.role, task.index) == (name[:-1], int(name[-1])))

    @property
    def run(self) -> JobRun:
        return self.world.stored[self.id]

    @property
    def state(self) -> str:
        return self.run.state.value

    @property
    def tasks(self) -> dict[str, str]:
        return {f"{task.role}{task.index}": task.state.value for task in self.run.tasks}

    @property
    def counts(self) -> tuple[int, int, int]:
        """Attempt, retries for the user's failures, retries for the platform's."""
        return self.run.attempt.index, self.run.user_retries, self.run.platform_retries

    @property
    def causes(self) -> list[str]:
        return [task.diagnosis.code if task.diagnosis else "" for task in self.run.tasks]


def test_a_one_task_with_exit_0() -> None:
    tale = Tale({"a": role()})
    tale.ends("a0")
    assert (tale.state, tale.counts, exit_code(tale.run.attempt)) == ("SUCCEEDED", (0, 0, 0), 0)


def test_b_one_task_with_exit_1_is_not_retried() -> None:
    tale = Tale({"a": role()})
    tale.ends("a0", code=1)
    assert (tale.state, tale.counts, exit_code(tale.run.attempt)) == ("FAILED", (0, 0, 0), 1)


def test_b_with_job_retry_count_2_there_are_three_attempts_and_each_has_a_history_of_its_own() -> None:
    tale = Tale({"a": role()}, retries=2)
    for attempt in (0, 1, 2):
        assert (tale.state, tale.run.attempt.index) == ("RUNNING", attempt)
        tale.ends("a0", code=1)
    assert (tale.state, tale.counts) == ("FAILED", (2, 2, 0))
    kept = [task for (job, _), task in tale.world.history.items() if job == tale.id]
    assert [(task.state, task.attempt) for task in kept] == [(TaskState.FAILED, 0)] * 3
    assert len({task.uid for task in kept}) == 3


def test_c_a_task_killed_from_outside_is_retried_for_the_platform_and_not_without_end() -> None:
    tale = Tale({"a": role()}, retries=1)
    for retry in range(POLICY.platform_retries):
        tale.ends("a0", code=137)
        assert (tale.state, tale.counts) == ("RETRYING", (retry, 0, retry + 1))
        tale.passes(2**retry - 0.1)
        assert tale.state == "RETRYING", "it waits longer each time"
        tale.passes(0.1)
        assert tale.state == "RUNNING"
    tale.ends("a0", code=137)
    assert (tale.state, tale.counts) == ("FAILED", (2, 0, 2))


def test_c_each_cause_has_a_budget_of_its_own() -> None:
    tale = Tale({"a": role()}, retries=1)
    tale.ends("a0", code=137)
    tale.passes(1)
    tale.ends("a0", code=1)
    tale.ends("a0", code=137)
    tale.passes(2)
    assert (tale.state, tale.counts) == ("RUNNING", (3, 1, 2))
    tale.ends("a0", code=1)
    assert tale.state == "FAILED"


def test_d_one_of_three_fails_and_the_others_are_ended() -> None:
    tale = Tale({"a": role(3)})
    tale.ends("a1", code=7)
    assert tale.tasks == {"a0": "STOPPED", "a1": "FAILED", "a2": "STOPPED"}
    assert tale.causes == ["AttemptCompleted", "ExitCode", "AttemptCompleted"]
    assert (tale.state, exit_code(tale.run.attempt)) == ("FAILED", 7)


def test_e_failures_that_never_count_let_the_rest_run_on() -> None:
    tale = Tale({"a": role(3, failed=-1)})
    tale.ends("a0", "a1", code=1)
    assert (tale.state, tale.tasks["a2"]) == ("RUNNING", "RUNNING")
    tale.ends("a2")
    outcome = tale.run.attempt.outcome
    assert outcome is not None
    assert (tale.state, outcome.trigger) == ("SUCCEEDED", "AllTasksEnded")


def test_e_a_job_whose_failures_never_count_succeeds_even_when_all_fail() -> None:
    tale = Tale({"a": role(2, failed=-1)})
    tale.ends("a0", "a1", code=1)
    assert tale.state == "SUCCEEDED"


def test_f_the_first_role_to_complete_completes_the_job() -> None:
    tale = Tale({"a": role(2), "b": role()})
    tale.ends("b0")
    assert (tale.state, tale.tasks) == ("SUCCEEDED", {"a0": "STOPPED", "a1": "STOPPED", "b0": "SUCCEEDED"})
    assert tale.causes[:2] == ["AttemptCompleted"] * 2


def test_g_with_success_never_counting_all_roles_are_waited_for() -> None:
    tale = Tale({"a": role(2, 1, -1), "b": role(1, 1, -1)})
    tale.ends("b0")
    tale.ends("a0")
    assert tale.state == "RUNNING"
    tale.ends("a1")
    assert tale.state == "SUCCEEDED"


def test_h_the_first_success_is_enough() -> None:
    tale = Tale({"a": role(4, 4, 1)})
    tale.ends("a0", "a1", "a2", code=1)
    assert tale.state == "RUNNING"
    tale.ends("a3")
    assert tale.state == "SUCCEEDED"


def test_h_it_fails_only_when_all_four_have() -> None:
    tale = Tale({"a": role(4, 4, 1)})
    tale.ends("a0", "a1", "a2", "a3", code=1)
    assert tale.state == "FAILED"


@pytest.mark.parametrize("default", [0, None])
def test_thresholds_of_0_and_null_are_the_defaults(default: int | None) -> None:
    policy: dict[str, Any] = {"completion": {"minFailedInstances": default, "minSucceededInstances": default}}
    tale = Tale({"a": role(2, **policy)})
    tale.ends("a0")
    assert tale.state == "RUNNING"
    tale.ends("a1")
    assert tale.state == "SUCCEEDED"


def test_the_rule_whose_deciding_task_ended_first_counts() -> None:
    tale = Tale({"a": role(2), "b": role()})
    tale.world.end(tale.task("b0").uid, 9)
    tale.world.now += 5
    tale.world.end(tale.task("a0").uid, 0)
    tale.world.end(tale.task("a1").uid, 0)
    tale.goes_on()
    assert (tale.state, exit_code(tale.run.attempt)) == ("FAILED", 9)


# Tasks that need not start together


def test_i_a_task_is_run_again_as_often_as_its_count_says_and_then_has_failed() -> None:
    tale = Tale({"a": role(2, taskRetryCount=1)}, gangAllocation=False)
    first, other = tale.task("a0"), tale.task("a1")
    tale.ends("a0", code=1)
    second = tale.task("a0")
    assert (second.attempt, second.state, tale.state) == (1, TaskState.RUNNING, "RUNNING")
    assert second.uid != first.uid
    assert second.address == first.address, "its peers find it where it was"
    assert tale.task("a1") == other, "the others run on"
    assert tale.counts == (0, 0, 0), "it is the same attempt of the job"
    tale.ends("a0", code=1)
    assert (tale.state, tale.tasks) == ("FAILED", {"a0": "FAILED", "a1": "STOPPED"})
    kept = [task for task in tale.world.history.values() if (task.role, task.index) == ("a", 0)]
    assert [(task.attempt, task.state.value) for task in kept] == [(0, "FAILED"), (1, "FAILED")]


def test_i_a_job_that_fails_so_begins_anew_with_whole_counts() -> None:
    tale = Tale({"a": role(2, taskRetryCount=1)}, retries=1, gangAllocation=False)
    for _ in range(2):
        tale.ends("a0", code=1)
    assert (tale.state, tale.counts, tale.task("a0").attempt) == ("RUNNING", (1, 1, 0), 0)
    tale.ends("a0", code=1)
    assert tale.task("a0").attempt == 1


def test_j_a_task_whose_container_is_gone_is_run_again_alone_and_that_is_not_counted_as_the_users() -> None:
    tale = Tale({"a": role(2)}, gangAllocation=False)
    tale.loses("a0")
    again = tale.task("a0")
    assert (again.attempt, again.platform_retries, again.state) == (1, 1, TaskState.QUEUED)
    assert tale.tasks["a1"] == "RUNNING"
    tale.passes(1)
    assert tale.tasks == {"a0": "RUNNING", "a1": "RUNNING"}


def test_j_the_platforms_budget_for_a_task_ends_too_and_its_job_is_not_given_another_one() -> None:
    tale = Tale({"a": role(taskRetryCount=5), "b": role()}, gangAllocation=False)
    for _ in range(POLICY.platform_retries):
        tale.ends("a0", code=137)
        tale.passes(60)
    assert (tale.task("a0").attempt, tale.tasks["a0"]) == (2, "RUNNING")
    tale.ends("a0", code=137)
    assert tale.causes[0] == "Killed"
    tale.passes(600)
    assert (tale.state, tale.run.attempt.index, tale.run.platform_retries) == ("FAILED", 0, 0)


def test_in_a_gang_no_task_is_run_again_alone() -> None:
    tale = Tale({"a": role(2, taskRetryCount=3)}, retries=1)
    tale.ends("a0", code=1)
    assert (tale.counts, [task.attempt for task in tale.run.tasks]) == ((1, 1, 0), [0, 0])


def test_with_minus_1_every_failure_is_followed_by_another_attempt_and_a_crash_loop_slows_down() -> None:
    tale = Tale({"a": role(taskRetryCount=-1)}, gangAllocation=False)
    pauses = []
    for _ in range(6):
        begun = tale.world.now
        tale.ends("a0", code=1)
        while tale.tasks["a0"] == "QUEUED":
            tale.passes(0.5)
        pauses.append(round((tale.world.now - begun) / 1000))
    assert pauses == [1, 2, 4, 8, 16, 32]
    tale.passes(3600)
    tale.ends("a0", code=1)
    assert tale.tasks["a0"] == "RUNNING", "one that ran for long is followed at once"
    tale.ends("a0")
    assert tale.state == "SUCCEEDED"


def test_with_minus_2_a_success_is_followed_by_another_attempt_too() -> None:
    tale = Tale({"a": role(taskRetryCount=-2)}, gangAllocation=False)
    tale.ends("a0")
    tale.passes(1)
    assert (tale.state, tale.tasks["a0"], tale.task("a0").attempt) == ("RUNNING", "RUNNING", 1)
    tale.world.request_stop(tale.id)
    tale.goes_on()
    assert tale.state == "STOPPED"


@pytest.mark.parametrize("count", [-2, -1, 3])
def test_what_would_fail_again_is_not_tried_again_whatever_the_count(count: int) -> None:
    tale = Tale({"a": role(taskRetryCount=count)}, gangAllocation=False)
    tale.ends("a0", code=137, oom=True)
    assert (tale.state, tale.causes) == ("FAILED", ["OutOfMemory"])


def test_a_task_that_is_to_run_again_does_not_count_as_failed() -> None:
    tale = Tale({"a": role(3, failed=2, taskRetryCount=1)}, gangAllocation=False)
    tale.ends("a0", "a1", "a2", code=1)
    assert tale.tasks == {"a0": "RUNNING", "a1": "RUNNING", "a2": "RUNNING"}
    tale.ends("a0", code=1)
    assert tale.state == "RUNNING"
    tale.ends("a1", code=1)
    assert tale.state == "FAILED"


def test_a_stop_ends_a_task_that_waits_for_its_next_attempt() -> None:
    tale = Tale({"a": role()}, gangAllocation=False)
    tale.loses("a0")
    assert tale.tasks["a0"] == "QUEUED"
    tale.world.request_stop(tale.id)
    tale.goes_on()
    assert (tale.state, tale.causes) == ("STOPPED", ["StopRequested"])


def test_k_an_image_that_does_not_exist_fails_the_job_and_is_never_retried() -> None:
    tale = Tale({"a": role(2), "b": role()}, retries=5)
    uid = _restarted_without_image(tale)
    assert (tale.state, tale.counts) == ("FAILED", (0, 0, 0))
    assert (tale.run.attempt.outcome or None) is not None
    assert next(task for task in tale.run.tasks if task.uid == uid).diagnosis is not None
    assert exit_code(tale.run.attempt) == 254


def _restarted_without_image(tale: Tale) -> str:
    """The job as it would be if the image of b had not been there at its start."""
    uid = tale.task("b0").uid
    del tale.world.containers[uid]
    tasks = tuple(
        replace(task, state=TaskState.PREPARING, launched_at=None) if task.uid == uid else task
        for task in tale.run.tasks
    )
    tale.world.stored[tale.id] = replace(tale.run, tasks=tasks)
    tale.world.troubles[uid] = Trouble(
        Problem("ImageNotFound", {"image": "x"}), 1, tale.world.now, permanent=True
    )
    tale.goes_on()
    return uid


def test_l_a_gang_with_room_for_two_of_three_waits_as_a_whole_and_holds_nothing() -> None:
    tale = Tale({"a": role(3)}, cores=2)
    tale.passes(3600)
    assert (tale.state, set(tale.tasks.values())) == ("QUEUED", {"QUEUED"})
    assert tale.world.containers == {}


def test_l_tasks_that_need_not_start_together_start_as_room_comes() -> None:
    tale = Tale({"a": role(3)}, cores=2, gangAllocation=False)
    assert tale.tasks == {"a0": "RUNNING", "a1": "RUNNING", "a2": "QUEUED"}
    assert tale.state == "RUNNING"
    addresses = [task.address for task in tale.run.tasks]
    assert len(set(addresses)) == 3, "the address of one that waits is known to the others"
    tale.ends("a0")
    assert tale.tasks == {"a0": "SUCCEEDED", "a1": "RUNNING", "a2": "RUNNING"}
    assert [task.address for task in tale.run.tasks] == addresses
    tale.ends("a1", "a2")
    assert tale.state == "SUCCEEDED"


def test_m_a_stop_during_the_pause_before_a_retry_stops_at_once() -> None:
    tale = Tale({"a": role()})
    tale.ends("a0", code=137)
    assert tale.state == "RETRYING"
    tale.world.request_stop(tale.id)
    tale.goes_on()
    assert (tale.state, tale.run.attempt.index) == ("STOPPED", 1)


def test_a_job_that_is_run_again_after_a_stop_has_its_budgets_whole() -> None:
    tale = Tale({"a": role()}, retries=1)
    tale.ends("a0", code=1)
    tale.world.request_stop(tale.id)
    tale.goes_on()
    assert (tale.state, tale.counts) == ("STOPPED", (1, 1, 0))
    tale.world.run_again(tale.id)
    tale.goes_on()
    assert (tale.state, tale.counts, tale.run.first_attempt) == ("RUNNING", (2, 0, 0), 2)
    tale.ends("a0", code=1)
    assert (tale.state, tale.counts, tale.run.first_attempt) == ("RUNNING", (3, 1, 0), 2)


# A hundred tasks of which three fail, under each policy


@pytest.mark.parametrize("gang", [True, False])
@pytest.mark.parametrize(
    ("failed", "succeeded", "state", "ended"),
    [
        (None, None, "FAILED", 1),
        (3, None, "FAILED", 3),
        (4, None, "SUCCEEDED", 100),  # 97 successes reach no threshold, but all have ended
        (-1, None, "SUCCEEDED", 100),
        (-1, 97, "SUCCEEDED", 100),
        (-1, 10, "SUCCEEDED", 13),
        (4, -1, "SUCCEEDED", 100),
    ],
)
def test_of_a_hundred_tasks_three_fail(
    gang: bool,
    failed: int | None,
    succeeded: int | None,
    state: str,
    ended: int,
) -> None:
    tale = Tale({"a": role(100, failed, succeeded)}, cores=100, gangAllocation=gang)
    uids = [task.uid for task in tale.run.tasks]
    assert set(tale.tasks.values()) == {"RUNNING"}
    for number, uid in enumerate(uids):
        if tale.state != "RUNNING":
            break
        tale.world.now += 1
        tale.world.end(uid, 1 if number < 3 else 0)
        tale.goes_on()
    states = list(tale.tasks.values())
    assert tale.state == state
    assert len([each for each in states if each != "STOPPED"]) == ended
    assert states.count("FAILED") == min(3, ended)


def test_of_a_hundred_tasks_three_fail_once_and_all_succeed_with_a_retry_of_each() -> None:
    tale = Tale({"a": role(100, taskRetryCount=1)}, cores=10, gangAllocation=False)
    bad = {task.uid for task in tale.run.tasks if task.index in (5, 50, 95)}
    while tale.state == "RUNNING":
        running = [act.uid for act in tale.run.tasks if act.state == TaskState.RUNNING]
        assert len(running) <= 10, "no more than there is room for"
        for uid in running:
            tale.world.now += 1
            tale.world.end(uid, 1 if uid in bad else 0)
        tale.goes_on()
    assert tale.state == "SUCCEEDED"
    assert sum(task.attempt for task in tale.run.tasks) == 3


def test_a_start_that_was_asked_for_is_not_asked_for_again_for_the_attempt_before() -> None:
    tale = Tale({"a": role(taskRetryCount=1)}, gangAllocation=False)
    first = tale.task("a0").uid
    tale.ends("a0", code=1)
    tale.world.inflight = [StartTask(tale.id, first)]
    tale.world.perform(StartTask(tale.id, first))
    assert first not in tale.world.containers


def test_the_tasks_of_an_attempt_are_those_of_the_job_file() -> None:
    job = job_of({"a": role(2), "b": role()})
    tasks = first_tasks(job.task_roles, 0, iter("xyz").__next__)
    assert [(task.role, task.index, task.state) for task in tasks] == [
        ("a", 0, TaskState.QUEUED), ("a", 1, TaskState.QUEUED), ("b", 0, TaskState.QUEUED),
    ]  # fmt: skip
