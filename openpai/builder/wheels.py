"""Python packages for an image, downloaded on this machine: by its own pip with its own index, mirrors, proxies and
CAs. So none of these need be known in the image, and each file is checked against the hash in the lock file."""

import importlib.util
import re
import shutil
import sys
from pathlib import Path

from openpai.builder.shell import ProgramFailed, run
from openpai.builder.told import Tell, Told
from openpai.errors import fail

_PYTHON = "3.11"  # of Debian 12, on which the images stand
_GLIBC = 36
_OLDEST_GLIBC = 5
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
_DOWNLOADING = re.compile(r"\s*(?:Downloading|Using cached) (?:\S+/)?(\S+?)(?:\.metadata)?(?: \(([^)]*)\))?")


def download(lock: Path, into: Path, architecture: str, log: Path, tell: Tell) -> None:
    """Put the files of a lock file into a folder, for an engine of this architecture (Go's word).

    Raises PaiError: WheelsFailed with pip's last words, NoPip.
    """
    into.mkdir(parents=True, exist_ok=True)
    command = [
        *_pip(), "download", "--disable-pip-version-check", "--no-input", "--progress-bar=off",
        "--require-hashes", "--no-deps", "--requirement", str(lock), "--dest", str(into),
        "--python-version", _PYTHON, *_platforms(_MACHINES.get(architecture, architecture)),
    ]  # fmt: skip
    try:
        run(command, log, lambda line: _tell(line, tell))
    except ProgramFailed as error:
        raise fail("WheelsFailed", recipe=lock.parent.name, detail=error.last_lines, log=str(log)) from error


def _tell(line: str, tell: Tell) -> None:
    if (found := _DOWNLOADING.fullmatch(line)) and not line.rstrip(")").endswith("kB"):
        tell(Told("build.download", {"file": found[1], "size": found[2] or "pip's cache"}))


def _pip() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    for program in ("pip3", "pip"):
        if (path := shutil.which(program)) is not None:
            return [path]
    raise fail("NoPip")


def _platforms(machine: str) -> list[str]:
    """pip's options for all wheels that Debian 12's C library can load."""
    older = [f"manylinux{name}_{machine}" for name in ("2014", "2010", "1")]
    names = [f"manylinux_2_{minor}_{machine}" for minor in range(_GLIBC, _OLDEST_GLIBC - 1, -1)]
    return [word for name in (*names, *older) for word in ("--platform", name)]
