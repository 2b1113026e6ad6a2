"""`kill -9` of the server at every step of a job: after its next start all goes on as if nothing had been."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from openpai.client import Client
from openpai.client.replies import JobDetail
from tests.backends.images import BUSYBOX
from tests.e2e import engine
from tests.e2e.conftest import MakeServer
from tests.e2e.jobs import attempt, cause, end_of, in_state, job, output, role, task, wrote
from tests.e2e.server import Server
from tests.e2e.slow_registry import slow_registry
from tests.e2e.turnstile import turnstile
from tests.registry import running_registry

_COUNT = "for i in $(seq 1 80); do echo $i; sleep 0.1; done"
_COUNTED = b"".join(b"%d\n" % number for number in range(1, 81))


@pytest.fixture(scope="module")
def witness() -> Iterator[engine.Witness]:
    """Sees every start of a container during this module's tests."""
    with engine.Witness() as watching:
        yield watching


async def test_jobs_that_run_and_jobs_that_wait_go_on(
    make_server: MakeServer, witness: engine.Witness
) -> None:
    server = _started(make_server)
    async with server.client() as pai:
        running = await pai.submit(job(_COUNT, cpu=_cpus()))
        waiting = [(await pai.submit(job("echo mine", cpu=_cpus())))["name"] for _ in range(2)]
        detail = await in_state(pai, running["name"], "RUNNING")
        following = asyncio.create_task(_follow(pai, detail))
        for seen in (b"5\n", b"15\n"):
            await wrote(pai, detail, seen)
            for name in waiting:
                assert (await pai.job(name))["jobStatus"]["subState"] == "QUEUED"
            _kill_and_start(server)
        assert await following == _COUNTED, "one who follows the log sees nothing of it"
        detail = await end_of(pai, running["name"])
        _assert_as_if_nothing_had_been(server, witness, detail)
        assert await output(pai, detail) == _COUNTED
        for name in waiting:
            detail = await end_of(pai, name)
            _assert_as_if_nothing_had_been(server, witness, detail)
            assert await output(pai, detail) == b"mine\n"


async def test_what_was_written_and_how_it_ended_while_no_server_ran_is_not_lost(
    make_server: MakeServer, witness: engine.Witness
) -> None:
    server = _started(make_server)
    async with server.client() as pai:
        names = [
            (await pai.submit(job("echo begin; sleep 1.5; echo end", f"exit {code}")))["name"]
            for code in (0, 5)
        ]
        for name in names:
            await wrote(pai, await in_state(pai, name, "RUNNING"), b"begin\n")
        server.kill()
        await asyncio.sleep(2)
        server.start()
        for name, state, code in zip(names, ("SUCCEEDED", "FAILED"), (0, 5), strict=True):
            detail = await end_of(pai, name)
            assert (detail["jobStatus"]["state"], task(detail).get("containerExitCode")) == (state, code)
            assert await output(pai, detail) == b"begin\nend\n"
            assert witness.starts(server.instance).count(task(detail)["taskUid"]) == 1


async def test_a_job_whose_image_is_pulled_goes_on(
    make_server: MakeServer, witness: engine.Witness, tmp_path: Path
) -> None:
    with running_registry(tmp_path) as registry, slow_registry(registry.address) as gated:
        registry.push("a", "1", {"bin/sh": BUSYBOX.read_bytes(), "salt": secrets.token_bytes(1000)})
        image = f"{gated.address}/a:1"
        server = _started(make_server)
        async with server.client() as pai:
            submitted = await pai.submit(job("echo pulled", image=image))
            assert await asyncio.to_thread(gated.asked.wait, 20)
            detail = await in_state(pai, submitted["name"], "PREPARING")
            _kill_and_start(server)
            detail = await in_state(pai, submitted["name"], "PREPARING")
            gated.gate.set()
            detail = await end_of(pai, detail["name"])
            _assert_as_if_nothing_had_been(server, witness, detail)
            assert await output(pai, detail) == b"pulled\n"
        engine.remove_image(image)


_STEPS = {
    "before the network is made": ("POST .*/networks/create", False),
    "before the container is made": ("POST .*/containers/create", False),
    "when the container was made": ("POST .*/containers/create", True),
    "before the container is started": ("POST .*/start", False),
    "when the container was started": ("POST .*/start", True),
    "before the log is read": ("GET .*/logs", False),
    "before the container is removed": ("DELETE .*/containers", False),
    "when the container was removed": ("DELETE .*/containers", True),
    "before the network is removed": ("DELETE .*/networks", False),
}


@pytest.mark.parametrize("step", _STEPS)
async def test_a_job_goes_on_from_any_step(
    stack: ExitStack, make_server: MakeServer, witness: engine.Witness, step: str
) -> None:
    pattern, answered = _STEPS[step]
    held = stack.enter_context(turnstile(pattern, answered=answered))
    server = _started(make_server, docker_host=held.docker_host)
    async with server.client() as pai:
        submitted = await pai.submit(job("echo here", instances=2, completion={"minSucceededInstances": 2}))
        assert await asyncio.to_thread(held.held.wait, 30)
        server.kill()
        held.open()
        server.start()
        detail = await end_of(pai, submitted["name"])
        for index in (0, 1):
            _assert_as_if_nothing_had_been(server, witness, detail, index)
            assert await output(pai, detail, index=index) == b"here\n"


_FIVE = {
    "good": role("sleep 0.3; echo $PAI_TASK_INDEX", instances=3, completion={"minSucceededInstances": -1}),
    "shaky": role(
        "test $PAI_TASK_ATTEMPT = 1",
        instances=2,
        taskRetryCount=1,
        completion={"minSucceededInstances": -1},
    ),
}
"""Five tasks of which two fail at first."""


