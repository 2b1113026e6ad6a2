"""Requests to the server, and what goes wrong with them, as this program's errors.

The only file that knows httpx2. Called by `api` and `streams`; must not know what a job is.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2

from openpai.client.api_error import ApiError, api_error
from openpai.errors import PaiError, fail

TIMEOUT = 60.0  # seconds without a byte; the server sends one at least every 15
_LARGEST_EVENT = 64 * 1024 * 1024  # bytes; a job of thousands of tasks in detail stays far below
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

Query = Mapping[str, str | int]


class Http:
    """A connection pool to one server. `url` may end in the `/rest-server` of an OpenPAI gateway."""

    def __init__(
        self, url: str, token: str, language: str, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self.url = url.rstrip("/")
        headers = {"Accept-Language": language}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            parts = urlsplit(self.url)
            self._pool = httpx2.AsyncClient(
                base_url=self.url,
                headers=headers,
                timeout=TIMEOUT,
                transport=transport,
                verify=parts.scheme == "https",  # reading all CAs takes longer than a plain request
                trust_env=parts.hostname not in _LOOPBACK,  # a proxy cannot reach our own machine
            )
        except (httpx2.InvalidURL, ValueError) as error:
            raise fail("ServerUnreachable", url=url, reason=str(error)) from error

    async def close(self) -> None:
        await self._pool.aclose()

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """One request and its whole reply. Raises ApiError, PaiError ServerUnreachable."""
        async with self.stream(method, path, query=query, body=body, headers=headers) as response:
            with self._trouble_told():
                await response.aread()
            return response

    async def json(self, method: str, path: str, **rest: Any) -> Any:
        """The reply of `call` as JSON. Raises also ApiError where a success holds something else."""
        response = await self.call(method, path, **rest)
        try:
            return json.loads(response.content)
        except ValueError as error:
            raise ApiError(response.status_code, "", f"{self.url}{path}: {error}") from error

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[httpx2.Response]:
        """A reply whose body is read by the caller. Raises ApiError, PaiError ServerUnreachable."""
        with self._trouble_told():
            async with self._pool.stream(
                method, path, params=dict(query or {}), json=body, headers=dict(headers or {})
            ) as response:
                await _raise_for(response)
                yield response

    async def events(self, path: str, query: Query) -> AsyncGenerator[httpx2.ServerSentEvent]:
        """The server-sent events of a stream until it closes. Raises ApiError, PaiError ServerUnreachable."""
        with self._trouble_told():
            async with self._pool.sse(path, params=dict(query), max_event_size=_LARGEST_EVENT) as source:
                await _raise_for(source.response)
                async for event in source:
                    yield event

    def _trouble_told(self) -> "_TroubleTold":
        return _TroubleTold(self.url)


class _TroubleTold:
    """Turns what httpx2 raises for a broken connection into PaiError ServerUnreachable."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, httpx2.TransportError | httpx2.InvalidURL | httpx2.DecodingError):
            raise unreachable(self._url, error) from error


def unreachable(url: str, error: Exception) -> PaiError:
    return fail("ServerUnreachable", url=url, reason=str(error) or type(error).__name__)


async def _raise_for(response: httpx2.Response) -> None:
    if not response.is_success:
        await response.aread()
        raise api_error(response)
