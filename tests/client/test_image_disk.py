"""The calls on pulls and on room for images: what is sent."""

from collections.abc import Awaitable, Callable

import httpx2
import pytest

from openpai.client import Client
from tests.client.test_api import Recorder, client


@pytest.mark.parametrize(
    ("call", "sent"),
    [
        (lambda pai: pai.image_pulls(), ("GET", "pulls", b"")),
        (lambda pai: pai.pull_image("a/b:1"), ("POST", "pull", b'{"image":"a/b:1"}')),
        (lambda pai: pai.image_removals(offset=3, limit=7), ("GET", "removals?offset=3&limit=7", b"")),
        (lambda pai: pai.clean_images(), ("POST", "clean?dryRun=false", b"")),
        (lambda pai: pai.clean_images(dry_run=True), ("POST", "clean?dryRun=true", b"")),
    ],
)
async def test_each_call_is_sent_as_the_api_wants_it(
    call: Callable[[Client], Awaitable[object]], sent: tuple[str, str, bytes]
) -> None:
    there = Recorder(httpx2.Response(200, json={"data": []}))
    async with client(there) as pai:
        await call(pai)
    (request,) = there.requests
    method, path, body = sent
    asked = request.url.raw_path.decode().removeprefix("/rest-server")
    assert (request.method, asked) == (method, f"/api/v2/images/{path}")
    assert request.content == body
