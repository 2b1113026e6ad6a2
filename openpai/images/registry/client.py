"""Carries conversations with registries out, over HTTP; what keeps a request from its answer becomes `Unreached`."""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from openpai.images.reference import DOCKER_HUB
from openpai.images.registry.endpoints import Endpoint, endpoints, host_of, proxy_for
from openpai.images.registry.exchange import Exchange, Request, Response, T
from openpai.images.registry.registries import RegistrySettings
from openpai.images.registry.trust import Trust
from openpai.images.registry.verdicts import Fault, Unreached

CONNECT_S = 3.0
_IDLE_S = 60.0  # how long a connection waits for the next look
_SILENT_S = 60.0  # how long an answer may say nothing more
_AGENT = "openpai"

_EXPIRED, _NOT_YET = 10, 9  # OpenSSL's verify codes
_OTHER_HOST = (62, 63, 64)
_NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "RECORD_LAYER_FAILURE",
    "PACKET_LENGTH_TOO_LONG",
)


@dataclass(slots=True)
class Trail:
    """What one look asks for now; read when it takes too long."""

    waiting_for: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """How one endpoint is reached."""

    endpoint: Endpoint
    settings: RegistrySettings
    trail: Trail = field(default_factory=Trail)


class Registries:
    """Connections to registries, kept for the next look."""

    def __init__(self) -> None:
        self._trust = Trust()
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let go of all connections; a later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def places(self, registry: str, settings: RegistrySettings, trail: Trail) -> tuple[Endpoint, ...]:
        """Whom to ask for an image of `registry`, in order. Raises Unreached for a name without address."""
        return endpoints(registry, settings, await self._addresses(registry, settings, trail))

    async def _addresses(self, registry: str, settings: RegistrySettings, trail: Trail) -> tuple[str, ...]:
        """Those of a registry that may be insecure by its address; behind a proxy, only that may know the name."""
        if registry == DOCKER_HUB:
            return ()
        host = host_of(registry)
        trail.waiting_for = f"the addresses of {host}"
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            if proxy_for(f"https://{registry}", settings):
                return ()
            raise Unreached("name-unknown", _words(error)) from error
        return tuple(dict.fromkeys(str(address[4][0]) for address in found))

    async def carry_out(self, conversation: Exchange[T], way: Way) -> T:
        """Send what the conversation asks, and give it the answers; its result. Raises Unreached."""
        context = await self._context(way)
        try:
            request = next(conversation)
            while True:
                way.trail.waiting_for = f"{request.method} {request.url.partition('?')[0]}"
                request = conversation.send(await self._send(request, way, context))
        except StopIteration as end:
            result: T = end.value
            return result
        except Unreached as unreached:
            if unreached.fault == "not-tls" and not way.endpoint.insecure:
                raise await self._without_tls(unreached, way, context) from unreached
            raise
        finally:
            conversation.close()

    async def download(self, conversation: Exchange[None], way: Way) -> AsyncGenerator[bytes, None]:
        """The body of the good answer to the request of a conversation that is `streamed`, piece by piece.

        The conversation ends with an error where it gets no good answer. Raises that, and Unreached.
        """
        context = await self._context(way)
        request = next(conversation)
        while True:
            async with self._sent(request, way, context) as response:
                if request.streamed and response.status == 200:
                    async for piece in response.content.iter_any():
                        yield piece
                    return
                answer = await _answer(response, request.limit)
            request = conversation.send(answer)

    async def _context(self, way: Way) -> ssl.SSLContext:
        folder = way.settings.certificates
        try:
            return await asyncio.to_thread(self._trust.context, way.endpoint, folder)
        except OSError as error:  # an SSLError is one
            raise Unreached("unknown-ca", f"{folder / way.endpoint.host}: {_words(error)}") from error

    async def _send(self, request: Request, way: Way, context: ssl.SSLContext) -> Response:
        async with self._sent(request, way, context) as response:
            return await _answer(response, request.limit)

    @asynccontextmanager
    async def _sent(
        self, request: Request, way: Way, context: ssl.SSLContext
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            async with self._open().request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.form,
                ssl=context,
                proxy=proxy_for(request.url, way.settings) or None,
                allow_redirects=False,
            ) as response:
                yield response
        except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: a URL that is none
            raise _unreached(error) from error

    async def _without_tls(self, unreached: Unreached, way: Way, context: ssl.SSLContext) -> Unreached:
        """Whether something without TLS answers where TLS was asked for. No secret is sent."""
        url = f"http://{way.endpoint.host}/v2/"
        try:
            answer = await self._send(Request(url), way, context)
        except Unreached:
            return Unreached("not-http", unreached.words)
        return Unreached("plain-http", f"{url}: {answer.status} {answer.words}")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(keepalive_timeout=_IDLE_S, limit=0),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=_SILENT_S),
                headers={"User-Agent": _AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept-Encoding",),
            )
        return self._session


async def _answer(response: aiohttp.ClientResponse, limit: int) -> Response:
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        lower = name.lower()
        headers[lower] = f"{headers[lower]}, {value}" if lower in headers else value
    return Response(response.status, headers, await _read(response, limit))


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            if response.status >= 400:  # only read for its words
                return bytes(body[:limit])
            raise Unreached("too-large", f"{response.status}: an answer of more than {limit} bytes")
    return bytes(body)


def _unreached(error: Exception) -> Unreached:
    fault: Fault = "unreachable"
    cause = error
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        fault = "name-unknown"
    elif isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause = error.certificate_error
        fault = _certificate_fault(getattr(cause, "verify_code", 0))
    elif isinstance(error, aiohttp.ClientConnectorSSLError):
        cause = error.os_error
        fault = "not-tls" if getattr(cause, "reason", "") in _NOT_TLS else "unknown-ca"
    elif isinstance(error, aiohttp.ClientHttpProxyError):
        # Not its own text, which shows the proxy's URL and perhaps a password in it.
        return Unreached(fault, f"the proxy answers {error.status} {error.message}")
    elif isinstance(error, aiohttp.ClientResponseError | aiohttp.InvalidURL | ValueError):
        fault = "not-http"
    elif isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
    return Unreached(fault, _words(cause))


def _certificate_fault(code: int) -> Fault:
    if code in (_EXPIRED, _NOT_YET):
        return "expired"
    return "other-host" if code in _OTHER_HOST else "unknown-ca"


def _words(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError) and error.errno:
        is_of_getaddrinfo = error.errno < 0
        return str(error.strerror) if is_of_getaddrinfo else os.strerror(error.errno)
    return str(error) or type(error).__name__
