"""A real server as a process of its own, with its own data directory, port and addresses."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from openpai.client import Client
from openpai.settings import Settings
from tests.registry import free_port

ROOT = Path(__file__).parents[2]

_UP_WITHIN_S = 60
_DOWN_WITHIN_S = 30
_OWN_FAULTS = ("Traceback (most recent call last)", "fault of this program", "was never retrieved")


class Server:
    """`python -m openpai up` with these settings (`PAI_…`, without the prefix). It survives its own death."""

    def __init__(self, folder: Path, pool: str, **settings: str) -> None:
        self.data_dir = folder / "data"
        self.log_file = folder / "server.log"
        self.port = free_port()
        self.docker_host = settings.get("docker_host")
        self._settings = {"network_pool": pool, "port": str(self.port), "stop_grace": "2", **settings}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What the server, and a `pai` on this machine that looks for it, see."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
        own = {f"PAI_{name.upper()}": value for name, value in self._settings.items()}
        return {**kept, "LANG": "C.UTF-8", "PAI_DATA_DIR": str(self.data_dir), **own}

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self._process is not None
        return self._process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def instance(self) -> str:
        return (self.data_dir / "instance").read_text().strip()

    @property
    def token(self) -> str:
        return str(json.loads((self.data_dir / "client.json").read_text())["token"])

    @property
    def runtime_dir(self) -> Path:
        """Where the files of its running tasks lie."""
        return Settings().runtime_dir / self.instance[:8]

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def client(self, language: str = "en") -> Client:
        return Client(self.url, self.token, user="admin", language=language)

    def start(self) -> None:
        """Start it (again), and wait until it answers."""
        self.launch()
        end = time.monotonic() + _UP_WITHIN_S
        while not self.answers():
            assert self.runs, f"the server ended: {self.log[-4000:]}"
            assert time.monotonic() < end, f"the server does not answer: {self.log[-4000:]}"
            time.sleep(0.05)

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start it, and do not wait."""
        assert not self.runs
        with self.log_file.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "openpai", "up"],
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        return self._process

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        """As `kill -9` does: no line of it runs any more."""
        self._end(signal.SIGKILL)

    def stop(self) -> float:
        """Ask it to end with SIGTERM; returns how long that took, s."""
        begin = time.monotonic()
        self._end(signal.SIGTERM)
        return time.monotonic() - begin

    def pai(self, *words: str, stdin: str = "", **environ: str) -> "subprocess.CompletedProcess[str]":
        """Run a `pai` command against it, as a person on this machine does."""
        return subprocess.run(
            [sys.executable, "-m", "openpai", *words],
            input=stdin,
            env=self.environment | environ,
            cwd=ROOT,
            timeout=100,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def get(self, path: str) -> str:
        """The reply to a GET as the local user."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request) as reply:
            return bytes(reply.read()).decode()

    def own_faults(self) -> list[str]:
        """Lines of its log that only a fault of the program can have written."""
        return [line for line in self.log.splitlines() if any(sign in line for sign in _OWN_FAULTS)]

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            try:
                self._process.wait(_DOWN_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                raise
