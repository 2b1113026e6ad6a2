"""Small servers of our own, for what docker-registry cannot show: a limit, a hang, a web page, an odd door."""

import base64
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.registry import Registry


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came. Names of headers are in lower case; `path` holds the query too."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """`breaks_off`: half of the body is sent, and the connection ends. `pause_s`: so long it takes in the middle."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    breaks_off: bool = False
    pause_s: float = 0


@dataclass(frozen=True, slots=True)
class StandIn:
    """A server that runs. `asked` grows with each request."""

    address: str
    asked: list[Asked]

    @property
    def url(self) -> str:
        return f"http://{self.address}"


@contextmanager
def stand_in(answer: Callable[[Asked], Answer]) -> Iterator[StandIn]:
    """A server on loopback that answers as told; `answer` runs on a thread of each connection."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Asked(self.command, self.path, headers, self.rfile.read(size))
            asked.append(request)
            reply = answer(request)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self._send(reply)

        def _send(self, reply: Answer) -> None:
            half = len(reply.body) // 2 if reply.pause_s or reply.breaks_off else 0
            with suppress(ConnectionError):  # the client has seen enough
                self.wfile.write(reply.body[:half])
                time.sleep(reply.pause_s)
                if not reply.breaks_off:
                    self.wfile.write(reply.body[half:])
            self.close_connection |= reply.breaks_off

        do_GET = do_POST = do_HEAD = _serve

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing on the test's output: `asked` tells it all."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield StandIn(f"localhost:{server.server_address[1]}", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


BASIC = 'Basic realm="doorman"'
BEARER = 'Bearer realm="http://{host}/token",service="doorman"'


@contextmanager
def doorman(
    registry: Registry,
    username: str,
    password: str,
    *,
    challenge: str = BASIC,
    within: Callable[[Asked, Answer], Answer] = lambda _, answer: answer,
) -> Iterator[StandIn]:
    """Before an open registry: answers 200 on `/v2/` to everybody, and lets nobody else at images.

    As some registries do. `challenge`: what it asks with at an image, "" for nothing. `within` may change what the
    registry answers.
    """
    right = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
    ticket = "Bearer a-ticket" if challenge == BEARER else right

    def answer(asked: Asked) -> Answer:
        shown = asked.headers.get("authorization")
        if asked.path == "/v2/":
            return Answer(200, b"{}", {"Docker-Distribution-Api-Version": "registry/2.0"})
        if asked.path.startswith("/token") and shown == right:
            return Answer(200, b'{"token":"a-ticket"}', {"Content-Type": "application/json"})
        if shown != ticket:
            said = challenge.format(host=asked.headers["host"])
            body = b'{"errors":[{"code":"UNAUTHORIZED","message":"the doorman does not know you"}]}'
            headers = {"WWW-Authenticate": said} if said else {}
            return Answer(401, body, {"Content-Type": "application/json", **headers})
        return within(asked, forward(registry, asked))

    with stand_in(answer) as running:
        yield running


def forward(registry: Registry, asked: Asked) -> Answer:
    """The registry's own answer."""
    headers = {name: value for name, value in asked.headers.items() if name == "accept"}
    request = urllib.request.Request(f"{registry.url}{asked.path}", headers=headers, method=asked.method)
    try:
        with urllib.request.urlopen(request) as response:
            return Answer(response.status, response.read(), _kept(response.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(), _kept(error.headers))


def _kept(headers: Message) -> Mapping[str, str]:
    return {name: headers[name] for name in ("Content-Type", "Docker-Content-Digest") if name in headers}
