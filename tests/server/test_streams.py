"""Watched jobs and followed logs, over a real socket: nothing is lost, repeated, polled or left behind."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from openpai.backends.contract import PullProgress
from openpai.errors import fail
from openpai.lifecycle.states import JobState
from openpai.scheduler.reason import Reason
from openpai.server import logstream, sse, watching
from openpai.server.tasks import FoundAttempt
from openpai.store.changes import Changes
from tests.server.house import House, Served, log_path, stream

Sent = AsyncIterator[httpx2.ServerSentEvent]


async def following(events: Sent) -> httpx2.ServerSentEvent:
    return await asyncio.wait_for(anext(events), 10)


async def collected(events: Sent) -> bytes:
    """All bytes until `end`; offsets and ids must fit."""
    data = b""
    start: int | None = None
    async for sent in events:
        entry = json.loads(sent.data)
        if sent.event == "end":
            return data
        piece = entry["text"].encode() if "text" in entry else base64.b64decode(entry["base64"])
        start = entry["offset"] if start is None else start
        assert entry["offset"] == start + len(data)
        assert len(piece) <= logstream.CHUNK
        data += piece
        assert sent.id == str(start + len(data))
    raise AssertionError("the stream was cut short")


async def quiet(changes: Changes) -> None:
    """Until nobody watches anything any more."""
    async with asyncio.timeout(5):
        while changes._waiting:  # noqa: ASYNC110  nobody tells that a watcher has gone
            await asyncio.sleep(0.01)


async def test_a_watch_tells_the_job_at_once_and_each_change_until_its_end(
    house: House, server: Served
) -> None:
    run = await house.submitted()
    async with stream(server, house, "/api/v2/jobs/alice~train/watch") as events:
        first = await following(events)
        assert first.event == "job"
        assert json.loads(first.data)["jobStatus"]["state"] == "WAITING"
        run = await house.step(run, state=JobState.PREPARING)
        assert json.loads((await following(events)).data)["jobStatus"]["subState"] == "PREPARING"
        await house.ended(await house.step(run, state=JobState.RUNNING))
        last = [(sent.event, json.loads(sent.data)) async for sent in events]
    assert last[-1] == ("end", {"state": "SUCCEEDED"})
    assert last[-2][1]["jobStatus"]["state"] == "SUCCEEDED"


async def test_a_watch_of_an_ended_job_ends_at_once(house: House, server: Served) -> None:
    await house.ended(await house.running(), code=1)
    async with stream(server, house, "/rest-server/api/v2/jobs/alice~train/watch") as events:
        assert [sent.event async for sent in events] == ["job", "end"]


async def test_a_page_chooses_the_language_of_a_watch_by_its_address(house: House, server: Served) -> None:
    await house.ended(await house.running(), code=1)
    async with stream(server, house, "/api/v2/jobs/alice~train/watch?language=zh-CN") as events:
        cause = json.loads((await following(events)).data)["jobStatus"]["diagnosis"]["message"]
    assert cause == "某条命令以退出码 1 结束。"


async def test_pulls_are_told_without_telling_the_job_again(house: House, server: Served) -> None:
    run = await house.submitted()
    async with stream(server, house, "/api/v2/jobs/alice~train/watch") as events:
        await following(events)
        for done in (10, 20):
            house.controller.pulling = {run.tasks[0].uid: PullProgress("ubuntu:22.04", done, 100, 0, 4)}
            house.services.changes.publish(run.id)
            sent = await following(events)
            assert sent.event == "pull"
            assert json.loads(sent.data) == {
                "role": "Task_Main", "index": 0, "image": "ubuntu:22.04",
                "doneBytes": done, "totalBytes": 100, "layersDone": 0, "layersTotal": 4,
                "bytesPerSecond": 0, "remainingSeconds": None,
            }  # fmt: skip


async def test_a_change_that_changes_nothing_is_not_told(house: House, server: Served) -> None:
    run = await house.submitted()
    async with stream(server, house, "/api/v2/jobs/alice~train/watch") as events:
        await following(events)
        house.services.changes.publish(run.id)
        await asyncio.sleep(2 * watching._PAUSE_S)
        await house.ended(run)
        assert json.loads((await following(events)).data)["jobStatus"]["state"] == "SUCCEEDED"


async def test_a_new_reason_to_wait_is_told_though_the_job_itself_did_not_change(
    house: House, server: Served
) -> None:
    await house.submitted()
    async with stream(server, house, "/api/v2/jobs/alice~train/watch") as events:
        await following(events)
        house.controller.waiting = [Reason("NoJob", {"name": "x"})]
        house.services.changes.publish("jobs")
        assert json.loads((await following(events)).data)["jobStatus"]["waits"][0]["code"] == "NoJob"


async def test_a_log_is_sent_as_it_grows_and_ends_with_its_task(house: House, server: Served) -> None:
    run = await house.running()
    async with stream(server, house, log_path(run, "all/stream")) as events:
        house.write(run, b"one\n")
        assert json.loads((await following(events)).data) == {"offset": 0, "text": "one\n"}
        house.write(run, "zwei ✓\n".encode(), "stderr")
        assert json.loads((await following(events)).data) == {"offset": 4, "text": "zwei ✓\n"}
        house.write(run, b"rest")
        await house.ended(run)
        assert await collected(events) == b"rest"


async def test_a_stream_may_be_opened_before_the_task_began(house: House, server: Served) -> None:
    run = await house.submitted()
    async with stream(server, house, log_path(run, "stdout/stream")) as events:
        house.write(run, b"hello")
        await house.ended(run)
        assert await collected(events) == b"hello"


async def test_the_log_of_a_task_that_never_ran_is_empty_and_over(house: House, server: Served) -> None:
    run = await house.ended(await house.submitted(), code=1)
    async with stream(server, house, log_path(run, "all/stream")) as events:
        assert [sent.event async for sent in events] == ["end"]


@pytest.mark.parametrize("how", ["offset", "Last-Event-ID"])
async def test_a_stream_goes_on_where_the_reader_was(how: str, house: House, server: Served) -> None:
    run = await house.running()
    house.write(run, b"0123456789")
    await house.ended(run)
    path, headers = log_path(run, "all/stream"), {}
    if how == "offset":
        path += "?offset=7"
    else:
        path += "?offset=2"  # what the address still says when a browser comes again
        headers = {"Last-Event-ID": "7"}
    async with stream(server, house, path, **headers) as events:
        assert await collected(events) == b"789"


async def test_each_stream_of_a_log_has_offsets_of_its_own(house: House, server: Served) -> None:
    run = await house.running()
    for _ in range(3):
        house.write(run, b"out", "stdout")
        house.write(run, b"err!", "stderr")
    await house.ended(run)
    for name, whole in (("stdout", b"outoutout"), ("stderr", b"err!" * 3), ("all", b"outerr!" * 3)):
        async with stream(server, house, log_path(run, f"{name}/stream") + "?offset=2") as events:
            assert await collected(events) == whole[2:]


async def test_half_a_character_waits_for_its_other_half(house: House, server: Served) -> None:
    run = await house.running()
    whole = "✓".encode()
    async with stream(server, house, log_path(run, "all/stream")) as events:
        house.write(run, b"a" + whole[:2])
        assert json.loads((await following(events)).data) == {"offset": 0, "text": "a"}
        house.write(run, whole[2:])
        assert json.loads((await following(events)).data) == {"offset": 1, "text": "✓"}


async def test_half_a_character_at_the_end_of_a_log_is_sent_as_bytes(house: House, server: Served) -> None:
    run = await house.running()
    house.write(run, b"a" + "✓".encode()[:2])
    await house.ended(run)
    async with stream(server, house, log_path(run, "all/stream")) as events:
        sent = [json.loads(event.data) async for event in events if event.event == "log"]
    assert b"".join(base64.b64decode(entry["base64"]) for entry in sent) == b"a\xe2\x9c"


async def test_a_large_log_comes_whole_in_pieces(house: House, server: Served) -> None:
    run = await house.running()
    whole = "数据 \r\n\x85\u2028".encode() * 40_000 + bytes(range(256)) * 100
    house.write(run, whole)
    await house.ended(run)
    async with stream(server, house, log_path(run, "all/stream")) as events:
        assert await collected(events) == whole


async def test_a_reader_that_is_slow_does_not_make_the_server_read_ahead(
    house: House, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await house.running()
    house.write(run, b"x" * (64 << 20))
    read = 0

    class Counted(logstream.Reader):
        def _read(self) -> bytes:
            nonlocal read
            data = super()._read()
            read += len(data)
            return data

    monkeypatch.setattr(logstream, "Reader", Counted)
    async with stream(server, house, log_path(run, "all/stream")) as events:
        await following(events)
        await asyncio.sleep(0.5)
        assert read < 32 << 20  # what lies in the sockets' buffers


async def test_a_silent_stream_says_that_it_is_alive(
    house: House, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logstream, "HEARTBEAT_S", 0.05)
    run = await house.running()
    async with (
        httpx2.AsyncClient(base_url=server.url, headers=house.headers["alice"]) as asking,
        asking.stream("GET", log_path(run, "all/stream")) as reply,
    ):
        assert reply.headers["content-type"].startswith("text/event-stream")
        raw = reply.aiter_raw()
        assert [await anext(raw), await anext(raw)] == [sse.HEARTBEAT, sse.HEARTBEAT]


async def test_a_reader_that_leaves_leaves_nothing_behind(house: House, server: Served) -> None:
    run = await house.running()
    for path in ("/api/v2/jobs/alice~train/watch", log_path(run, "all/stream")):
        house.write(run, b"x")
        async with stream(server, house, path) as events:
            await following(events)
            assert house.services.changes._waiting
        await quiet(house.services.changes)


async def test_streams_end_when_the_server_goes_down(house: House, server: Served) -> None:
    run = await house.running()
    house.write(run, b"x")
    async with (
        stream(server, house, "/api/v2/jobs/alice~train/watch") as watched,
        stream(server, house, log_path(run, "all/stream")) as log,
    ):
        await following(watched)
        await following(log)
        began = time.monotonic()
        house.services.streams.close()
        server.should_exit = True
        assert [sent.event async for sent in watched] + [sent.event async for sent in log] == []
        assert time.monotonic() - began < 2


async def test_what_was_written_between_look_and_wait_is_not_missed(house: House, server: Served) -> None:
    run = await house.running()
    async with stream(server, house, log_path(run, "all/stream")) as events:
        lines = [f"line {n}\n".encode() for n in range(300)]
        for line in lines:
            house.write(run, line)
            await asyncio.sleep(0)
        await house.ended(run)
        assert await collected(events) == b"".join(lines)


async def test_a_log_has_its_end_also_when_the_job_goes_on_to_another_attempt(
    house: House, server: Served
) -> None:
    run = await house.running()
    path = log_path(run, "all/stream")
    async with stream(server, house, path) as events:
        house.write(run, b"first")
        run = await house.ended(run, code=1)
        next_tasks = tuple(
            replace(task, uid=f"{task.uid[:30]}-2", exit=None, diagnosis=None) for task in run.tasks
        )
        attempt = replace(run.attempt, index=1, outcome=None, completed_at=None)
        await house.step(run, state=JobState.QUEUED, attempt=attempt, tasks=next_tasks)
        assert await collected(events) == b"first"


async def test_an_end_between_the_look_and_the_watch_is_not_missed(house: House) -> None:
    run = await house.running()
    house.write(run, b"x")
    found = FoundAttempt(await house.services.jobs.find(run.user, run.name), 0, run.tasks[0])
    following = logstream.follow(house.services, found, "all", 0)
    await house.ended(run)
    async with asyncio.timeout(5):
        sent = [part async for part in following]
    assert sent[-1].startswith(b"event: end")


async def test_a_database_that_fails_ends_a_stream_so_that_its_reader_comes_again(
    house: House, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await house.submitted()

    async def fails(*_: object) -> Any:
        raise fail("StoreUnavailable", detail="d")

    async with stream(server, house, "/api/v2/jobs/alice~train/watch") as events:
        await following(events)
        monkeypatch.setattr(watching, "find_job", fails)
        with capture_logs() as logs:
            house.services.changes.publish(run.id)
            assert [sent.event async for sent in events] == []
    assert [entry["code"] for entry in logs] == ["StoreUnavailable"]


@pytest.mark.parametrize(
    ("rest", "status", "code"),
    [
        ("none/stream", 404, "NoTaskLogError"),
        ("all/stream?offset=-1", 400, "InvalidParametersError"),
        ("all/stream?offset=x", 400, "InvalidParametersError"),
    ],
)
async def test_a_stream_that_cannot_be_is_refused_before_it_begins(
    rest: str, status: int, code: str, house: House, server: Served
) -> None:
    run = await house.running()
    async with httpx2.AsyncClient(base_url=server.url, headers=house.headers["alice"]) as asking:
        reply = await asking.get(log_path(run, rest))
        assert (reply.status_code, reply.json()["code"]) == (status, code)
        wrong = await asking.get(log_path(run, "all/stream"), headers={"Last-Event-ID": "seven"})
        assert wrong.status_code == 400
        assert "`last-event-id`" in wrong.json()["message"]


async def test_that_some_job_changed_is_told_at_once_and_then_at_most_once_a_second(
    server: Served, house: House
) -> None:
    async with stream(server, house, "/api/v2/changes") as events:
        assert (await following(events)).event == "jobs"
        begin = time.monotonic()
        for name in ("one", "two", "three"):
            await house.submitted(name)
        assert (await following(events)).event == "jobs"
        assert 0.5 < time.monotonic() - begin < 5
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(events), 1.5)


async def test_a_silent_stream_of_changes_pings_so_that_a_page_knows_it_is_heard(
    server: Served, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "HEARTBEAT_S", 0.1)
    async with stream(server, house, "/api/v2/changes") as events:
        told = [(await following(events)).event for _ in range(3)]
    assert told == ["jobs", "ping", "ping"]
    await quiet(house.services.changes)
