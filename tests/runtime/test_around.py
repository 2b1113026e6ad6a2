"""The real scripts under real shells, with plugins around the commands: order, failures, signals."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from openpai.protocol.plugins import Callback, Cmd
from openpai.runtime.plugins.cmd import cmd_part
from openpai.runtime.plugins.part import Part
from openpai.runtime.scripts import scripts

SHELLS = {"dash": ["dash"], "bash": ["bash"], "busybox": ["busybox", "ash"]}


class Shell:
    """Runs around.sh as bootstrap.sh would, in a process group of its own."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.command = " ".join(command)
        self.folder = folder
        self.left: list[subprocess.Popen[str]] = []

    def start(self, commands: str, *parts: Part) -> subprocess.Popen[str]:
        for name, text in scripts(commands, parts=parts).items():
            (self.folder / name).write_text(
                text.replace('"$_pai_shell"', "$_pai_shell")
            )  # `busybox ash` is two words
        process = subprocess.Popen(
            [*self.command.split(), str(self.folder / "around.sh"), self.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            start_new_session=True,
        )
        self.left.append(process)
        return process

    def run(self, commands: str, *parts: Part) -> tuple[int, str, str]:
        """Exit code, standard output, and what the platform said."""
        process = self.start(commands, *parts)
        out, err = process.communicate(timeout=30)
        said = [line for line in err.splitlines() if line.startswith("[openpai]")]
        return process.returncode, out, "\n".join(said)

    def close(self) -> None:
        for process in self.left:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    one = Shell(SHELLS[request.param], tmp_path)
    yield one
    one.close()


def cmd(*, ignore: bool = False, **events: str) -> Part:
    """A plugin cmd with a command for each event."""
    callbacks = tuple(Callback(event=event, commands=(text,)) for event, text in events.items())  # type: ignore[arg-type]
    return cmd_part(Cmd(callbacks=callbacks), ignores_failure=ignore)


def test_what_is_before_runs_in_order_and_what_is_after_in_reverse(shell: Shell) -> None:
    first = cmd(taskStarts="echo a", taskSucceeds="echo x", taskFinishes="echo p")
    second = cmd(taskStarts="echo b", taskSucceeds="echo y", taskFinishes="echo q")
    assert shell.run("echo main", first, second) == (0, "a\nb\nmain\ny\nx\nq\np\n", "")


def test_pre_and_post_commands_are_callbacks_by_another_name(shell: Shell) -> None:
    part = cmd_part(Cmd(preCommands=("echo a", "echo b"), postCommands=("echo c",)), ignores_failure=False)
    assert shell.run("echo main", part) == (0, "a\nb\nmain\nc\n", "")


@pytest.mark.parametrize(
    ("commands", "code", "out"),
    [
        pytest.param("exit 3", 3, "finally\n", id="fails"),
        pytest.param("exit 0", 0, "after\nfinally\n", id="leaves by itself"),
        pytest.param("exec true", 0, "after\nfinally\n", id="takes the shell's place"),
        pytest.param("kill -9 $$", 137, "finally\n", id="is killed"),
    ],
)
def test_what_comes_after_commands_that(shell: Shell, commands: str, code: int, out: str) -> None:
    assert shell.run(commands, cmd(taskSucceeds="echo after", taskFinishes="echo finally")) == (code, out, "")


def test_files_stay_and_variables_do_not(shell: Shell) -> None:
    before = cmd(taskStarts="x=1; export x; cd /; echo kept >$OLDPWD/file")
    assert shell.run('echo "${x:-none} $(cat file)"', before) == (0, "none kept\n", "")


@pytest.mark.parametrize("text", ["false; echo no", "echo $nothing; echo no", "exit 7"])
def test_commands_before_that_fail_end_the_task(shell: Shell, text: str) -> None:
    code, out, said = shell.run("echo main", cmd(taskStarts=text), cmd(taskStarts="echo never"))
    assert code != 0
    assert out == ""
    assert said == f"[openpai] PluginFailed plugin=cmd exit_code={code}"


def test_commands_after_that_fail_make_the_task_fail(shell: Shell) -> None:
    part = cmd(taskSucceeds="exit 4", taskFinishes="echo finally; exit 5")
    code, out, said = shell.run("echo main", part)
    assert (code, out) == (4, "main\nfinally\n")
    assert said.splitlines()[0] == "[openpai] PluginFailed plugin=cmd exit_code=4"


def test_the_first_cause_counts(shell: Shell) -> None:
    assert shell.run("exit 3", cmd(taskFinishes="exit 5"))[0] == 3


def test_a_failure_that_is_ignored_lets_the_commands_run(shell: Shell) -> None:
    code, out, said = shell.run("echo main", cmd(taskStarts="false; echo on; exit 3", ignore=True))
    assert (code, out) == (0, "on\nmain\n")
    assert "failed (exit code 3)" in said


def wait_for(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdout
    while process.stdout.readline() != f"{line}\n":
        assert process.poll() is None, process.communicate()


def test_sigterm_lets_the_commands_save_themselves_and_nothing_follows(shell: Shell) -> None:
    part = cmd(taskStarts="true", taskSucceeds="echo after", taskFinishes="echo finally")
    commands = "trap 'sleep 0.3; echo saved; exit 0' TERM\necho ready\nwhile :; do sleep 0.05; done"
    process = shell.start(commands, part)
    wait_for(process, "ready")
    os.killpg(process.pid, signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "saved\n")


def test_sigterm_under_plugins_ends_as_soon_as_all_have_ended(shell: Shell) -> None:
    process = shell.start("sleep 100 &\nsleep 0.3\necho ready\nwait", cmd(taskStarts="true"))
    wait_for(process, "ready")
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143
    assert time.monotonic() - began < 3


def test_sigterm_during_commands_before_begins_nothing_more(shell: Shell) -> None:
    process = shell.start(
        "echo main", cmd(taskStarts="sleep 100 & sleep 0.3; echo ready; wait"), cmd(taskStarts="echo never")
    )
    wait_for(process, "ready")
    os.killpg(process.pid, signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (143, "")
    assert "PluginFailed" not in err
