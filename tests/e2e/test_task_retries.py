"""What others do to a job's containers by hand, and tasks that are run again alone, on a real engine."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from openpai.client import Client, TaskAttempt
from openpai.client.replies import JobDetail
from tests.e2e import engine
from tests.e2e.jobs import (
    attempt,
    cause,
    end_of,
    ended,
    in_state,
    job,
    output,
    reached,
    role,
    run,
    task,
    wrote,
)
from tests.e2e.server import Server

_ONCE = "echo attempt $PAI_JOB_ATTEMPT.$PAI_TASK_ATTEMPT; test $PAI_JOB_ATTEMPT$PAI_TASK_ATTEMPT != 00 || sleep 600"
"""Runs on in the first attempt, and ends well in the next."""


@pytest.fixture(autouse=True)
async def _nothing_goes_on(pai: Client) -> AsyncIterator[None]:
    """What a test left behind keeps none of the next ones waiting."""
    yield
    names = [item["name"] for item in (await pai.jobs(state="WAITING,RUNNING,STOPPING"))["data"]]
    async with ended(pai, *names):
        pass


def container(detail: JobDetail, name: str) -> str:
    """The engine's id of the container of a role's first task."""
    (found,) = engine.docker(
        "ps", "-q", "--no-trunc", "--filter", f"name={task(detail, name)['taskUid']}"
    ).split()
    return found


async def both_run(pai: Client, name: str, *roles: str) -> JobDetail:
    return await reached(
        pai, name, lambda detail: all(task(detail, each)["taskState"] == "RUNNING" for each in roles)
    )


@pytest.mark.parametrize("words", [("kill",), ("rm", "-f")], ids=["killed", "removed"])
async def test_a_gang_of_which_one_container_is_killed_or_removed_by_hand_is_run_again_as_a_whole(
    pai: Client, words: tuple[str, ...]
) -> None:
    roles = {"a": role(_ONCE), "b": role(_ONCE)}
    name = (await pai.submit(job(taskRoles=roles)))["name"]
    detail = await both_run(pai, name, "a", "b")
    engine.docker(*words, container(detail, "a"))
    detail = await end_of(pai, name)
    status = detail["jobStatus"]
    assert (status["state"], status["retries"]) == ("SUCCEEDED", 1)
    failure = status.get("firstFailure")
    assert failure is not None
    assert (failure["attemptId"], failure["taskRoleName"]) == (0, "a")
    assert failure["diagnosis"] is not None
    assert failure["diagnosis"]["code"] in ("Killed", "ContainerLost")  # one that is removed is killed first
    assert await output(pai, detail, role="b", job_attempt=1) == b"attempt 1.0\n"


@pytest.mark.parametrize("words", [("kill",), ("rm", "-f")], ids=["killed", "removed"])
async def test_of_tasks_that_are_no_gang_only_the_one_that_was_killed_or_removed_is_run_again(
    pai: Client, words: tuple[str, ...]
) -> None:
    roles = {
        "a": role(_ONCE, completion={"minSucceededInstances": -1}),
        "b": role("until test -e /tmp/go; do sleep 0.1; done"),
    }
    text = job(taskRoles=roles, extras={"gangAllocation": False})
    name = (await pai.submit(text))["name"]
    detail = await both_run(pai, name, "a", "b")
    other = container(detail, "b")
    engine.docker(*words, container(detail, "a"))
    detail = await reached(pai, name, lambda now: task(now, "a")["taskState"] == "SUCCEEDED")
    assert (task(detail, "a").get("attemptId"), task(detail, "a").get("retries")) == (1, 1)
    assert detail["jobStatus"]["retries"] == 0
    assert container(detail, "b") == other, "the other was left alone"
    engine.docker("exec", other, "touch", "/tmp/go")
    detail = await end_of(pai, name)
    assert (detail["jobStatus"]["state"], task(detail, "b").get("attemptId")) == ("SUCCEEDED", 0)


async def test_tasks_find_each_other_again_where_they_were_after_the_network_was_removed_by_hand(
    server: Server, pai: Client
) -> None:
    ask = "timeout 3 wget -q -O - http://$PAI_HOST_IP_b_0:8080/f"
    visit = f"(for i in $(seq 50); do {ask} && exit 0; sleep 0.2; done; exit 1)"
    roles = {
        "a": role("test $PAI_TASK_ATTEMPT = 1 || sleep 600", visit),
        "b": role("mkdir -p /tmp/w; echo hello > /tmp/w/f; httpd -f -p 8080 -h /tmp/w"),
    }
    text = job(taskRoles=roles, extras={"gangAllocation": False})
    name = (await pai.submit(text))["name"]
    detail = await both_run(pai, name, "a", "b")
    address = task(detail, "a").get("containerIp")
    (network,) = [each for each in engine.networks(server.instance) if not each.endswith("-shared")]
    for each in ("a", "b"):
        engine.docker("network", "disconnect", "-f", network, container(detail, each))
    engine.docker("network", "rm", network)
    await asyncio.sleep(0.5)
    assert (await pai.job(name))["jobStatus"]["state"] == "RUNNING", "nobody ends a task for that"
    engine.docker("kill", container(detail, "b"))
    detail = await reached(
        pai,
        name,
        lambda now: (task(now, "b").get("attemptId"), task(now, "b")["taskState"]) == (1, "RUNNING"),
    )
    engine.docker("kill", container(detail, "a"))
    detail = await end_of(pai, name)
    assert detail["jobStatus"]["state"] == "SUCCEEDED"
    assert task(detail, "a").get("containerIp") == address


async def test_a_task_that_fails_is_run_again_as_often_as_its_count_says(pai: Client) -> None:
    text = job(
        taskRoles={"main": role("echo try $PAI_TASK_ATTEMPT; test $PAI_TASK_ATTEMPT = 2", taskRetryCount=2)},
        extras={"gangAllocation": False},
    )
    detail = await run(pai, text)
    assert detail["jobStatus"]["state"] == "SUCCEEDED"
    assert (task(detail).get("attemptId"), detail["jobStatus"]["retries"]) == (2, 0)
    failure = detail["jobStatus"].get("firstFailure")
    assert failure is not None
    assert (failure["taskAttemptId"], failure["containerExitCode"]) == (0, 1)
    for number in (0, 1):
        assert b"".join([piece async for piece in pai.log(_of(detail, number))]) == b"try %d\n" % number
    reasons = [event["reason"] for event in (await pai.events(detail["name"]))["data"]]
    assert reasons.count("TaskRetrying") == 2
    assert reasons.count("TaskPlaced") == reasons.count("TaskRunning") == 3


def _of(detail: JobDetail, number: int) -> TaskAttempt:
    return TaskAttempt(attempt(detail).job, 0, "main", 0, number)


async def test_more_tasks_than_there_is_room_for_run_as_room_comes(pai: Client) -> None:
    cpus = int(engine.docker("info", "--format", "{{.NCPU}}"))
    roles = {"main": role("echo $PAI_TASK_INDEX", cpu=cpus, instances=3)}
    detail = await run(pai, job(taskRoles=roles, extras={"gangAllocation": False}))
    assert detail["jobStatus"]["state"] == "SUCCEEDED"
    for index in range(3):
        assert await output(pai, detail, index=index) == b"%d\n" % index
        times = task(detail, index=index)
        assert all(times.get(each) is not None for each in ("waitedMs", "startedMs", "ranMs"))
    waits = sorted(task(detail, index=index).get("waitedMs") or 0 for index in range(3))
    assert waits[2] > waits[1] > waits[0]


async def test_a_job_has_as_long_to_end_as_it_asks_for_and_that_is_shown(server: Server, pai: Client) -> None:
    stubborn = "trap 'echo asked' TERM; echo up; while :; do sleep 0.1 || true; done"
    name = (await pai.submit(job(stubborn, extras={"stopGracePeriodSeconds": 4})))["name"]
    async with ended(pai, name):
        detail = await in_state(pai, name, "RUNNING")
        await wrote(pai, detail, b"up\n")
        begun = time.monotonic()
        await pai.stop(name)
        detail = await reached(pai, name, lambda now: task(now)["taskState"] == "STOPPING")
        status = detail["jobStatus"]
        since, until = status.get("stoppingTime"), status.get("killTime")
        assert since is not None
        assert until is not None
        assert (status["state"], until - since) == ("STOPPING", 4000)
        assert "being stopped since" in server.pai("show", name).stdout
        assert server.pai("delete", name).returncode != 0
        detail = await end_of(pai, name)
    assert 3.5 < time.monotonic() - begun < 9
    assert (cause(detail), task(detail).get("containerExitCode")) == ("StopRequested", 137)
    assert b"asked\n" in await output(pai, detail)


async def test_a_server_that_was_killed_during_a_stop_gives_no_more_time(server: Server, pai: Client) -> None:
    name = (await pai.submit(job("trap '' TERM; echo up; sleep 60", extras={"stopGracePeriodSeconds": 5})))[
        "name"
    ]
    detail = await in_state(pai, name, "RUNNING")
    await wrote(pai, detail, b"up\n")
    begun = time.monotonic()
    await pai.stop(name)
    await reached(pai, name, lambda now: task(now)["taskState"] == "STOPPING")
    await asyncio.sleep(3)
    server.kill()
    server.start()
    await end_of(pai, name)
    assert 4.5 < time.monotonic() - begun < 8


async def test_a_job_is_run_again_and_then_deleted_with_the_command_line(server: Server, pai: Client) -> None:
    text = job("echo attempt $PAI_JOB_ATTEMPT; test $PAI_JOB_ATTEMPT = 1")
    detail = await run(pai, text)
    name = detail["name"]
    assert detail["jobStatus"]["state"] == "FAILED"
    started = server.pai("start", name)
    assert (started.returncode, "is started" in started.stdout) == (0, True), started.stderr
    detail = await end_of(pai, name)
    assert (detail["jobStatus"]["state"], detail["jobStatus"].get("attemptId")) == ("SUCCEEDED", 1)
    assert detail["jobStatus"]["retries"] == 0
    assert await output(pai, detail, job_attempt=1) == b"attempt 1\n"
    assert await output(pai, detail, job_attempt=0) == b"attempt 0\n"
    uid = detail["debugId"]
    deleted = server.pai("delete", name)
    assert (deleted.returncode, "is deleted" in deleted.stdout) == (0, True), deleted.stderr
    assert not (server.data_dir / "logs" / uid).exists()
    assert server.pai("show", name).returncode == 2
    assert (await run(pai, text))["jobStatus"].get("attemptId") == 0, "the name is free"
