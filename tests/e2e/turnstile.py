"""A proxy before an engine's socket that holds a chosen request, or its answer: a moment that a test can use."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingUnixStreamServer
from tempfile import TemporaryDirectory

_ENGINE = "/var/run/docker.sock"


class Turnstile(ThreadingUnixStreamServer):
    """Lets everything through but what matches `hold`, a pattern for the first line of a request.

    Such a request is held back; with `answered` the engine gets it, and its answer is held back.
    """

    daemon_threads = True
    request_queue_size = 100

    def __init__(self, path: Path, hold: str, answered: bool) -> None:
        super().__init__(str(path), _Connection)
        self.docker_host = f"unix://{path}"
        self.hold = re.compile(hold.encode())
        self.answered = answered
        self.held = threading.Event()

    def open(self) -> None:
        """Hold nothing from now on; what is held stays so."""
        self.hold = re.compile(rb"(?!)")


class _Connection(BaseRequestHandler):
    server: Turnstile
    request: socket.socket

    def handle(self) -> None:
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(_ENGINE)
            self._asked = False
            answers = threading.Thread(target=self._answers, args=(engine,), daemon=True)
            answers.start()
            self._requests(engine)
            with suppress(OSError):
                engine.shutdown(socket.SHUT_RDWR)
            answers.join()

    def _requests(self, engine: socket.socket) -> None:
        """A client waits for an answer before it asks on, so a request begins where a piece begins."""
        with suppress(OSError):
            while data := self.request.recv(2**16):
                if self.server.hold.match(data):
                    if not self.server.answered:
                        self.server.held.set()
                        continue
                    self._asked = True
                engine.sendall(data)

    def _answers(self, engine: socket.socket) -> None:
        with suppress(OSError):
            while data := engine.recv(2**16):
                if self._asked:
                    self.server.held.set()
                    continue
                self.request.sendall(data)
        with suppress(OSError):
            self.request.shutdown(socket.SHUT_RDWR)


@contextmanager
def turnstile(hold: str, *, answered: bool = False) -> Iterator[Turnstile]:
    """A turnstile before this machine's engine."""
    with TemporaryDirectory(prefix="pai-") as short, Turnstile(Path(short) / "s", hold, answered) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join()
