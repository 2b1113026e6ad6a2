"""Situations, and what the controller makes of them: what changes, and what is to be done."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from openpai.backends.contract import ObservedTask, Phase
from openpai.controller.acts import Act, RemoveNetwork, RemoveTask, StartTask, StopTask
from openpai.controller.planner import Planner
from openpai.controller.reconcile import Decision, reconcile
from openpai.controller.situation import START_TRIES, Trouble
from openpai.errors import Problem
from openpai.lifecycle.records import Diagnosis, JobAttempt, JobRun, Network, Outcome
from openpai.lifecycle.states import JobState, TaskState
from openpai.protocol.job import Job
from tests.builders import NOW, a_job, a_run, a_situation, ids, role, seen

LATER = NOW + 2000
KILL_AT = LATER + 30_000


class Story:
    """One job, stepped through one situation after another."""

    def __init__(self, job: Job | None = None, **more: Any) -> None:
        self.job = job or a_job()
        self.run: JobRun = a_run(self.job, **more)
        self.new_id = ids("next-")
        self.planner = Planner()
        self.decision: Decision | None = None

    def step(self, *tasks: ObservedTask, **more: Any) -> Sequence[Act]:
        """Decide, keep what was decided, and answer the acts."""
        situation = a_situation(*tasks, **more)
        self.decision = reconcile([(self.run, self.job)], situation, self.new_id, self.planner)
        (self.run,) = self.decision.runs
        return self.decision.acts

    @property
    def states(self) -> tuple[str, ...]:
        return self.run.state, *(task.state for task in self.run.tasks)

    @property
    def told(self) -> list[str]:
        assert self.decision is not None
        return [event.code for _, events in self.decision.changed for event in events]

    @property
    def uids(self) -> list[str]:
        return [task.uid for task in self.run.tasks]


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def pair() -> Story:
    """Two tasks of a gang, both running."""
    story = Story(a_job(main=role(2)))
    story.step()
    story.step(*map(seen, story.uids))
    assert story.states == ("RUNNING", "RUNNING", "RUNNING")
    return story


def test_a_job_walks_from_queue_to_end(story: Story) -> None:
    (uid,) = story.uids
    assert story.step() == [StartTask(story.run.id, uid)]
    assert story.states == ("PREPARING", "PREPARING")
    assert story.told == ["JobPlaced", "TaskPlaced", "JobHasCells"]
    assert story.run.tasks[0].address == "10.210.0.2"

    assert story.step(seen(uid)) == []
    assert (story.states, story.told) == (("RUNNING", "RUNNING"), ["TaskRunning"])
    assert story.run.launched_at == story.run.attempt.launched_at == NOW + 10

    assert story.step(seen(uid, code=0)) == [RemoveTask(uid)]
    assert (story.states, story.told) == (("SUCCEEDED", "SUCCEEDED"), ["TaskSucceeded", "JobSucceeded"])
    assert story.run.completed_at == NOW + 1000


def test_a_gang_gets_a_network_of_its_own_and_an_address_for_each() -> None:
    story = Story(a_job(main=role(2)))
    story.step()
    assert story.run.attempt.network == Network("job-0-0-10.210.16.0-28", "10.210.16.0/28", shared=False)
    assert [task.address for task in story.run.tasks] == ["10.210.16.2", "10.210.16.3"]


def test_a_subnet_is_not_given_again_while_its_network_is_there() -> None:
    story = Story(a_job(main=role(2)))
    acts = story.step(networks=["another-0-10.210.16.0-28", "somebody's"])
    assert story.run.attempt.network is not None
    assert story.run.attempt.network.subnet == "10.210.16.16/28"
    assert acts[2:] == [RemoveNetwork("another-0-10.210.16.0-28"), RemoveNetwork("somebody's")]


def test_a_job_without_room_waits_and_says_for_what() -> None:
    story = Story(a_job(main=role(resources={"cpu": 16})))
    assert story.step(nodes=()) == []
    assert story.states == ("QUEUED", "QUEUED")
    assert story.decision is not None
    assert [reason.code for reason in story.decision.waits.values()] == ["WaitsForSku"]


def test_a_task_that_was_made_and_not_started_is_started_again(story: Story) -> None:
    story.step()
    assert story.step(seen(story.uids[0], Phase.CREATED)) == [StartTask(story.run.id, story.uids[0])]


@pytest.mark.parametrize("there", [True, False])
def test_a_start_in_trouble_waits_its_time_and_fails_when_tried_often_enough(
    story: Story, there: bool
) -> None:
    story.step()
    (uid,) = story.uids
    found = [seen(uid, Phase.CREATED)] if there else []
    problem = Problem("RegistryUnreachable", {"image": "x"})

    once = {uid: Trouble(problem, 1, LATER, permanent=False)}
    assert story.step(*found, troubles=once) == []
    assert story.decision is not None
    assert story.decision.again_at == LATER + 1000
    assert story.step(*found, troubles=once, now=LATER + 1000) == [StartTask(story.run.id, uid)]
    assert story.decision.again_at is None, "it is under way: no reason to look again at once"

    story.step(*found, troubles={uid: Trouble(problem, START_TRIES, LATER, permanent=False)})
    assert story.states == ("FAILED", "FAILED")
    assert story.run.attempt.outcome is not None
    assert story.run.attempt.outcome.diagnosis == Diagnosis("RegistryUnreachable", {"image": "x"})


def test_a_stop_ends_at_once_what_waits_or_was_never_started(story: Story) -> None:
    story.run = replace(story.run, stop_requested=True)
    assert story.step() == []
    assert (story.states, story.told) == (
        ("STOPPED", "STOPPED"),
        ["JobStopping", "TaskStopped", "JobStopped"],
    )

    prepared = Story()
    prepared.step()
    prepared.run = replace(prepared.run, stop_requested=True)
    prepared.step()
    assert prepared.states == ("STOPPED", "STOPPED")


def test_a_stop_while_a_start_is_under_way_breaks_it_off_first(story: Story) -> None:
    story.step()
    story.run = replace(story.run, stop_requested=True)
    (uid,) = story.uids
    assert story.step(starting={uid}) == [StopTask(uid, KILL_AT)]
    assert story.states == ("STOPPING", "STOPPING")
    assert story.step() == []
    assert story.states == ("STOPPED", "STOPPED")


def test_a_stop_of_what_runs_gives_it_its_grace_and_waits_for_its_log(pair: Story) -> None:
    pair.run = replace(pair.run, stop_requested=True)
    assert pair.step(*map(seen, pair.uids)) == [StopTask(uid, KILL_AT) for uid in pair.uids]
    gone = [seen(uid, code=143) for uid in pair.uids]
    assert pair.step(*gone, captured=frozenset()) == []
    assert pair.states == ("STOPPING", "STOPPING", "STOPPING")
    pair.step(*gone)
    assert pair.states == ("STOPPED", "STOPPED", "STOPPED")
    assert pair.run.attempt.outcome == Outcome(JobState.STOPPED, Diagnosis("StopRequested"))


def test_a_container_that_is_gone_is_lost_and_the_job_runs_again(pair: Story) -> None:
    left, right = pair.uids
    assert pair.step(seen(left)) == [StopTask(left, KILL_AT)]
    assert pair.run.tasks[1].diagnosis == Diagnosis("ContainerLost")
    pair.step(seen(left, code=143))
    assert pair.states == ("RETRYING", "STOPPED", "FAILED")
    assert (pair.run.platform_retries, pair.run.retry_at) == (1, LATER + 1000)
    assert pair.run.attempt.completed_at is not None, "its end is kept before the next begins"

    pair.step()
    assert pair.states[0] == "RETRYING", "its time has not come"
    pair.step(now=LATER + 1000)
    assert pair.states == ("PREPARING", "PREPARING", "PREPARING")
    assert pair.run.attempt.index == 1
    assert not set(pair.uids) & {left, right}


def test_while_the_next_attempt_waits_others_may_have_the_network_of_the_last(pair: Story) -> None:
    left, _ = pair.uids
    assert pair.run.attempt.network is not None
    name = pair.run.attempt.network.name
    pair.step(seen(left), networks=[name])
    acts = pair.step(seen(left, code=143), networks=[name])
    assert pair.states[0] == "RETRYING"
    assert RemoveNetwork(name) in acts
    assert pair.run.attempt.network is None


def test_a_stop_while_the_next_attempt_waits_ends_the_job_and_keeps_why_the_last_one_failed(
    story: Story,
) -> None:
    story.step()
    story.step(seen(story.uids[0]))
    story.step()
    assert story.states[0] == "RETRYING"
    story.run = replace(story.run, stop_requested=True)
    story.step()
    assert story.states == ("STOPPED", "STOPPED")
    assert story.run.attempt == JobAttempt(
        1, LATER, completed_at=LATER, outcome=Outcome(JobState.STOPPED, Diagnosis("StopRequested"))
    )


def test_what_the_user_asked_to_retry_is_retried_at_once_and_so_often() -> None:
    story = Story(a_job(retries=1))
    for attempt in (0, 1):
        story.step()
        assert story.run.attempt.index == attempt
        story.step(seen(story.uids[0], code=1))
    assert story.states == ("FAILED", "FAILED")
    assert (story.run.user_retries, story.run.platform_retries) == (1, 0)


def test_the_first_to_fail_is_the_cause_even_if_its_log_is_copied_last(pair: Story) -> None:
    first, second = pair.uids
    both = [seen(first, code=7, at=NOW + 500), seen(second, code=1, at=NOW + 600)]
    assert pair.step(*both, captured={second}) == [RemoveTask(second)]
    assert pair.run.attempt.outcome is None
    pair.step(*both)
    assert pair.run.attempt.outcome is not None
    assert pair.run.attempt.outcome.diagnosis.params == {"exit_code": 7}


def test_a_decided_attempt_ends_its_other_tasks(pair: Story) -> None:
    left, right = pair.uids
    assert pair.step(seen(left, code=1), seen(right)) == [RemoveTask(left), StopTask(right, KILL_AT)]
    pair.step(seen(right, code=0))
    assert pair.states == ("FAILED", "FAILED", "STOPPED")
    assert pair.run.tasks[1].diagnosis == Diagnosis("AttemptCompleted")


def test_what_nobody_knows_is_removed_and_what_cannot_be_read_is_left_alone(story: Story) -> None:
    network = Network("theirs", "10.210.16.0/28", shared=False)
    unreadable = a_run(name="sealed", state=JobState.RUNNING, attempt=JobAttempt(0, NOW, network=network))
    sealed = unreadable.tasks[0].uid
    situation = {"unreadable": [unreadable], "networks": ["theirs", "left"], "nodes": ()}
    assert story.step(seen("stranger"), seen(sealed), **situation) == [
        RemoveTask("stranger"),
        RemoveNetwork("left"),
    ]


def test_who_gets_no_subnet_keeps_nobody_else_waiting() -> None:
    large = a_job(name="large", main=role(2, resources={"cpu": 8}))
    small = a_job(name="small", main=role(resources={"cpu": 8}))
    runs = [(a_run(large, name="large"), large), (a_run(small, name="small"), small)]
    situation = a_situation()
    tiny = replace(situation, policy=replace(situation.policy, network_pool="10.0.0.0/28"))
    decision = reconcile(runs, tiny, ids(), Planner())
    assert [run.state for run in decision.runs] == [JobState.QUEUED, JobState.PREPARING]
    assert decision.waits["large-0"].code == "NetworkPoolExhausted"


def test_deciding_again_with_nothing_new_changes_nothing(pair: Story) -> None:
    for tasks in ([], [seen(pair.uids[0])], [seen(uid, code=0) for uid in pair.uids]):
        again = Story(pair.job)
        again.run = pair.run
        first = again.step(*tasks)
        before = again.run
        if before.state == JobState.RUNNING or before.state == JobState.STOPPING:
            assert again.step(*tasks) == first
            assert again.run == before
            assert again.told == []


def test_a_running_container_that_tells_no_start_time_is_told_of_once(story: Story) -> None:
    story.step()
    odd = replace(seen(story.uids[0]), started_at=None)
    story.step(odd)
    assert story.run.tasks[0].launched_at == LATER
    story.step(odd, now=LATER + 1)
    assert story.told == []


def test_what_ended_and_vanished_before_its_log_was_whole_is_lost_and_not_run_once_more(story: Story) -> None:
    story.step()
    assert story.step(seen(story.uids[0], code=0), captured=frozenset()) == []
    assert story.states == ("RUNNING", "RUNNING")
    story.step()
    assert story.run.tasks[0].diagnosis == Diagnosis("ContainerLost")


def test_an_end_by_the_engines_restart_is_the_platforms(story: Story) -> None:
    story.step()
    story.step(seen(story.uids[0], code=137), engine_started_at=NOW + 5000)
    assert story.states == ("RETRYING", "FAILED")
    assert story.run.tasks[0].state == TaskState.FAILED
    assert story.run.platform_retries == 1


def test_a_start_is_tried_for_about_two_minutes() -> None:
    troubles = [Trouble(Problem("RegistryUnreachable"), tries, 0, False) for tries in range(1, START_TRIES)]
    assert sum(trouble.again_at for trouble in troubles) == 127_000  # what START_TRIES says
