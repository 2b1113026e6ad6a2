"""The server goes down and comes up in order; two of them do not meet; an engine may come later."""

import asyncio
import socket
import stat
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from openpai.client import Client, ContactLost, JobEnded
from openpai.client.replies import JobDetail
from tests.e2e import engine
from tests.e2e.conftest import MakeServer
from tests.e2e.jobs import attempt, end_of, ended, in_state, job, output, reached, task, wrote
from tests.e2e.turnstile import turnstile


async def test_it_ends_within_five_seconds_while_streams_are_open_and_containers_go_on(
    make_server: MakeServer,
) -> None:
    server = make_server()
    server.start()
    async with server.client() as pai:
        submitted = await pai.submit(job("for i in $(seq 1 60); do echo $i; sleep 0.1; done"))
        detail = await in_state(pai, submitted["name"], "RUNNING")
        followers = [asyncio.create_task(_follow(pai, detail)) for _ in range(3)]
        watchers = [asyncio.create_task(_watch(pai, submitted["name"])) for _ in range(3)]
        await wrote(pai, detail, b"5\n")
        assert await asyncio.to_thread(server.stop) < 5
        [container] = engine.containers(server.instance)
        assert engine.inspect(container)["State"]["Running"]
        server.start()
        whole = b"".join(b"%d\n" % number for number in range(1, 61))
        assert await asyncio.gather(*followers) == [whole] * 3
        assert await asyncio.gather(*watchers) == [JobEnded("SUCCEEDED")] * 3
        detail = await pai.job(submitted["name"])
        assert detail["jobStatus"]["retries"] == 0
        assert await output(pai, detail) == whole


async def test_it_ends_within_five_seconds_while_the_engine_answers_nothing(
    stack: ExitStack, make_server: MakeServer
) -> None:
    held = stack.enter_context(turnstile("(GET|POST|DELETE) .*/(containers|networks|images|info)"))
    server = make_server(docker_host=held.docker_host)
    server.start()
    assert await asyncio.to_thread(held.held.wait, 10)
    assert await asyncio.to_thread(server.stop) < 5
    held.open()


async def test_two_servers_on_one_engine_leave_each_other_alone(make_server: MakeServer) -> None:
    one, other = make_server(), make_server()
    one.start()
    other.start()
    async with one.client() as first, other.client() as second:
        names = [(await first.submit(job("sleep 600", name="same")))["name"]]
        await second.submit(job("sleep 600", name="same"))
        async with ended(first, *names):
            async with ended(second, "same"):
                detail = await in_state(first, "same", "RUNNING")
                await in_state(second, "same", "RUNNING")
                assert len(engine.containers(one.instance)) == len(engine.containers(other.instance)) == 1
            other.kill()
            other.start()  # looks at all that is on the engine
            await asyncio.sleep(1)
            assert (await first.job("same"))["jobStatus"]["subState"] == "RUNNING"
            assert len(engine.containers(one.instance)) == 1
            assert task(detail)["taskUid"]


def test_a_second_server_on_the_same_data_directory_is_refused(make_server: MakeServer) -> None:
    server = make_server()
    server.start()
    second = server.pai("up", "--port", "0")
    assert second.returncode != 0
    assert str(server.data_dir) in second.stderr
    assert "Traceback" not in second.stderr
    assert server.answers()


def test_a_port_that_is_in_use_is_told(make_server: MakeServer) -> None:
    server = make_server()
    with socket.create_server(("127.0.0.1", server.port)):
        done = server.pai("up")
    assert done.returncode != 0
    assert str(server.port) in done.stderr
    assert "Traceback" not in done.stderr


async def test_without_an_engine_it_starts_tells_why_jobs_wait_and_goes_on_when_the_engine_comes(
    stack: ExitStack, make_server: MakeServer
) -> None:
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="pai-")))
    server = make_server(docker_host=f"unix://{folder / 's'}")
    server.start()
    async with server.client() as pai:
        submitted = await pai.submit(job("echo at last"))
        detail = await reached(pai, submitted["name"], lambda job: bool(job["jobStatus"].get("waits")))
        [reason] = detail["jobStatus"].get("waits", [])
        assert reason["code"] == "EngineUnreachable"
        assert str(folder) in reason["message"]
        came = stack.enter_context(turnstile("(?!)"))
        (folder / "s").symlink_to(came.docker_host.removeprefix("unix://"))
        detail = await end_of(pai, submitted["name"])
        assert detail["jobStatus"]["state"] == "SUCCEEDED"
        assert await output(pai, detail) == b"at last\n"


@pytest.mark.parametrize("place", ["/proc/nowhere", "/dev/null/data"])
def test_a_data_directory_that_cannot_be_made_is_told(make_server: MakeServer, place: str) -> None:
    done = make_server().pai("up", PAI_DATA_DIR=place)
    assert done.returncode != 0
    assert place in done.stderr
    assert "Traceback" not in done.stderr


def test_nobody_else_can_read_the_token_or_look_into_the_data_directory(make_server: MakeServer) -> None:
    server = make_server()
    server.start()
    assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o700
    for name in ("client.json", "secret.key", "instance"):
        assert stat.S_IMODE((server.data_dir / name).stat().st_mode) == 0o600


async def _follow(pai: Client, detail: JobDetail) -> bytes:
    return b"".join([piece async for piece in pai.follow_log(attempt(detail))])


async def _watch(pai: Client, name: str) -> object:
    [*_, last] = [event async for event in pai.watch(name) if not isinstance(event, ContactLost)]
    return last
