"""Watching and following over broken lines: nothing is lost, nothing comes twice."""

import asyncio
from collections.abc import Callable

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpai.client import (
    ApiError,
    Client,
    ContactLost,
    ContactRestored,
    Event,
    JobChanged,
    JobEnded,
    PullProgressed,
    TaskAttempt,
    streams,
)
from openpai.errors import PaiError
from tests.client.broken_line import LogLine, frame, stream

ATTEMPT = TaskAttempt("ann~j", 0, "worker", 0, 0)
Handler = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_FIRST_PAUSE", 0.0)


def client(handler: Handler) -> Client:
    return Client("http://there", "token", user="ann", transport=httpx2.MockTransport(handler))


async def followed(handler: Handler, offset: int = 0, patience: float = 5) -> bytes:
    async with client(handler) as pai:
        pieces = pai.follow_log(ATTEMPT, offset=offset, patience=patience)
        return b"".join([piece async for piece in pieces])


async def watched(handler: Handler, patience: float = 5) -> list[Event]:
    async with client(handler) as pai:
        return [event async for event in pai.watch("j", patience=patience)]


@settings(deadline=None, max_examples=150)
@given(
    log=st.binary(max_size=300) | st.text(max_size=200).map(str.encode),
    event_size=st.integers(1, 50),
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    cuts=st.lists(st.integers(0, 2000), max_size=6),
    repeats=st.integers(0, 60),
    begin=st.integers(0, 400),
)
def test_a_log_arrives_whole_however_the_line_breaks(
    log: bytes, event_size: int, sizes: list[int], cuts: list[int], repeats: int, begin: int
) -> None:
    line = LogLine(log, event_size, sizes, list(cuts), repeats)
    assert asyncio.run(followed(line, min(begin, len(log)))) == log[min(begin, len(log)) :]


async def test_following_asks_only_for_what_it_does_not_have() -> None:
    line = LogLine(b"x" * 100, 10, [7], cuts=[250, 250])
    await followed(line)
    assert line.asked[0] == 0
    assert line.asked == sorted(line.asked)
    assert line.asked[-1] > 0


async def test_a_gap_is_asked_for_again() -> None:
    answers = [frame("log", {"offset": 3, "text": "def"}), frame("log", {"offset": 0, "text": "abcdef"})]

    def gappy(request: httpx2.Request) -> httpx2.Response:
        return stream(answers.pop(0) + frame("end", {}), [9])

    assert await followed(gappy) == b"abcdef"


async def test_a_log_that_is_not_there_is_told_at_once() -> None:
    def missing(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(404, json={"code": "NoTaskLogError", "message": "no", "problems": []})

    with pytest.raises(ApiError) as caught:
        await followed(missing)
    assert (caught.value.status, caught.value.code) == (404, "NoTaskLogError")


async def test_following_gives_up_when_its_patience_ends() -> None:
    def refused(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    with pytest.raises(PaiError) as caught:
        await followed(refused, patience=0.05)
    assert caught.value.first.code == "ServerUnreachable"


async def test_a_gateway_that_says_503_is_waited_for() -> None:
    answers = [httpx2.Response(503, text="later"), stream(frame("end", {}), [5])]
    assert await followed(lambda request: answers.pop(0)) == b""


async def test_a_watch_tells_jobs_pulls_and_the_end() -> None:
    pull = {"role": "w", "index": 0, "image": "i", "doneBytes": 1, "totalBytes": 2}
    body = (
        frame("job", {"name": "a"})
        + frame("pull", pull)
        + frame("news", {})
        + frame("end", {"state": "FAILED"})
    )
    events = await watched(lambda request: stream(body, [3]))
    assert [type(event) for event in events] == [JobChanged, PullProgressed, JobEnded]
    assert events[-1] == JobEnded("FAILED")


async def test_an_unchanged_job_is_not_told_again_after_a_reconnection() -> None:
    job = frame("job", {"name": "a"})
    bodies = [job, job, job + frame("job", {"name": "b"}) + frame("end", {"state": "STOPPED"})]
    events = await watched(lambda request: stream(bodies.pop(0), [11]))
    jobs = [event.job["name"] for event in events if isinstance(event, JobChanged)]
    assert jobs == ["a", "b"]


async def test_a_lost_server_is_told_once_and_so_is_its_return() -> None:
    tries = 0

    def away_for_a_while(request: httpx2.Request) -> httpx2.Response:
        nonlocal tries
        tries += 1
        if tries < 6:
            raise httpx2.ConnectError("refused")
        return stream(frame("job", {"name": "a"}) + frame("end", {"state": "SUCCEEDED"}), [4])

    events = await watched(away_for_a_while)
    assert [type(event) for event in events] == [ContactLost, ContactRestored, JobChanged, JobEnded]
    assert events[0] == ContactLost("refused")
