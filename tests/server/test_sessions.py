"""Browsers sign in and out; a session is no use to any page but ours."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from openpai.clock import now_ms
from openpai.server.cookies import HEADER, SESSION_MS
from openpai.server.routes import sessions
from openpai.store.sessions import Session
from openpai.store.tokens import Identity
from tests.server.house import House, client

OURS = {HEADER: "1", "Origin": "http://server", "Sec-Fetch-Site": "same-origin"}


def bearer(house: House, user: str) -> str:
    return house.headers[user]["Authorization"].removeprefix("Bearer ")


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser at our page, where nobody is signed in."""
    async with client(house, None, **OURS) as asking:
        yield asking


async def sign_in(browser: httpx2.AsyncClient, house: House, user: str = "alice") -> httpx2.Response:
    reply = await browser.post("/api/v2/session", json={"token": bearer(house, user)})
    assert reply.status_code == 201, reply.text
    return reply


async def test_a_token_opens_a_session_that_counts_for_every_call(
    browser: httpx2.AsyncClient, house: House
) -> None:
    assert (await browser.get("/api/v2/session")).status_code == 401
    opened = (await sign_in(browser, house, "root")).json()
    assert (opened["username"], opened["admin"]) == ("root", True)
    assert abs(opened["expiresTime"] - now_ms() - SESSION_MS) < 60_000
    assert (await browser.get("/api/v2/session")).json() == opened
    run = await house.submitted()
    stop = await browser.put(f"/api/v2/jobs/{run.full_name}/executionType", json={"value": "STOP"})
    assert stop.status_code == 202


async def test_no_script_reads_the_cookie_and_no_other_site_sends_it(
    browser: httpx2.AsyncClient, house: House
) -> None:
    cookie = (await sign_in(browser, house)).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie
    assert bearer(house, "alice").lower() not in cookie
    async with client(house, None, **OURS) as asking:
        asking.base_url = httpx2.URL("https://server")
        reply = await asking.post("/api/v2/session", json={"token": bearer(house, "alice")})
        assert "secure" in reply.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "changed",
    [
        {HEADER: None},
        {"Origin": "http://elsewhere"},
        {"Origin": "http://server:8080"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_page_of_another_origin_changes_nothing(
    changed: dict[str, str | None], browser: httpx2.AsyncClient, house: House
) -> None:
    await sign_in(browser, house)
    run = await house.submitted()
    for name, value in changed.items():
        if value is None:
            del browser.headers[name]
        else:
            browser.headers[name] = value
    stop = await browser.put(f"/api/v2/jobs/{run.full_name}/executionType", json={"value": "STOP"})
    assert (stop.status_code, stop.json()["problems"][0]["code"]) == (403, "ForeignPage")
    assert not (await house.run(run.full_name)).stop_requested
    again = await browser.post("/api/v2/session", json={"token": bearer(house, "bob")})
    assert again.status_code == 403
    assert (await browser.get("/api/v2/jobs")).status_code == 200


async def test_a_program_with_a_token_needs_nothing_of_that(house: House, api: httpx2.AsyncClient) -> None:
    run = await house.submitted()
    stop = await api.put(f"/api/v2/jobs/{run.full_name}/executionType", json={"value": "STOP"})
    assert stop.status_code == 202


async def test_a_header_wins_over_the_cookie(browser: httpx2.AsyncClient, house: House) -> None:
    await sign_in(browser, house, "alice")
    reply = await browser.get("/api/v2/session", headers=house.headers["bob"])
    assert reply.json() == {"username": "bob", "admin": False, "expiresTime": None}


async def test_who_signs_out_is_out_at_once_and_his_token_goes_on(
    browser: httpx2.AsyncClient, house: House, api: httpx2.AsyncClient
) -> None:
    await sign_in(browser, house)
    kept = dict(browser.cookies)
    assert (await browser.delete("/api/v2/session")).status_code == 200
    assert not dict(browser.cookies)
    for name, value in kept.items():
        browser.cookies.set(name, value)
    reply = await browser.get("/api/v2/jobs")
    assert (reply.status_code, reply.json()["problems"][0]["code"]) == (401, "SessionEnded")
    assert (await api.get("/api/v2/jobs")).status_code == 200


async def test_a_session_ends_by_itself(browser: httpx2.AsyncClient, house: House) -> None:
    await sign_in(browser, house)
    (secret,) = dict(browser.cookies).values()
    store = house.services.sessions
    assert await store.find(secret, now_ms() + SESSION_MS - 60_000) is not None
    assert await store.find(secret, now_ms() + SESSION_MS) is None


@pytest.mark.parametrize("body", [{"token": "none"}, {"code": "none"}, {"token": "a.b.c"}])
async def test_what_is_no_token_and_no_link_opens_nothing(
    body: dict[str, str], browser: httpx2.AsyncClient
) -> None:
    reply = await browser.post("/api/v2/session", json=body)
    assert (reply.status_code, reply.json()["code"]) == (401, "UnauthorizedUserError")
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": None}, {"password": "x"}])
async def test_a_sign_in_without_either_is_told_what_it_lacks(
    body: dict[str, str | None], browser: httpx2.AsyncClient
) -> None:
    assert (await browser.post("/api/v2/session", json=body)).status_code == 400


async def test_a_link_signs_in_once(
    browser: httpx2.AsyncClient, house: House, api: httpx2.AsyncClient
) -> None:
    link = (await api.post("/api/v2/session/links")).json()
    path, _, code = link["path"].partition("#code=")
    assert path == "/sign-in"
    opened = await browser.post("/api/v2/session", json={"code": code})
    assert (opened.status_code, opened.json()["username"]) == (201, "alice")
    again = await browser.post("/api/v2/session", json={"code": code})
    assert (again.status_code, again.json()["problems"][0]["code"]) == (401, "SignInLinkUsed")


async def test_a_link_counts_for_a_while_only(browser: httpx2.AsyncClient, house: House) -> None:
    begin = now_ms() - sessions.LINK_MS - 1
    late = Session(Identity("alice", False, False), begin + sessions.LINK_MS)
    await house.services.sessions.add_link("late", late, begin)
    assert (await browser.post("/api/v2/session", json={"code": "late"})).status_code == 401


async def test_only_who_is_known_gets_a_link(browser: httpx2.AsyncClient) -> None:
    assert (await browser.post("/api/v2/session/links")).status_code == 401


async def test_two_servers_on_one_machine_do_not_share_a_cookie(
    browser: httpx2.AsyncClient, house: House
) -> None:
    await sign_in(browser, house)
    (name,) = dict(browser.cookies)
    assert name.startswith("pai_session_")
    assert len(name) > len("pai_session_")
