"""Whether a process number is that of our server: after a crash it may belong to anybody."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from openpai.cli.process import running_server
from tests.cli.conftest import Pai


@pytest.fixture
def looks_like_a_server() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "pai", "up"])
    while not Path(f"/proc/{process.pid}/cmdline").read_bytes():
        time.sleep(0.01)  # the kernel has begun the program before it lets its command line be read
    yield process
    process.kill()
    process.wait()


def test_without_a_file_no_server_runs(tmp_path: Path) -> None:
    assert running_server(tmp_path) is None


@pytest.mark.parametrize(
    "content", ["", "x", "999999999", str(os.getpid())], ids=["empty", "text", "nobodys", "somebody elses"]
)
def test_a_number_that_is_nobodys_or_somebody_elses_is_no_server(tmp_path: Path, content: str) -> None:
    (tmp_path / "server.pid").write_text(content)
    assert running_server(tmp_path) is None


def test_a_server_is_found_and_found_gone(
    tmp_path: Path, looks_like_a_server: "subprocess.Popen[bytes]"
) -> None:
    (tmp_path / "server.pid").write_text(f"{looks_like_a_server.pid}\n")
    assert running_server(tmp_path) == looks_like_a_server.pid
    looks_like_a_server.kill()
    looks_like_a_server.wait()
    assert running_server(tmp_path) is None


def test_down_never_ends_a_process_that_is_not_ours(pai: Pai, tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    (tmp_path / "server.pid").write_text(str(stranger.pid))
    assert pai("down", "--data-dir", str(tmp_path)).returncode == 3
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
