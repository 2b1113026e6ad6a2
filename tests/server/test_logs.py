"""The bytes of a log: all of them, a range, or the end."""

import tracemalloc

import httpx2
import pytest

from openpai.lifecycle.states import TaskState
from openpai.server.routes import logs
from tests.server.house import House, Served, log_path

WHOLE = b"0123456789" * 2


@pytest.mark.parametrize(
    ("wanted", "status", "body", "content_range"),
    [
        ("bytes=0-4", 206, b"01234", "bytes 0-4/20"),
        ("bytes=18-", 206, b"89", "bytes 18-19/20"),
        ("bytes=18-99", 206, b"89", "bytes 18-19/20"),
        ("bytes=-3", 206, b"789", "bytes 17-19/20"),
        ("bytes=-99", 206, WHOLE, "bytes 0-19/20"),
        ("bytes=0-", 206, WHOLE, "bytes 0-19/20"),
        ("BYTES = 1 - 2", 206, b"12", "bytes 1-2/20"),
        ("bytes=20-", 416, None, "bytes */20"),
        ("bytes=-0", 416, None, "bytes */20"),
        ("bytes=" + "9" * 5000 + "-", 416, None, "bytes */20"),
        ("bytes=4-2", 200, WHOLE, None),
        ("bytes=1-2,4-5", 200, WHOLE, None),
        ("lines=1-2", 200, WHOLE, None),
        ("bytes=-", 200, WHOLE, None),
        ("bytes", 200, WHOLE, None),
    ],
)
async def test_a_range_of_a_log(
    wanted: str,
    status: int,
    body: bytes | None,
    content_range: str | None,
    house: House,
    api: httpx2.AsyncClient,
) -> None:
    run = await house.running()
    house.write(run, WHOLE)
    reply = await api.get(log_path(run, "all"), headers={"Range": wanted})
    assert reply.status_code == status
    assert reply.headers.get("content-range") == content_range
    if body is None:
        assert reply.json()["code"] == "InvalidParametersError"
    else:
        assert reply.content == body
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"
        assert reply.headers["accept-ranges"] == "bytes"


async def test_each_stream_can_be_read_by_itself(house: House, api: httpx2.AsyncClient) -> None:
    run = await house.running()
    for _ in range(2):
        house.write(run, b"out", "stdout")
        house.write(run, b"err!", "stderr")
    assert (await api.get(log_path(run, "all"))).content == b"outerr!outerr!"
    assert (await api.get(log_path(run, "stdout"))).content == b"outout"
    assert (await api.get(log_path(run, "stderr"), headers={"Range": "bytes=3-4"})).content == b"!e"


@pytest.mark.parametrize("name", ["tail-mode", "tailMode"])
async def test_tail_mode_gives_the_last_16_kib(name: str, house: House, api: httpx2.AsyncClient) -> None:
    run = await house.running()
    whole = bytes(range(256)) * 100
    house.write(run, whole)
    reply = await api.get(log_path(run, "all"), params={name: "true"})
    assert (reply.status_code, reply.content) == (200, whole[-16384:])
    locations = (await api.get(log_path(run), params={name: "true"})).json()["locations"]
    assert (await api.get(locations[0]["uri"])).content == whole[-16384:]


async def test_a_task_that_runs_and_wrote_nothing_has_an_empty_log(
    house: House, api: httpx2.AsyncClient
) -> None:
    run = await house.running()
    reply = await api.get(log_path(run, "all"))
    assert (reply.status_code, reply.content) == (200, b"")
    assert (await api.get(log_path(run, "all"), headers={"Range": "bytes=0-"})).status_code == 416


async def test_a_task_that_never_began_has_no_log(house: House, api: httpx2.AsyncClient) -> None:
    run = await house.submitted()
    for name in ("", "all"):
        reply = await api.get(log_path(run, name))
        assert (reply.status_code, reply.json()["code"]) == (404, "NoTaskLogError")


@pytest.mark.parametrize(
    "change",
    [
        ("/all", "/none"),
        ("Task_Main", "none"),
        ("taskIndex/0", "taskIndex/9"),
        ("attempts/0/logs", "attempts/7/logs"),
    ],
)
async def test_a_log_that_is_not_there(
    change: tuple[str, str], house: House, api: httpx2.AsyncClient
) -> None:
    run = await house.running()
    house.write(run, b"x")
    reply = await api.get(log_path(run, "all").replace(*change))
    assert (reply.status_code, reply.json()["code"]) == (404, "NoTaskLogError")


async def test_the_log_outlives_its_task(house: House, api: httpx2.AsyncClient) -> None:
    run = await house.running()
    house.write(run, b"last words")
    run = await house.ended(run, code=1)
    assert run.tasks[0].state == TaskState.FAILED
    assert (await api.get(log_path(run, "all"))).content == b"last words"
    house.services.logs.remove(run.id)
    assert (await api.get(log_path(run, "all"))).status_code == 404


async def test_a_log_larger_than_memory_should_be_is_sent_in_steps(house: House, server: Served) -> None:
    run = await house.running()
    piece = bytes(range(256)) * 4096
    for _ in range(200):
        house.write(run, piece)
    async with httpx2.AsyncClient(base_url=server.url, headers=house.headers["alice"], timeout=60) as asking:
        tracemalloc.start()
        received = 0
        async with asking.stream("GET", log_path(run, "all")) as reply:
            assert reply.headers["content-length"] == str(200 << 20)
            async for part in reply.aiter_raw():
                received += len(part)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert received == 200 << 20
    assert peak < 20 * logs.STEP


async def test_what_is_written_while_a_log_is_sent_does_not_disturb_it(house: House, server: Served) -> None:
    run = await house.running()
    house.write(run, b"x" * (8 << 20))
    async with (
        httpx2.AsyncClient(base_url=server.url, headers=house.headers["alice"]) as asking,
        asking.stream("GET", log_path(run, "all")) as reply,
    ):
        house.write(run, b"more")
        assert len(await reply.aread()) == 8 << 20
