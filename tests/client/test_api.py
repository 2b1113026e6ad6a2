"""One method per call: what is sent, and what comes back of it."""

import json
from collections.abc import Callable

import httpx2
import pytest

from openpai.client import ApiError, Client, TaskAttempt
from openpai.errors import PaiError

Handler = Callable[[httpx2.Request], httpx2.Response]
ATTEMPT = TaskAttempt("ann~j", 1, "Worker A", 2, 3)


class Recorder:
    """Answers with what it was given, and keeps what was asked."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(handler: Handler) -> Client:
    transport = httpx2.MockTransport(handler)
    return Client("http://there/rest-server/", "token", user="ann", language="zh", transport=transport)


async def test_every_call_carries_token_language_and_the_gateways_prefix() -> None:
    there = Recorder(httpx2.Response(200, json={}))
    async with client(there) as pai:
        await pai.job("train")
    request = there.requests[0]
    assert str(request.url) == "http://there/rest-server/api/v2/jobs/ann~train"
    assert request.headers["authorization"] == "Bearer token"
    assert request.headers["accept-language"] == "zh"


async def test_names_of_others_and_strange_names_are_kept_whole() -> None:
    there = Recorder(*[httpx2.Response(200, json={}) for _ in range(2)])
    async with client(there) as pai:
        await pai.job("bob~a/../b")
        await pai.job("训练 1")
    paths = [request.url.raw_path.decode() for request in there.requests]
    assert paths[0] == "/rest-server/api/v2/jobs/bob~a%2F..%2Fb"
    assert paths[1].endswith("/ann~%E8%AE%AD%E7%BB%83%201")


async def test_what_is_not_given_with_a_submission_is_not_sent() -> None:
    there = Recorder(httpx2.Response(202, json={"name": "ann~j"}))
    async with client(there) as pai:
        assert (await pai.submit("text", parameters={"a": 1}))["name"] == "ann~j"
    assert json.loads(there.requests[0].content) == {"config": "text", "parameters": {"a": 1}}


async def test_a_lost_reply_is_asked_for_again_with_the_same_key() -> None:
    there = Recorder(httpx2.ReadError("cut"), httpx2.Response(202, json={"name": "ann~j"}))
    async with client(there) as pai:
        await pai.submit("text", idempotency_key="key")
    assert [request.headers["idempotency-key"] for request in there.requests] == ["key", "key"]


async def test_without_a_key_a_submission_is_never_sent_twice() -> None:
    there = Recorder(httpx2.ReadError("cut"))
    async with client(there) as pai:
        with pytest.raises(PaiError):
            await pai.submit("text")
    assert len(there.requests) == 1


async def test_a_dry_run_says_so() -> None:
    there = Recorder(httpx2.Response(200, json={}))
    async with client(there) as pai:
        await pai.dry_run("text")
    assert there.requests[0].url.params["dryRun"] == "true"


async def test_an_error_carries_status_code_message_and_problems() -> None:
    problem = {"code": "WrongType", "message": "bad", "fix": "good", "line": 1, "column": 2, "path": "a"}
    body = {"code": "InvalidProtocolError", "message": "bad", "problems": [problem]}
    async with client(Recorder(httpx2.Response(400, json=body))) as pai:
        with pytest.raises(ApiError) as caught:
            await pai.submit("text")
    error = caught.value
    assert (error.status, error.code, error.message) == (400, "InvalidProtocolError", "bad")
    assert error.problems == (problem,)


@pytest.mark.parametrize("body", [b"<html>", b"", b"[1]", b"\xff"])
async def test_an_error_page_of_a_proxy_is_an_error_too(body: bytes) -> None:
    async with client(Recorder(httpx2.Response(502, content=body))) as pai:
        with pytest.raises(ApiError) as caught:
            await pai.job("j")
    assert (caught.value.status, caught.value.message) == (502, "HTTP 502 Bad Gateway")


async def test_a_success_that_is_no_json_is_an_error() -> None:
    async with client(Recorder(httpx2.Response(200, text="<html>"))) as pai:
        with pytest.raises(ApiError):
            await pai.job("j")


@pytest.mark.parametrize("error", [httpx2.ConnectError("no"), httpx2.ReadTimeout("slow")])
async def test_a_broken_connection_says_which_server_and_why(error: Exception) -> None:
    async with client(Recorder(error)) as pai:
        with pytest.raises(PaiError) as caught:
            await pai.info()
    assert caught.value.first.params == {"url": "http://there/rest-server", "reason": str(error)}


async def test_filters_that_are_not_given_are_not_sent() -> None:
    there = Recorder(httpx2.Response(200, json={"totalCount": 0, "data": []}))
    async with client(there) as pai:
        await pai.jobs(state="FAILED", limit=3)
    assert dict(there.requests[0].url.params) == {
        "withTotalCount": "true", "offset": "0", "limit": "3", "order": "submissionTime,DESC", "state": "FAILED",
    }  # fmt: skip


async def test_stop_and_start_say_what_is_wanted() -> None:
    there = Recorder(*[httpx2.Response(202, json={"status": 202, "message": ""}) for _ in range(2)])
    async with client(there) as pai:
        await pai.stop("j")
        await pai.start("j")
    assert [json.loads(request.content) for request in there.requests] == [
        {"value": "STOP"},
        {"value": "START"},
    ]


async def test_a_log_is_read_from_a_byte_on_and_never_compressed() -> None:
    there = Recorder(httpx2.Response(206, content=b"rest"))
    async with client(there) as pai:
        assert b"".join([piece async for piece in pai.log(ATTEMPT, "stderr", first=7)]) == b"rest"
    request = there.requests[0]
    path = "/rest-server/api/v2/jobs/ann~j/attempts/1/taskRoles/Worker%20A/taskIndex/2/attempts/3/logs/stderr"
    assert request.url.raw_path.decode() == path
    assert (request.headers["range"], request.headers["accept-encoding"]) == ("bytes=7-", "identity")


async def test_a_tail_knows_where_it_begins() -> None:
    partial = httpx2.Response(206, headers={"Content-Range": "bytes 95-99/100"}, content=b"aaaaa")
    whole = httpx2.Response(200, content=b"bb")
    empty = httpx2.Response(416, json={"code": "x", "message": "y"})
    async with client(Recorder(partial, whole, empty)) as pai:
        tails = [await pai.log_tail(ATTEMPT, size=5) for _ in range(3)]
    assert [(tail.offset, tail.data) for tail in tails] == [(95, b"aaaaa"), (0, b"bb"), (0, b"")]
