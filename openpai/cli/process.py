"""The server's process on this machine: its number, and whether it is really ours."""

import os
from pathlib import Path

PID_FILE = "server.pid"
LOG_FILE = "server.log"


def running_server(data_dir: Path) -> int | None:
    """The process number of the server of this data directory, None where none runs."""
    try:
        pid = int((data_dir / PID_FILE).read_text())
    except (OSError, ValueError):
        return None
    return pid if still_runs(pid) else None


def still_runs(pid: int) -> bool:
    """Whether the process is a `pai up`: after a crash, its number may belong to anybody."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        ended = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except OSError:
        return False
    names = {os.path.basename(word) for word in words}
    return not ended and b"up" in words and bool(names & {b"pai", b"openpai", b"__main__.py"})
