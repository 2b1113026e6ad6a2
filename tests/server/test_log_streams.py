"""Several logs in one stream: each is whole, none waits for another, and what nobody looks at is only counted."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import httpx2
import pytest

from openpai.lifecycle.records import JobRun
from openpai.server import logstreams
from openpai.server.logstream import Reader
from openpai.server.logstreams import BLOCK
from openpai.store import log_times
from tests.server.house import House, Served, stream

PATH = "/api/v2/jobs/alice~train/logs/stream"
TWO = "?log=Task_Main/0/0/0/all&log=Task_Main/1/0/0/all"


async def following(events: AsyncIterator[httpx2.ServerSentEvent]) -> tuple[str, dict[str, Any], str]:
    sent = await asyncio.wait_for(anext(events), 10)
    return sent.event, json.loads(sent.data), sent.id


async def collected(events: AsyncIterator[httpx2.ServerSentEvent], count: int = 2) -> list[bytes]:
    """The bytes of each log until `end`."""
    logs = [b""] * count
    async for sent in events:
        entry = json.loads(sent.data)
        if sent.event == "end":
            return logs
        if sent.event == "log":
            piece = entry["text"].encode() if "text" in entry else base64.b64decode(entry["base64"])
            logs[entry["log"]] += piece
    raise AssertionError("the stream was cut short")


async def filled(house: House) -> JobRun:
    run = await house.running()
    house.write(run, b"zero\n", task=0)
    house.write(run, b"one\n", task=1)
    return run


async def test_several_logs_come_in_one_stream_as_they_grow(house: House, server: Served) -> None:
    run = await filled(house)
    async with stream(server, house, PATH + TWO) as events:
        assert await following(events) == (
            "log",
            {"log": 0, "offset": 0, "text": "zero\n", "times": []},
            "5,0",
        )
        assert await following(events) == (
            "log",
            {"log": 1, "offset": 0, "text": "one\n", "times": []},
            "5,4",
        )
        assert await following(events) == ("live", {}, "5,4")
        house.write(run, b"more", task=1)
        assert await following(events) == ("log", {"log": 1, "offset": 4, "text": "more"}, "5,8")
        await house.ended(run)
        assert await following(events) == ("over", {"log": 0, "kept": True}, "5,8")
        assert await following(events) == ("over", {"log": 1, "kept": True}, "5,8")
        assert await following(events) == ("end", {}, "5,8")


@pytest.mark.parametrize("how", ["offset", "Last-Event-ID"])
async def test_a_reader_that_comes_again_loses_nothing(how: str, house: House, server: Served) -> None:
    await house.ended(await filled(house))
    headers = {"Last-Event-ID": "2,3"} if how == "Last-Event-ID" else {}
    offsets = "&offset=2&offset=3" if how == "offset" else "&offset=0&offset=1"
    async with stream(server, house, PATH + TWO + offsets, **headers) as events:
        assert await collected(events) == [b"ro\n", b"\n"]


async def test_a_large_log_does_not_keep_another_waiting(house: House, server: Served) -> None:
    run = await house.running()
    large = bytes(range(256)) * 4096
    house.write(run, large, task=0)
    house.write(run, b"one\n", task=1)
    await house.ended(run)
    async with stream(server, house, PATH + TWO) as events:
        assert [(await following(events))[1]["log"] for _ in range(2)] == [0, 1]
    async with stream(server, house, PATH + TWO) as events:
        assert await collected(events) == [large, b"one\n"]


async def test_what_lies_before_the_window_is_counted(
    house: House, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logstreams, "COUNTED", 2 * BLOCK)
    run = await house.running()
    line = b"0123456789abcde\n"
    house.write(run, line * (BLOCK // 16 * 3 + 2))
    await house.ended(run)
    async with stream(server, house, f"{PATH}?log=Task_Main/0/0/0/all&offset=16&window=10") as events:
        kind, told, ident = await following(events)
        assert (kind, ident) == ("skip", str(2 * BLOCK))
        assert told == {"log": 0, "offset": 16, "to": 2 * BLOCK, "lines": [4095, 4096]}
        assert (await following(events))[1] == {
            "log": 0, "offset": 2 * BLOCK, "to": 3 * BLOCK, "lines": [4096],
        }  # fmt: skip
        assert await collected(events, 1) == [line * 2]


async def test_all_that_was_there_has_come_even_where_a_task_never_stops_writing(
    house: House, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await house.running()
    house.write(run, b"x")

    class Growing(Reader):
        def _read(self) -> bytes:
            house.log(run, 0).writer().append("stdout", b"x")
            return super()._read()

    monkeypatch.setattr(logstreams, "Reader", Growing)
    async with stream(server, house, f"{PATH}?log=Task_Main/0/0/0/all") as events:
        assert [(await following(events))[0] for _ in range(2)] == ["log", "live"]


async def test_what_was_there_comes_with_its_times_where_several_logs_begin(
    house: House, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_times, "STEP_MS", 0)
    run = await house.running()
    for task, text, at in ((0, b"a\nb\n", 100), (1, b"x\ny\n", 200), (0, b"c\n", 300), (0, b"d\n", 400)):
        with (
            closing(house.log(run, task).writer()) as writer,
            closing(house.log(run, task).mark_writer()) as marks,
        ):
            marks.note(writer.size, at)
            writer.append("stdout", text)
    await house.ended(run)
    async with stream(server, house, PATH + TWO) as events:
        assert [(await following(events))[1]["times"] for _ in range(2)] == [
            [[100, 0], [300, 2], [400, 3]],
            [[200, 0]],
        ]
    async with stream(server, house, PATH + TWO + "&offset=3&offset=4") as events:
        assert (await following(events))[1]["times"] == [[100, 0], [300, 1], [400, 2]]
    async with stream(server, house, f"{PATH}?log=Task_Main/0/0/0/all") as events:
        assert "times" not in (await following(events))[1]


async def test_a_log_that_is_not_there_is_over_and_not_kept(house: House, server: Served) -> None:
    await house.ended(await house.submitted(), code=1)
    async with stream(server, house, f"{PATH}?log=Task_Main/0/0/0/all") as events:
        assert await following(events) == ("over", {"log": 0, "kept": False}, "0")
        assert [(await following(events))[0] for _ in range(2)] == ["live", "end"]


async def test_a_silent_stream_says_that_it_is_alive(
    house: House, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logstreams, "HEARTBEAT_S", 0.05)
    await house.running()
    async with stream(server, house, PATH + TWO) as events:
        assert [(await following(events))[0] for _ in range(3)] == ["live", "ping", "ping"]


async def test_it_ends_when_the_server_goes_down_and_leaves_nothing_behind(
    house: House, server: Served
) -> None:
    await filled(house)
    async with stream(server, house, PATH + TWO) as events:
        await following(events)
        house.services.streams.close()
        assert all([sent.event in ("log", "live") async for sent in events])
    async with asyncio.timeout(5):
        while house.services.changes._waiting:  # noqa: ASYNC110  nobody tells that a watcher has gone
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?log=Task_Main", 400),
        ("?log=Task_Main/0/0/0/none", 400),
        ("?log=Task_Main/x/0/0/all", 400),
        ("?log=Task_Main/0/0/7/all", 404),
        ("?log=none/0/0/0/all", 404),
        (TWO + "&offset=1", 400),
        (TWO + "&offset=1&offset=-1", 400),
        ("?" + "&".join(["log=Task_Main/0/0/0/all"] * 65), 400),
    ],
)
async def test_a_stream_that_cannot_be_is_refused_before_it_begins(
    query: str, status: int, house: House, api: httpx2.AsyncClient
) -> None:
    await house.running()
    assert (await api.get(PATH + query)).status_code == status


@pytest.mark.parametrize("ident", ["1", "1,x", "1,2,3", "1,²"])
async def test_a_place_to_go_on_from_that_cannot_be_is_refused(
    ident: str, house: House, api: httpx2.AsyncClient
) -> None:
    await house.running()
    reply = await api.get(PATH + TWO, headers={b"Last-Event-ID": ident.encode()})
    assert reply.status_code == 400
