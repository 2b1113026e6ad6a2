"""The calls on log-ins and groups: what is sent, and what comes back."""

import json
from collections.abc import Awaitable, Callable

import httpx2
import pytest

from openpai.client import Client
from tests.client.test_api import Recorder, client


@pytest.mark.parametrize(
    ("call", "sent"),
    [
        (lambda pai: pai.credentials(), ("GET", "credentials", None)),
        (
            lambda pai: pai.set_credential("docker.io", "ann", "pw"),
            ("PUT", "credentials", {"registry": "docker.io", "username": "ann", "password": "pw"}),
        ),
        (
            lambda pai: pai.set_credential("r", "ann", "pw", default=True),
            ("PUT", "credentials", {"registry": "r", "username": "ann", "password": "pw", "default": True}),
        ),
        (
            lambda pai: pai.remove_credential("localhost:5000", group="team"),
            ("DELETE", "credentials?registry=localhost%3A5000&group=team", None),
        ),
        (lambda pai: pai.groups(), ("GET", "groups", None)),
        (lambda pai: pai.members("a/b"), ("GET", "groups/a%2Fb/userlist", None)),
        (lambda pai: pai.add_group("t", "we"), ("POST", "groups", {"groupname": "t", "description": "we"})),
        (lambda pai: pai.remove_group("t"), ("DELETE", "groups/t", None)),
        (lambda pai: pai.join_group("t", "bob"), ("PUT", "users/bob/group", {"groupname": "t"})),
        (lambda pai: pai.leave_group("t", "../x"), ("DELETE", "users/..%2Fx/group", {"groupname": "t"})),
    ],
)
async def test_each_call_is_sent_as_the_api_wants_it(
    call: Callable[[Client], Awaitable[object]], sent: tuple[str, str, object]
) -> None:
    there = Recorder(httpx2.Response(200, json={"message": "done"}))
    async with client(there) as pai:
        assert await call(pai) == {"message": "done"}
    (request,) = there.requests
    body = json.loads(request.content) if request.content else None
    path = request.url.raw_path.decode().removeprefix("/rest-server/api/v2/")
    assert (request.method, path, body) == sent
