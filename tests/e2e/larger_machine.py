"""A proxy before this machine's engine that tells of more cores than there are: for jobs that share two, slowly."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingUnixStreamServer
from tempfile import TemporaryDirectory

_ENGINE = "/var/run/docker.sock"
_CORES = re.compile(rb'"NCPU":([1-9])(?=[,}])')  # one digit stays one digit: the answer keeps its length


class _LargerMachine(ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 100

    def __init__(self, path: Path, cores: int) -> None:
        super().__init__(str(path), _Connection)
        self.cores = cores

    def told(self, answer: bytes) -> bytes:
        return _CORES.sub(lambda found: b'"NCPU":%d' % max(int(found[1]), self.cores), answer)


class _Connection(BaseRequestHandler):
    server: _LargerMachine
    request: socket.socket

    def handle(self) -> None:
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(_ENGINE)
            answers = threading.Thread(target=self._answers, args=(engine,), daemon=True)
            answers.start()
            with suppress(OSError):
                while data := self.request.recv(2**16):
                    engine.sendall(data)
            with suppress(OSError):
                engine.shutdown(socket.SHUT_RDWR)
            answers.join()

    def _answers(self, engine: socket.socket) -> None:
        with suppress(OSError):
            while data := engine.recv(2**16):
                self.request.sendall(self.server.told(data))
        with suppress(OSError):
            self.request.shutdown(socket.SHUT_RDWR)


@contextmanager
def machine_of(cores: int) -> Iterator[str]:
    """Where an engine is found that has at least so many cores (1 to 9), by its own words."""
    with TemporaryDirectory(prefix="pai-") as short, _LargerMachine(Path(short) / "s", cores) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"unix://{short}/s"
        finally:
            made.shutdown()
            thread.join()
