"""Jobs that are run again, deleted or being stopped, and what is told of attempts that came before."""

from dataclasses import replace

import httpx2
import pytest

from openpai.lifecycle.exits import Exit
from openpai.lifecycle.records import JobAttempt, Pulled
from openpai.lifecycle.states import JobState, TaskState
from tests.server.house import T0, House, client, failure

JOB = "/api/v2/jobs/alice~train"


async def test_a_job_that_ended_is_run_again_as_a_new_attempt(house: House, api: httpx2.AsyncClient) -> None:
    old = await house.ended(await house.running(), code=3)
    await house.services.jobs.request_stop(old.id)
    woken = house.controller.woken
    reply = await api.put(f"{JOB}/executionType", json={"value": "START"})
    assert (reply.status_code, reply.json()["message"]) == (202, "Job alice~train is started.")
    assert house.controller.woken > woken

    now = (await api.get(JOB)).json()["jobStatus"]
    assert (now["state"], now["attemptId"], now["retries"], now["executionType"]) == (
        "WAITING",
        1,
        0,
        "START",
    )
    assert (now["launchedTime"], now["completedTime"], now["appExitCode"]) == (None, None, None)
    assert now["firstFailure"] is None, "what failed before a person had it run again is past"
    before = (await api.get(f"{JOB}/attempts/0")).json()["jobStatus"]
    assert (before["attemptState"], before["appExitCode"]) == ("FAILED", 3)
    (run,) = await house.services.jobs.live()
    assert [task.uid for task in run.tasks] != [task.uid for task in old.tasks]
    assert (await api.get(f"{JOB}/events")).json()["data"][0][
        "message"
    ] == "alice had the job run again, as attempt 1."


async def test_a_job_that_was_run_again_waits_behind_those_that_came_meanwhile(
    house: House, api: httpx2.AsyncClient
) -> None:
    await house.ended(await house.running())
    await house.submitted("later")
    await api.put(f"{JOB}/executionType", json={"value": "START"})
    assert [run.name for run in await house.services.jobs.live()] == ["later", "train"]


async def test_starting_twice_makes_one_attempt(house: House, api: httpx2.AsyncClient) -> None:
    await house.ended(await house.running())
    for said in ("is started", "nothing had to be done"):
        reply = await api.put(f"{JOB}/executionType", json={"value": "START"})
        assert reply.status_code == 202
        assert said in reply.json()["message"]
    assert (await house.run("alice~train")).attempt.index == 1


async def test_a_stop_cannot_be_taken_back_while_it_lasts(house: House, api: httpx2.AsyncClient) -> None:
    run = await house.running()
    await house.services.jobs.request_stop(run.id)
    reply = await api.put(f"{JOB}/executionType", json={"value": "START"})
    assert (reply.status_code, reply.json()["problems"][0]["code"]) == (409, "JobStillStops")


async def test_a_deleted_job_is_gone_with_its_history_and_logs_and_its_name_is_free(
    house: House, api: httpx2.AsyncClient
) -> None:
    run = await house.running()
    house.write(run, b"words")
    await house.ended(run)
    reply = await api.delete(JOB)
    assert reply.status_code == 200
    assert "Its name is free" in reply.json()["message"]
    for path in ("", "/attempts/0", "/events", "/config"):
        assert (await api.get(JOB + path)).status_code == 404
    assert not house.log(run).exists()
    assert await house.services.jobs.events(run.id) == []
    assert await house.services.jobs.attempt(run.id, 0) is None
    assert (await house.submitted()).id != run.id
    assert (await api.delete("/api/v2/jobs/alice~none")).status_code == 404


@pytest.mark.parametrize("stopping", [False, True])
async def test_a_job_that_has_not_ended_is_not_deleted(
    house: House, api: httpx2.AsyncClient, stopping: bool
) -> None:
    run = await house.running()
    house.write(run, b"words")
    if stopping:
        await house.services.jobs.request_stop(run.id)
    reply = await api.delete(JOB)
    assert (reply.status_code, reply.json()["problems"][0]["code"]) == (409, "JobNotEnded")
    assert ("STOPPING" if stopping else "RUNNING") in reply.json()["message"]
    assert house.log(run).exists()


