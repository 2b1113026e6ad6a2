"""What a terminal shows: colours, a bar that is drawn over itself, widths; played on a real pseudo-terminal."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
import time

import pytest
from rich.cells import cell_len

from tests.cli.builders import a_job, an_item
from tests.cli.conftest import command
from tests.cli.stand_in import StandIn
from tests.cli.test_watch import NAME, a_pull, end

pytestmark = pytest.mark.slow  # real processes that wait for one another

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def on_terminal(environ: dict[str, str], *args: str, columns: int = 80) -> str:
    """Everything that a terminal of this width receives from a command."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(command(*args), env=environ, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    received = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # EIO: the last writer is gone
            break
        if not piece:
            break
        received += piece
    os.close(ours)
    process.wait(30)
    return received.decode()


def test_states_are_coloured_and_no_color_is_honoured(of_server: dict[str, str], server: StandIn) -> None:
    server.world.items = [an_item("bert", "FAILED")]
    assert "\x1b[" in on_terminal(of_server, "jobs")
    plain = on_terminal(of_server | {"NO_COLOR": "1"}, "jobs")
    assert "bert" in plain
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", plain)


def test_a_list_fits_a_narrow_terminal_and_loses_no_name(of_server: dict[str, str], server: StandIn) -> None:
    name = "训练" * 20 + "end"
    server.world.items = [an_item(name)]
    told = ESCAPES.sub("", on_terminal(of_server, "jobs", columns=40))
    lines = told.splitlines()
    assert all(cell_len(text) <= 40 for text in lines)
    assert "".join(text[:20].strip() for text in lines).count("训练") >= 15
    assert "RUNNING" in told


def test_help_fits_a_narrow_terminal(of_server: dict[str, str]) -> None:
    told = ESCAPES.sub("", on_terminal(of_server, "logs", "--help", "--lang", "zh", columns=50))
    assert all(cell_len(text) <= 50 for text in told.splitlines())


def test_a_pull_is_one_line_that_is_wiped_before_anything_else(
    of_server: dict[str, str], server: StandIn
) -> None:
    server.world.jobs[NAME] = a_job(state="WAITING", sub_state="PREPARING")

    def life() -> None:
        server.world.wait_told(NAME)
        for tenth in range(11):
            server.world.pulls[NAME] = a_pull(tenth / 10)
            time.sleep(0.2)
        end(server)

    threading.Thread(target=life, daemon=True).start()
    told = on_terminal(of_server, "watch", NAME, columns=80)
    pictures = [text for text in told.split("\r\x1b[K") if "Pulling" in text]
    assert len(pictures) >= 5
    assert all("\n" not in text and cell_len(text) <= 79 for text in pictures)
    assert "━" in pictures[-1]
    assert "Pulling" not in told.split("\r\x1b[K")[-1]
