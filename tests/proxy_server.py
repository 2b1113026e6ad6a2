"""An HTTP proxy on loopback that knows where names lead: so a registry may have any name, and no DNS is needed."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from socketserver import StreamRequestHandler, ThreadingTCPServer


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that runs. `asked` are the first lines of what it was asked."""

    url: str
    asked: list[str]


@contextmanager
def running_proxy(routes: Mapping[str, str]) -> Iterator[Proxy]:
    """A proxy for `CONNECT` and plain requests; `routes` are from `name:port` to an address of loopback."""
    asked: list[str] = []

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            first = self.rfile.readline()
            asked.append(first.decode().strip())
            method, target, _ = first.decode().split(" ", 2)
            head = first
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                head += line
            name = target if method == "CONNECT" else target.split("/")[2]
            route = routes.get(name if ":" in name else f"{name}:80")
            if route is None:
                self.wfile.write(
                    b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
                return
            host, _, port = route.partition(":")
            with socket.create_connection((host, int(port))) as up:
                if method == "CONNECT":
                    self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    up.sendall(head + b"Connection: close\r\n\r\n")
                back = threading.Thread(target=_pump, args=(up, self.connection))
                back.start()
                _pump(self.connection, up)
                back.join()

    server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Proxy(f"http://127.0.0.1:{server.server_address[1]}", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return  # the other side has gone
