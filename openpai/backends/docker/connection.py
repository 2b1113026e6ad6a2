"""Where the engine is and how to get there: `DOCKER_HOST` and its companions, as in the docker command."""

import os
import ssl
from dataclasses import dataclass
from pathlib import Path

import aiohttp

DEFAULT_HOST = "unix:///var/run/docker.sock"
_LOCAL_SOCKETS = (DEFAULT_HOST, "unix:///run/docker.sock")
_PID_FILE = Path("/var/run/docker.pid")


@dataclass(frozen=True, slots=True)
class Address:
    """An engine's address as a user wrote it, e.g. `unix:///var/run/docker.sock` or `tcp://10.0.0.1:2375`."""

    host: str

    @property
    def pid_file(self) -> Path | None:
        """The engine's pid file, where the address is this machine's own engine; its mtime is its start."""
        return _PID_FILE if self.host in _LOCAL_SOCKETS else None

    def open(self) -> tuple[aiohttp.ClientSession, str]:
        """A session and the base URL for requests; nothing is sent yet. Call it inside the event loop.

        Raises `ValueError` for an address of another kind than unix, tcp, http or https.
        """
        connector, base = self._connector()
        # No limit in total: each followed log holds a connection for as long as its task runs.
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10)
        return aiohttp.ClientSession(connector=connector, timeout=timeout, read_bufsize=2**20), base

    def _connector(self) -> tuple[aiohttp.BaseConnector, str]:
        scheme, _, rest = self.host.partition("://")
        if scheme == "unix" and rest:
            return aiohttp.UnixConnector(rest, limit=0), "http://docker"
        if scheme in ("tcp", "http", "https") and rest:
            tls = _tls() if scheme == "https" or os.environ.get("DOCKER_TLS_VERIFY") else None
            base = f"{'https' if tls else 'http'}://{rest.rstrip('/')}"
            return aiohttp.TCPConnector(limit=0, ssl=tls or True), base
        raise ValueError(f"{self.host!r} is no address of a Docker Engine: unix://… or tcp://… is needed")


def address(docker_host: str | None) -> Address:
    """What was asked for, else `DOCKER_HOST`, else the usual socket."""
    return Address(docker_host or os.environ.get("DOCKER_HOST") or DEFAULT_HOST)


def _tls() -> ssl.SSLContext:
    """As `docker` does it: ca.pem, cert.pem and key.pem in `DOCKER_CERT_PATH`, or the system's CAs."""
    folder = os.environ.get("DOCKER_CERT_PATH")
    if not folder:
        return ssl.create_default_context()
    context = ssl.create_default_context(cafile=str(Path(folder) / "ca.pem"))
    context.load_cert_chain(Path(folder) / "cert.pem", Path(folder) / "key.pem")
    return context