@pytest.mark.parametrize("step", _STEPS)
async def test_the_retries_of_five_tasks_are_counted_right_from_any_step(
    stack: ExitStack, make_server: MakeServer, witness: engine.Witness, step: str
) -> None:
    pattern, answered = _STEPS[step]
    held = stack.enter_context(turnstile(pattern, answered=answered))
    server = _started(make_server, docker_host=held.docker_host)
    async with server.client() as pai:
        submitted = await pai.submit(job(taskRoles=_FIVE, extras={"gangAllocation": False}))
        assert await asyncio.to_thread(held.held.wait, 60)
        server.kill()
        held.open()
        server.start()
        detail = await end_of(pai, submitted["name"])
    assert (detail["jobStatus"]["state"], detail["jobStatus"]["retries"]) == ("SUCCEEDED", 0)
    starts = witness.starts(server.instance)
    for index in range(3):
        of = task(detail, "good", index)
        assert (of["taskState"], of.get("retries"), starts.count(of["taskUid"] or "")) == ("SUCCEEDED", 0, 1)
    for index in range(2):
        of = task(detail, "shaky", index)
        assert (of["taskState"], of.get("retries"), starts.count(of["taskUid"] or "")) == ("SUCCEEDED", 1, 1)
    assert len(starts) == len(set(starts)) == 7, "five tasks, two of them twice"


async def test_five_tasks_that_run_go_on_while_their_job_is_decided_by_its_policy(
    make_server: MakeServer, witness: engine.Witness
) -> None:
    server = _started(make_server)
    flaky = role("sleep $((PAI_TASK_INDEX / 2)).5; test $PAI_TASK_INDEX -ge 2", instances=5, cpu=1)
    flaky["completion"] = {"minFailedInstances": 3}
    async with server.client() as pai:
        submitted = await pai.submit(job(taskRoles={"main": flaky}, extras={"gangAllocation": False}))
        await in_state(pai, submitted["name"], "RUNNING")
        for _ in range(3):
            await asyncio.sleep(0.3)
            _kill_and_start(server)
        detail = await end_of(pai, submitted["name"])
    states = [task(detail, index=index)["taskState"] for index in range(5)]
    assert states == ["FAILED", "FAILED", "SUCCEEDED", "SUCCEEDED", "SUCCEEDED"]
    assert (detail["jobStatus"]["state"], detail["jobStatus"]["retries"]) == ("SUCCEEDED", 0)
    assert len(witness.starts(server.instance)) == 5


@pytest.mark.parametrize("answered", [False, True], ids=["before the engine knows", "when the engine knows"])
async def test_a_job_that_is_being_stopped_is_stopped(
    stack: ExitStack, make_server: MakeServer, witness: engine.Witness, answered: bool
) -> None:
    held = stack.enter_context(turnstile("POST .*/stop", answered=answered))
    server = _started(make_server, docker_host=held.docker_host)
    async with server.client() as pai:
        submitted = await pai.submit(job("trap '' TERM; echo up; while :; do sleep 1; done"))
        await wrote(pai, await in_state(pai, submitted["name"], "RUNNING"), b"up\n")
        await pai.stop(submitted["name"])
        assert await asyncio.to_thread(held.held.wait, 30)
        server.kill()
        held.open()
        server.start()
        detail = await end_of(pai, submitted["name"])
        assert (detail["jobStatus"]["state"], cause(detail)) == ("STOPPED", "StopRequested")
        assert witness.starts(server.instance) == [task(detail)["taskUid"]]
        assert await output(pai, detail) == b"up\n"


async def test_a_submission_that_was_acknowledged_is_never_lost(make_server: MakeServer) -> None:
    server = _started(make_server)
    async with server.client() as pai:
        submitted = [(await pai.submit(job("true"), idempotency_key=f"key-{n}"))["name"] for n in range(8)]
        _kill_and_start(server)
        for name in submitted:
            assert (await end_of(pai, name))["jobStatus"]["state"] == "SUCCEEDED"
        assert (await pai.jobs())["totalCount"] == 8


async def test_killed_again_and_again_many_jobs_end_and_none_runs_twice(
    make_server: MakeServer, witness: engine.Witness
) -> None:
    server = _started(make_server)
    async with server.client() as pai:
        names = [(await pai.submit(job(f"echo job {n}; sleep 0.5")))["name"] for n in range(8)]
        for pause in (0.1, 0.4, 0.7, 1.0):
            await asyncio.sleep(pause)
            _kill_and_start(server)
        for number, name in enumerate(names):
            detail = await end_of(pai, name)
            _assert_as_if_nothing_had_been(server, witness, detail)
            assert await output(pai, detail) == f"job {number}\n".encode()


def _started(make_server: MakeServer, **settings: str) -> Server:
    server = make_server(**settings)
    server.start()
    return server


def _kill_and_start(server: Server) -> None:
    server.kill()
    server.start()


def _assert_as_if_nothing_had_been(
    server: Server, witness: engine.Witness, detail: JobDetail, index: int = 0
) -> None:
    assert detail["jobStatus"]["state"] == "SUCCEEDED"
    assert detail["jobStatus"]["retries"] == 0
    assert witness.starts(server.instance).count(task(detail, index=index)["taskUid"]) == 1


async def _follow(pai: Client, detail: JobDetail) -> bytes:
    return b"".join([piece async for piece in pai.follow_log(attempt(detail))])


def _cpus() -> int:
    return int(engine.docker("info", "--format", "{{.NCPU}}"))
