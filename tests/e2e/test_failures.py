"""Jobs that go wrong end in the right state, with the cause and not its consequence."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from openpai.client import ApiError, Client
from tests.backends.images import BUSYBOX
from tests.e2e import engine
from tests.e2e.jobs import (
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
from tests.registry import Registry, running_registry


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


async def test_an_image_that_does_not_exist_is_told_at_once(pai: Client, registry: Registry) -> None:
    with pytest.raises(ApiError) as refused:
        await pai.submit(job("true", image=f"{registry.address}/no/such:tag"))
    (problem,) = refused.value.problems
    assert problem["code"] == "ImageNotFound"
    assert f"{registry.address}/no/such:tag" in problem["message"]
    assert problem.get("fix")


async def test_a_registry_that_cannot_be_reached_is_told_while_the_job_waits_for_it(pai: Client) -> None:
    submitted = await pai.submit(job("true", image="localhost:1/no/such:tag"))
    async with ended(pai, submitted["name"]):
        detail = await reached(pai, submitted["name"], lambda job: bool(job["jobStatus"].get("waits")))
        assert detail["jobStatus"].get("waits", [])[0]["code"] == "RegistryUnreachable"
        assert detail["jobStatus"]["state"] in ("WAITING", "RUNNING")


@pytest.mark.parametrize(
    ("command", "exit_code", "code"),
    [
        ("no_such_program --now", 127, "CommandMissing"),
        ("touch /tmp/x; /tmp/x", 126, "PermissionDenied"),
        ("echo why it failed >&2; exit 1", 1, "ExitCode"),
        ("exit 77", 77, "ExitCode"),
        ("sh -c 'kill -SEGV $$'", 139, "SegmentationFault"),
    ],
)
async def test_a_command_that_fails_gives_its_own_exit_code_and_the_cause(
    pai: Client, command: str, exit_code: int, code: str
) -> None:
    detail = await run(pai, job(f"echo before\n{command}"))
    assert detail["jobStatus"]["state"] == "FAILED"
    assert task(detail).get("containerExitCode") == exit_code
    assert cause(detail) == code
    assert b"before\n" in await output(pai, detail)


async def test_the_last_lines_of_a_failed_task_are_the_evidence(pai: Client) -> None:
    detail = await run(pai, job("for i in $(seq 100); do echo line $i; done; echo the reason; exit 1"))
    diagnosis = task(detail).get("diagnosis")
    assert diagnosis is not None
    assert diagnosis.get("evidence", [])[-1] == "the reason"
    assert 1 < len(diagnosis.get("evidence", [])) < 100


async def test_a_task_that_takes_more_memory_than_it_asked_for_is_told_so(pai: Client) -> None:
    detail = await run(pai, job("echo begin; tail /dev/zero; echo not here", memory=32))
    assert detail["jobStatus"]["state"] == "FAILED"
    assert cause(detail) == "OutOfMemory"
    assert task(detail).get("containerExitCode") == 137
    assert b"begin\n" in await output(pai, detail)
    assert detail["jobStatus"]["retries"] == 0


async def test_a_failed_job_is_run_again_as_often_as_it_asked(pai: Client) -> None:
    detail = await run(pai, job("echo $PAI_JOB_ATTEMPT; test $PAI_JOB_ATTEMPT = 2", jobRetryCount=3))
    assert (detail["jobStatus"]["state"], detail["jobStatus"]["retries"]) == ("SUCCEEDED", 2)
    for number in range(3):
        assert await output(pai, detail, job_attempt=number) == f"{number}\n".encode()


async def test_one_failed_task_ends_the_others(pai: Client) -> None:
    roles = {"bad": role("sleep 0.5; exit 9"), "good": role("sleep 600")}
    detail = await run(pai, job(taskRoles=roles))
    assert (detail["jobStatus"]["state"], cause(detail)) == ("FAILED", "ExitCode")
    assert task(detail, "bad").get("containerExitCode") == 9
    good = task(detail, "good").get("diagnosis")
    assert good is not None
    assert good["code"] == "AttemptCompleted"


@pytest.mark.parametrize(
    ("act", "told"),
    # `rm -f` kills first: whether that is seen before the container is gone is chance.
    [(("rm", "-f"), ("ContainerLost", "Killed")), (("kill",), ("Killed",))],
)
async def test_a_container_removed_or_killed_from_outside_is_run_again(
    server: Server, pai: Client, act: tuple[str, ...], told: tuple[str, ...]
) -> None:
    submitted = await pai.submit(job("echo attempt $PAI_JOB_ATTEMPT; test $PAI_JOB_ATTEMPT = 1 || sleep 600"))
    name = submitted["name"]
    detail = await in_state(pai, name, "RUNNING")
    await wrote(pai, detail, b"attempt 0\n")
    [container] = engine.containers(server.instance, job=name)
    engine.docker(*act, container)
    detail = await end_of(pai, name)
    assert (detail["jobStatus"]["state"], detail["jobStatus"]["retries"]) == ("SUCCEEDED", 1)
    assert await output(pai, detail, job_attempt=0) == b"attempt 0\n"
    assert await output(pai, detail, job_attempt=1) == b"attempt 1\n"
    first = json.loads(server.get(f"/api/v2/jobs/{name}/attempts/0"))
    assert cause(first) in told


async def test_an_image_that_is_not_there_is_pulled(pai: Client, registry: Registry, tmp_path: Path) -> None:
    registry.push("tools/shell", "1", {"bin/sh": BUSYBOX.read_bytes(), "bin/sleep": BUSYBOX.read_bytes()})
    image = f"{registry.address}/tools/shell:1"
    try:
        detail = await run(pai, job("echo pulled", image=image))
        assert await output(pai, detail) == b"pulled\n"
    finally:
        engine.remove_image(image)
