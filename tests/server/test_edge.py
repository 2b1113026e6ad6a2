"""Around every request: paths, ids, limits, and what nobody foresaw."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from starlette.routing import Route
from structlog.testing import capture_logs

from openpai.errors import PaiError, Problem, fail
from openpai.server.app import create_app
from openpai.server.bodies import MAX_BYTES, MAX_SUBMISSION_BYTES
from tests.server.house import PASSWORD, House, client, job_file


async def test_what_the_server_is_can_be_asked_by_everyone(house: House) -> None:
    async with client(house, None) as asking:
        assert (await asking.get("/healthz")).json() == {"status": "ok"}
        info = (await asking.get("/api/v2/info")).json()
    assert set(info) == {"name", "version", "launcherType", "authnMethod"}
    assert (info["launcherType"], info["authnMethod"]) == ("docker", "basic")


@pytest.mark.parametrize(
    "path", ["/api/v2/jobs", "/api/v2/jobs/", "/rest-server/api/v2/jobs", "/rest-server/api/v2/jobs/"]
)
async def test_every_path_works_under_the_gateways_prefix_and_with_a_slash(
    path: str, house: House, api: httpx2.AsyncClient
) -> None:
    await house.submitted()
    assert len((await api.get(path)).json()) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/jobs", 404),
        ("GET", "/api/v2/nothing", 404),
        ("GET", "/rest-server", 404),
        ("GET", "/rest-serverapi/v2/jobs", 404),
        ("DELETE", "/api/v2/jobs", 405),
    ],
)
async def test_a_call_that_is_not_there_is_told_in_json(
    method: str, path: str, status: int, api: httpx2.AsyncClient
) -> None:
    reply = await api.request(method, path)
    assert (reply.status_code, reply.json()["code"]) == (status, "NoApiError")


async def test_every_reply_has_an_id_of_its_own(api: httpx2.AsyncClient) -> None:
    replies = [await api.get(path) for path in ("/healthz", "/api/v2/jobs", "/none", "/api/v2/jobs/none")]
    ids = [reply.headers["x-request-id"] for reply in replies]
    assert len(set(ids)) == len(ids)
    assert all(reply.headers["x-content-type-options"] == "nosniff" for reply in replies)


async def test_a_fault_of_ours_is_a_500_whose_id_finds_it_in_the_log(house: House) -> None:
    async def broken(_: object) -> Any:
        raise RuntimeError(f"cannot connect with {PASSWORD}")

    faulty = replace(house, services=replace(house.services, submit=broken))
    with capture_logs() as logs:
        async with client(faulty) as asking:
            reply = await asking.post("/api/v2/jobs", content=job_file())
    assert (reply.status_code, reply.json()["code"]) == (500, "UnknownError")
    (logged,) = logs
    assert logged["request"] == reply.headers["x-request-id"]
    assert logged["request"] in reply.json()["problems"][0]["fix"]
    assert "in broken" in logged["frames"]
    assert PASSWORD not in str(logs) + reply.text
    assert "Traceback" not in reply.text


async def test_a_fault_after_the_reply_began_is_logged_and_cuts_it_short(house: House) -> None:
    run = await house.running()
    house.write(run, b"hello")
    app = create_app(house.services)

    async def half(_: object) -> Any:
        from starlette.responses import StreamingResponse

        async def content() -> AsyncIterator[bytes]:
            yield b"half"
            raise RuntimeError

        return StreamingResponse(content())

    app.router.routes.insert(0, Route("/half", half))  # before the portal's, which takes every address

    with capture_logs() as logs:
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url="http://server"
        ) as asking:
            with pytest.raises(AssertionError):  # what the transport in memory says of a reply without end
                await asking.get("/half")
    assert [entry["error"] for entry in logs] == ["RuntimeError"]


async def test_all_problems_of_an_error_are_told_with_their_places(house: House) -> None:
    async def refuse(_: object) -> Any:
        raise PaiError(
            Problem("MissingField", {"field": "name"}, 1, 2, "name"), Problem("NoJob", {"name": "x"}, 7, 9)
        )

    refusing = replace(house, services=replace(house.services, submit=refuse))
    for language, word in (("en", "missing"), ("zh-CN", "缺少")):
        async with client(refusing, **{"Accept-Language": language}) as asking:
            reply = await asking.post("/api/v2/jobs", content=job_file())
        assert (reply.status_code, reply.json()["code"]) == (400, "InvalidProtocolError")
        first, second = reply.json()["problems"]
        assert set(first) == {"code", "message", "fix", "line", "column", "path"}
        assert (first["line"], first["column"], first["path"]) == (1, 2, "name")
        assert (second["line"], second["path"]) == (7, None)
        assert word in first["message"]
        assert reply.json()["message"] == f"{first['message']}\n{second['message']}"


@pytest.mark.parametrize(
    ("code", "status", "api_code"),
    [
        ("NoSpace", 507, "NoSpaceError"),
        ("StoreUnavailable", 503, "StoreUnavailableError"),
        ("EngineUnreachable", 503, "EngineUnreachableError"),
    ],
)
async def test_a_failing_store_or_engine_has_a_status_of_its_own(
    code: str, status: int, api_code: str, house: House
) -> None:
    async def fails(_: object) -> Any:
        raise fail(code, detail="d", address="a")

    failing = replace(house, services=replace(house.services, submit=fails))
    async with client(failing) as asking:
        reply = await asking.post("/api/v2/jobs", content=job_file())
    assert (reply.status_code, reply.json()["code"]) == (status, api_code)


@pytest.mark.parametrize(
    ("kind", "limit"), [("text/yaml", MAX_BYTES), ("application/json", MAX_SUBMISSION_BYTES)]
)
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_is_too_large_is_refused_before_it_is_read(
    kind: str, limit: int, announced: bool, api: httpx2.AsyncClient
) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 64 * limit:
            sent += 65_536
            yield b" " * 65_536

    headers = {"Content-Type": kind} | ({"Content-Length": str(64 * limit)} if announced else {})
    reply = await api.post("/api/v2/jobs", content=body(), headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (413, "InvalidParametersError")
    assert sent <= (65_536 if announced else limit + 2 * 65_536)


async def test_a_stop_has_a_limit_too(house: House, api: httpx2.AsyncClient) -> None:
    await house.submitted()
    reply = await api.put("/api/v2/jobs/alice~train/executionType", content=b" " * (MAX_BYTES + 1))
    assert reply.status_code == 413


async def test_a_guests_body_is_not_even_read(house: House) -> None:
    async def body() -> AsyncIterator[bytes]:
        raise AssertionError("read")
        yield b""

    async with client(house, None) as asking:
        assert (await asking.post("/api/v2/jobs", content=body())).status_code == 401


async def test_the_openapi_document_tells_every_call(house: House) -> None:
    async with client(house, None) as asking:
        document = (await asking.get("/api/v2/openapi.json")).json()
        for gone in ("/docs", "/redoc", "/openapi.json"):
            assert (await asking.get(gone)).status_code == 404
    assert document["openapi"].startswith("3.1")
    task = "/api/v2/jobs/{job}/attempts/{job_attempt}/taskRoles/{role}/taskIndex/{index}/attempts"
    assert set(document["paths"]) == {
        "/healthz", "/api/v2/info", "/api/v2/jobs", "/api/v2/jobs/{job}", "/api/v2/jobs/{job}/attempts/{attempt}",
        "/api/v2/jobs/{job}/explanation",
        "/api/v2/jobs/{job}/config", "/api/v2/jobs/{job}/executionType", "/api/v2/jobs/{job}/events",
        "/api/v2/jobs/{job}/watch", "/api/v2/changes", "/api/v2/job-counts", "/api/v2/job-schema", "/api/v2/session",
        "/api/v2/session/links", task, f"{task}/{{attempt}}/logs", f"{task}/{{attempt}}/logs/{{name}}",
        f"{task}/{{attempt}}/logs/{{name}}/stream", f"{task}/{{attempt}}/logs/{{name}}/search",
        "/api/v2/jobs/{job}/logs/stream", "/api/v1/user/{user}/jobs/{job}",
        "/api/v2/credentials", "/api/v2/groups", "/api/v2/groups/{group}", "/api/v2/groups/{group}/userlist",
        "/api/v2/users/{member}/group", "/api/v2/images", "/api/v2/images/check", "/api/v2/images/pulls",
        "/api/v2/images/pull", "/api/v2/images/disk", "/api/v2/images/removals", "/api/v2/images/clean",
        "/api/v2/storages", "/api/v2/storages/{name}", "/api/v2/virtual-clusters", "/api/v2/virtual-clusters/{vc}",
        "/api/v2/virtual-clusters/{vc}/cells", "/api/v2/virtual-clusters/{vc}/sku-types",
        "/api/v2/cluster/sku-types", "/api/v2/cluster/cells", "/api/v2/cluster/nodes",
        "/api/v2/cluster/nodes/{node}/state", "/api/v2/cluster/file", "/api/v2/cluster/file/check",
    }  # fmt: skip
    open_to_all = {("/healthz", "get"), ("/api/v2/info", "get"), ("/api/v2/session", "post")}
    guarded = [
        call
        for path, item in document["paths"].items()
        for method, call in item.items()
        if (path, method) not in open_to_all
    ]
    assert all(call["security"] == [{"HTTPBearer": []}] for call in guarded)
    assert all(call["summary"] and call["description"] for call in guarded)
    shapes = document["components"]["schemas"]
    assert {"JobDetail", "JobItem", "ErrorReply", "EventPage"} <= set(shapes)
    assert not any("422" in call["responses"] for call in guarded)


async def test_nothing_secret_reaches_a_reply_or_the_log(house: House, api: httpx2.AsyncClient) -> None:
    with capture_logs() as logs:
        replies = [
            await api.post("/api/v2/jobs", content=job_file()),
            await api.post("/api/v2/jobs", content=job_file()),
            await api.post("/api/v2/jobs", json={"config": "x", "secrets": {"word": [PASSWORD]}}),
            await api.post(
                "/api/v2/jobs", json={"config": job_file(), "secrets": {"word": PASSWORD}, "x": 1}
            ),
            await api.get("/api/v2/jobs/alice~train"),
            await api.get("/api/v2/jobs/alice~train/config"),
            await api.get("/api/v2/jobs/alice~train/events"),
        ]
    text = json.dumps([reply.text for reply in replies]) + str(logs)
    assert PASSWORD not in text
    token = house.headers["alice"]["Authorization"].removeprefix("Bearer ")
    assert token not in text + repr(house.services)
