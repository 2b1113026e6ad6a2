"""Naked calls to the Docker Engine's HTTP API, and the one place where lost contact becomes `NoContact`.

Plain aiohttp and no client library: the known one ends a stream that was cut off as if it were complete,
allows 100 connections (each followed log holds one) and cannot send Docker Hub credentials.
"""

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import aiohttp

from openpai.backends.docker.connection import Address
from openpai.backends.docker.problems import is_contact_lost, no_contact
from openpai.clock import now_ms
from openpai.errors import PaiError

NEWEST_KNOWN = (1, 51)
"""The newest API version this was written for; a newer engine is spoken to in this one."""

CALL_TIMEOUT_S = 120.0
"""How long an ordinary call may take before the engine counts as out of reach."""


class EngineError(Exception):
    """The engine answered, and said no: HTTP status and its own words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"{status}: {words}")
        self.status = status
        self.words = words


def event_of(line: bytes) -> Mapping[str, Any]:
    """A line of a stream in which the engine tells how far it is. Raises `EngineError` for one that says no."""
    event: Mapping[str, Any] = json.loads(line)
    if "error" in event or "errorDetail" in event:
        detail = event.get("errorDetail") or {}
        raise EngineError(0, str(detail.get("message") or event.get("error") or "unknown error"))
    return event


def filters(**wanted: list[str]) -> dict[str, str]:
    """The `filters` parameter of list and event calls."""
    return {"filters": json.dumps(wanted)}


def segment(name: str) -> str:
    """`name` as one segment of a path; an image's name keeps its slashes."""
    return quote(name, safe="/:@")


class Engine:
    """One engine. Every call raises `NoContact` when it is out of reach, `EngineError` when it says no."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.contact_since: int | None = None  # ms; None while out of reach
        self._session: aiohttp.ClientSession | None = None
        self._base = ""
        self._version = ""

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> Any:
        """One request and its JSON answer (None for an empty one)."""
        async with self.stream(method, path, params=params, body=body, timeout_s=timeout_s) as response:
            text = await response.read()
            return json.loads(text) if text else None

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request whose answer the caller reads; contact lost while it reads is `NoContact` as well.

        `body`: a value to send as JSON, or the bytes themselves as they come.
        """
        sent = {"data": body} if isinstance(body, AsyncIterable) else {"json": body}
        with self._contact():
            prefix = self._version or await self._negotiate()
            async with self._open().request(
                method,
                f"{self._base}{prefix}{path}",
                params=params,
                **sent,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=timeout_s, sock_connect=10),
            ) as response:
                await self._check(response)
                yield response

    async def close(self) -> None:
        """Let go of all connections; a later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def lost(self, words: str) -> None:
        """Note that the engine is out of reach; it may come back as another version."""
        self.contact_since = None
        self._version = ""

    def _contact(self) -> "_Contact":
        return _Contact(self)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session, self._base = self.address.open()
        return self._session

    async def _negotiate(self) -> str:
        session = self._open()
        timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT_S, sock_connect=10)
        async with session.get(f"{self._base}/version", timeout=timeout) as response:
            await self._check(response)
            newest = tuple(int(part) for part in (await response.json())["ApiVersion"].split("."))
        major, minor = min(newest, NEWEST_KNOWN)
        self._version = f"/v{major}.{minor}"
        return self._version

    async def _check(self, response: aiohttp.ClientResponse) -> None:
        if response.status >= 400:
            words = _words(await response.read())
            if is_contact_lost(response.status, words):
                self.lost(words)
                raise no_contact(self.address.host, words)
            raise EngineError(response.status, words)
        if self.contact_since is None:
            self.contact_since = now_ms()


class _Contact:
    """Turns what a broken connection raises into `NoContact`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, aiohttp.ClientError) and isinstance(error.__cause__, PaiError):
            raise error.__cause__  # what was to be sent could not be had: nothing is wrong with the engine
        if isinstance(error, aiohttp.ClientError | OSError | asyncio.TimeoutError):
            words = str(error) or type(error).__name__
            self._engine.lost(words)
            forbidden = isinstance(error, PermissionError) or isinstance(
                getattr(error, "os_error", None), PermissionError
            )
            raise no_contact(self._engine.address.host, words, forbidden=forbidden) from error


def _words(answer: bytes) -> str:
    """The message of an error answer; the bare text where it is no JSON (a HEAD's is empty)."""
    try:
        return str(json.loads(answer)["message"])
    except (ValueError, KeyError, TypeError):
        return answer.decode("utf-8", "replace").strip()
