"""Runs programs of this machine for a build, with root's rights where they need them."""

import os
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from openpai.errors import fail

_LAST_LINES = 15


class ProgramFailed(Exception):
    """A program ended with an error; `last_lines` are the last ones that it printed."""

    def __init__(self, program: str, last_lines: str) -> None:
        super().__init__(f"{program}: {last_lines}")
        self.last_lines = last_lines


def run(command: Sequence[str], log: Path, on_line: Callable[[str], None] = lambda _: None) -> None:
    """Runs a program to its end, its output appended to `log`. Raises ProgramFailed."""
    last: deque[str] = deque(maxlen=_LAST_LINES)
    with (
        log.open("a", encoding="utf-8") as file,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            file.write(line)
            last.append(line)
            on_line(line.rstrip())
    if process.returncode:
        raise ProgramFailed(command[0], "".join(last).strip())


def as_root(command: Sequence[str]) -> list[str]:
    """The command for root: as it is for root, with sudo for who may use it. Raises PaiError BuildNeedsRoot."""
    if os.geteuid() == 0:
        return [*command]
    if shutil.which("sudo") and (sys.stdin.isatty() or _sudo_asks_nothing()):
        return ["sudo", *command]
    raise fail("BuildNeedsRoot", program=command[0])


def _sudo_asks_nothing() -> bool:
    return subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