@pytest.mark.parametrize(("user", "status"), [("bob", 403), ("root", 200)])
async def test_only_its_owner_or_an_admin_deletes_a_job_or_has_it_run_again(
    house: House, user: str, status: int
) -> None:
    await house.ended(await house.running())
    async with client(house, user) as asking:
        started = await asking.put(f"{JOB}/executionType", json={"value": "START"})
        assert started.status_code == (202 if status == 200 else status)
        await house.ended(await house.run("alice~train"))
        assert (await asking.delete(JOB)).status_code == status


async def test_a_stop_tells_since_when_and_until_when(house: House, api: httpx2.AsyncClient) -> None:
    run = await house.running()
    await house.services.jobs.request_stop(run.id)
    tasks = [
        replace(t, state=TaskState.STOPPING, stopping_at=T0 + 50, kill_at=T0 + 30_050) for t in run.tasks
    ]
    ended = replace(tasks[0], state=TaskState.STOPPED, completed_at=T0 + 60, kill_at=T0 + 90_000)
    await house.step(run, tasks=(ended, *tasks[1:]), state=JobState.STOPPING)
    detail = (await api.get(JOB)).json()
    status = detail["jobStatus"]
    assert (status["state"], status["stoppingTime"], status["killTime"]) == ("STOPPING", T0 + 50, T0 + 30_050)
    (task,) = detail["taskRoles"]["ps"]["taskStatuses"]
    assert (task["taskState"], task["stoppingTime"], task["killTime"]) == ("STOPPING", T0 + 50, T0 + 30_050)


async def test_an_attempt_tells_how_long_it_waited_pulled_started_and_ran(
    house: House, api: httpx2.AsyncClient
) -> None:
    run = await house.running()
    ran = replace(
        run.tasks[0],
        state=TaskState.STOPPED,
        created_at=T0,
        placed_at=T0 + 5,
        pulled=Pulled(100, 1_000_000),
        launched_at=T0 + 135,
        completed_at=T0 + 1135,
    )
    never = replace(run.tasks[1], placed_at=None, node=None, launched_at=None, state=TaskState.QUEUED)
    await house.step(run, tasks=(ran, never, *run.tasks[2:]))
    roles = (await api.get(JOB)).json()["taskRoles"]
    took = [
        tuple(task[key] for key in ("placedTime", "waitedMs", "pulledMs", "startedMs", "ranMs"))
        for task in roles["taskmain"]["taskStatuses"]
    ]
    assert took == [(T0 + 5, 5, 100, 30, 1000), (None, None, None, None, None)]
    assert roles["taskmain"]["taskStatuses"][1]["containerIp"] is None, "it has no container"


async def test_the_first_failure_stays_on_top_through_retries_of_the_job(
    house: House, api: httpx2.AsyncClient
) -> None:
    first = await house.ended(await house.running(), code=3)
    again = JobAttempt(1, T0 + 20)
    tasks = tuple(
        replace(
            task, uid=f"{task.uid[:-1]}x", state=TaskState.FAILED, exit=Exit(4, T0 + 30), diagnosis=failure(4)
        )
        for task in first.tasks
    )
    await house.step(first, attempt=again, tasks=tasks, user_retries=1)
    told = (await api.get(JOB)).json()["jobStatus"]["firstFailure"]
    assert (told["attemptId"], told["taskAttemptId"], told["containerExitCode"]) == (0, 0, 3)
    assert told["diagnosis"]["evidence"][-1] == "ValueError: 7"


async def test_the_attempts_of_a_task_that_was_run_again_are_all_there(
    house: House, api: httpx2.AsyncClient
) -> None:
    run = await house.running()
    (main, *others) = run.tasks
    failed = replace(
        main, state=TaskState.FAILED, exit=Exit(3, T0 + 9), diagnosis=failure(3), completed_at=T0 + 9
    )
    run = await house.step(run, tasks=(failed, *others))
    second = replace(main, uid="second", attempt=1, created_at=T0 + 10, platform_retries=1)
    await house.step(run, tasks=(second, *others))
    detail = (await api.get(JOB)).json()
    (task, _) = detail["taskRoles"]["taskmain"]["taskStatuses"]
    assert (task["taskUid"], task["attemptId"], task["retries"], task["accountableRetries"]) == (
        "second",
        1,
        1,
        0,
    )
    assert task["createdTime"] == main.created_at
    assert detail["jobStatus"]["firstFailure"]["taskAttemptId"] == 0
    history = (await api.get(f"{JOB}/attempts/0/taskRoles/taskmain/taskIndex/0/attempts")).json()
    assert [each["attemptId"] for each in history["attempts"]] == [1, 0]
    assert history["attempts"][1]["containerExitCode"] == 3
