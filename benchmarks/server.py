"""A server of its own for a benchmark: fresh data directory, free port, own network pool."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engine import IMAGE, remove_all
from openpai.client.api import Client
from openpai.client.connection import find_server

POOL = "10.209.0.0/16"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and how to reach it."""

    pid: int
    data_dir: Path

    def client(self) -> Client:
        """A client with the token that the server left for this machine."""
        found = find_server({}, data_dir=str(self.data_dir))
        return Client(found.url, found.token, user=found.user)

    def memory_mb(self) -> float:
        """Resident memory, MiB."""
        fields = (Path("/proc") / str(self.pid) / "status").read_text().split("VmRSS:")[1]
        return int(fields.split()[0]) / 1024

    def cpu_seconds(self) -> float:
        """CPU time that the process has used so far, s."""
        fields = (Path("/proc") / str(self.pid) / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(prepare: Callable[[Path], None] | None = None) -> Iterator[Server]:
    """Start a server, whose data directory was prepared; at the end stop it and remove what it has on the engine."""
    folder = Path(tempfile.mkdtemp(prefix="pai-bench-"))
    if prepare:
        prepare(folder)
    environment = {**os.environ, "PAI_DATA_DIR": str(folder), "PAI_NETWORK_POOL": POOL, "PAI_PORT": "0"}
    log = (folder / "server.log").open("wb")
    child = subprocess.Popen(
        [sys.executable, "-m", "openpai", "up"],
        env=environment,
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
    )
    try:
        _await_file(folder / "client.json", child)
        yield Server(child.pid, folder)
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=30)
        remove_all((folder / "instance").read_text())
        shutil.rmtree(folder)


def _await_file(file: Path, child: "subprocess.Popen[bytes]") -> None:
    while not file.exists():
        if child.poll() is not None:
            raise RuntimeError((file.parent / "server.log").read_text())
        time.sleep(0.02)


def job_yaml(name: str, command: str) -> str:
    """A job of one task on the smallest image there is."""
    return f"""
protocolVersion: 2
name: {name}
type: job
prerequisites:
  - {{type: dockerimage, name: image, uri: "{IMAGE}"}}
taskRoles:
  main:
    dockerImage: image
    instances: 1
    resourcePerInstance: {{cpu: 1, memoryMB: 64, gpu: 0}}
    commands: ["{command}"]
"""
