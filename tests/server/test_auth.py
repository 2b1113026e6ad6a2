"""Whose request it is: no call without a valid token, and no token that is not the caller's."""

import base64

import httpx2
import jwt
import pytest

from openpai.clock import now_ms
from openpai.server.auth import mint
from openpai.store.tokens import Identity
from tests.server.house import SECRET, House, client, log_path

GUEST = "Guest is not allowed to do this operation."
INVALID = "Your token is invalid."


def basic(username: str, token: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{token}".encode()).decode()


async def answer(house: House, authorization: str) -> tuple[int, str]:
    """Status and message of a call with this header."""
    async with client(house, None, Authorization=authorization) as asking:
        reply = await asking.get("/api/v2/jobs")
        body = reply.json()
        return reply.status_code, body["message"] if isinstance(body, dict) else ""


async def test_a_token_can_be_read_by_everyone(house: House) -> None:
    token = mint(SECRET, "alice", True, 1_700_000_000_123, "id-1")
    claims = {"username": "alice", "application": True, "iat": 1_700_000_000, "jti": "id-1"}
    assert jwt.decode(token, options={"verify_signature": False}) == claims
    assert mint(SECRET, "alice", True, 1_700_000_000_123, "id-2") != token


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_may_be_written_in_any_case(scheme: str, house: House) -> None:
    assert (await answer(house, f"{scheme} {await house.token('alice')}"))[0] == 200


async def test_basic_takes_the_users_own_application_token(house: House) -> None:
    token = await house.token("alice")
    assert (await answer(house, basic("alice", token)))[0] == 200
    assert (await answer(house, basic("alice", token).replace("Basic", "basic")))[0] == 200
    assert await answer(house, basic("bob", token)) == (401, INVALID)
    assert await answer(house, basic("", token)) == (401, INVALID)


async def test_basic_refuses_a_token_of_a_browser(house: House) -> None:
    token = await house.token("alice", application=False)
    assert await answer(house, basic("alice", token)) == (401, INVALID)
    assert (await answer(house, f"Bearer {token}"))[0] == 200


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer \xe9",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        basic("alice", "none"),
        "Digest username=alice",
        "Bearer " + jwt.encode({"username": "root"}, "", algorithm="none"),
    ],
)
async def test_what_is_no_token_is_refused(header: str, house: House) -> None:
    async with client(house, None) as asking:
        request = asking.build_request("GET", "/api/v2/jobs")
        request.headers.raw  # noqa: B018  headers go out as bytes, also those that are not ASCII
        request.headers = httpx2.Headers([(b"Authorization", header.encode("latin-1"))])
        reply = await asking.send(request)
    assert reply.status_code == 401
    assert (reply.json()["code"], reply.json()["message"]) == ("UnauthorizedUserError", INVALID)


async def test_a_token_that_was_never_given_out_is_refused_though_it_is_signed(house: House) -> None:
    assert await answer(house, f"Bearer {mint(SECRET, 'root', True, now_ms(), 'x')}") == (401, INVALID)


async def test_a_token_that_another_signed_is_refused_though_it_is_known(house: House) -> None:
    token = mint("another secret of 32 characters!!", "root", True, now_ms(), "x")
    await house.services.tokens.add(token, Identity("root", True, True), now_ms())
    assert await answer(house, f"Bearer {token}") == (401, INVALID)


async def test_every_call_but_the_open_ones_wants_a_token(house: House) -> None:
    run = await house.submitted()
    job = f"/api/v2/jobs/{run.full_name}"
    calls = [
        ("GET", "/api/v2/jobs"), ("POST", "/api/v2/jobs"), ("GET", job), ("GET", f"{job}/attempts/0"),
        ("GET", f"{job}/config"), ("PUT", f"{job}/executionType"), ("GET", f"{job}/events"),
        ("GET", f"{job}/watch"), ("GET", log_path(run)), ("GET", log_path(run, "all")),
        ("GET", log_path(run, "all/stream")), ("GET", log_path(run).removesuffix("/0/logs")),
        ("GET", "/api/v1/user/alice/jobs/train"), ("GET", "/api/v2/credentials"),
        ("PUT", "/api/v2/credentials"), ("DELETE", "/api/v2/credentials"), ("GET", "/api/v2/groups"),
        ("POST", "/api/v2/groups"), ("GET", "/api/v2/groups/team"), ("DELETE", "/api/v2/groups/team"),
        ("GET", "/api/v2/groups/team/userlist"), ("PUT", "/api/v2/users/alice/group"),
        ("DELETE", "/api/v2/users/alice/group"),
    ]  # fmt: skip
    async with client(house, None) as asking:
        for method, path in calls:
            for address in (path, f"/rest-server{path}", f"{path}/"):
                reply = await asking.request(method, address)
                assert (reply.status_code, reply.json()["message"]) == (401, GUEST), (method, address)
                assert reply.headers["www-authenticate"].startswith("Bearer")
        for path in ("/healthz", "/api/v2/info", "/api/v2/openapi.json"):
            assert (await asking.get(path)).status_code == 200


async def test_the_probe_of_vs_code_gets_an_error_that_is_not_noapi(house: House) -> None:
    async with client(house, None) as asking:
        reply = await asking.get("/rest-server/api/v2/jobs/protocolversion/config")
    assert reply.json()["code"] == "UnauthorizedUserError"


async def test_no_cookie_and_no_address_carries_a_token(house: House) -> None:
    token = await house.token("alice")
    async with client(house, None, Cookie=f"token={token}") as asking:
        reply = await asking.get("/api/v2/jobs", params={"token": token, "access_token": token})
    assert reply.status_code == 401
    assert "set-cookie" not in reply.headers


async def test_a_page_from_elsewhere_is_given_no_right(house: House, api: httpx2.AsyncClient) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for reply in (
        await api.get("/api/v2/jobs", headers=headers),
        await api.options("/api/v2/jobs", headers=headers),
    ):
        assert not [name for name in reply.headers if name.startswith("access-control")]


async def test_who_has_no_token_is_told_so_in_his_language(house: House) -> None:
    async with client(house, None, **{"Accept-Language": "zh-CN,zh;q=0.9"}) as asking:
        reply = await asking.get("/api/v2/jobs")
    assert reply.json()["code"] == "UnauthorizedUserError"
    assert "未登录" in reply.json()["message"]


async def test_a_database_that_fails_is_not_a_wrong_token(house: House) -> None:
    house.database.close()
    async with client(house) as asking:
        reply = await asking.get("/api/v2/jobs")
    assert reply.status_code >= 500
