"""A registry whose layers come only when a gate is opened: an image pull that lasts as long as a test wants."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class SlowRegistry(ThreadingHTTPServer):
    """Passes on all reads to another registry; `asked` is set when a layer is waited for. `held`: what of a path
    must wait, all layers or the digest of one."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.held = "/blobs/"
        self.gate = threading.Event()
        self.asked = threading.Event()

    @property
    def address(self) -> str:
        return f"localhost:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: SlowRegistry

    def do_GET(self) -> None:
        if self.server.held in self.path:
            self.server.asked.set()
            self.server.gate.wait(100)
        accept = ", ".join(self.headers.get_all("Accept", []))
        asked = urllib.request.Request(
            f"http://{self.server.target}{self.path}", headers={"Accept": accept}, method=self.command
        )
        try:
            with urllib.request.urlopen(asked) as reply:
                self._pass_on(reply.status, reply.headers.items(), reply.read())
        except urllib.error.HTTPError as error:
            with error:
                self._pass_on(error.code, error.headers.items(), error.read())

    do_HEAD = do_GET

    def _pass_on(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("date", "server", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def slow_registry(target: str) -> Iterator[SlowRegistry]:
    """A gate before the registry at `target`, closed at first."""
    with SlowRegistry(target) as gated:
        thread = threading.Thread(target=gated.serve_forever, daemon=True)
        thread.start()
        try:
            yield gated
        finally:
            gated.gate.set()
            gated.shutdown()
            thread.join()
