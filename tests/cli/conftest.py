"""The real `pai` as a process, against a stand-in server."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.stand_in import TOKEN, StandIn

Pai = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(**more: str) -> dict[str, str]:
    """An environment without the language, server and terminal of the person who runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LANG": "C.UTF-8", "TZ": "UTC", "TERM": "xterm-256color"} | more


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "openpai", *args]


@pytest.fixture
def server() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def of_server(server: StandIn) -> dict[str, str]:
    """The environment that leads to the stand-in."""
    return environment(PAI_URL=server.url, PAI_TOKEN=TOKEN)


@pytest.fixture
def pai(of_server: dict[str, str], tmp_path: Path) -> Pai:
    """Runs `pai` against the stand-in, in an empty folder, until it ends."""

    def run(*args: str, stdin: str = "", **environ: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command(*args), input=stdin, env=of_server | environ, cwd=tmp_path, timeout=60,
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip

    return run
