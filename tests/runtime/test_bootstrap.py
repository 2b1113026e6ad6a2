"""The real scripts under real shells: what users' commands may rely on."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openpai.runtime.scripts import scripts

SHELLS = {"dash": ["dash"], "bash": ["bash"], "busybox": ["busybox", "ash"]}

SAVES_ITSELF = textwrap.dedent(
    """\
    import os, signal, sys, time

    def save(*_):
        time.sleep(0.3)
        os.write(1, b"saved\\n")
        sys.exit(0)

    signal.signal(signal.SIGTERM, save)
    os.write(1, b"ready\\n")
    while True:
        time.sleep(0.01)
    """
)


class Shell:
    """Runs commands as a container would: one shell, the scripts in a folder, a process group of its own."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.command = command
        self.folder = folder
        self.left: list[subprocess.Popen[str]] = []

    def start(self, commands: str, script: str = "session.sh") -> subprocess.Popen[str]:
        for name, text in scripts(commands).items():
            (self.folder / name).write_text(text, "utf-8", newline="")
        python = Path(sys.executable).parent
        process = subprocess.Popen(
            [*self.command, str(self.folder / script)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env={"PATH": f"{python}:{os.environ['PATH']}", "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        self.left.append(process)
        return process

    def run(self, commands: str) -> tuple[int, str]:
        """Exit code and standard output."""
        process = self.start(commands)
        out, _ = process.communicate(timeout=30)
        return process.returncode, out

    def stop(self, commands: str) -> tuple[int, str]:
        """The same, with SIGTERM to the whole group once the commands have said "ready"."""
        process = self.start(commands)
        assert process.stdout
        while process.stdout.readline() != "ready\n":
            assert process.poll() is None, process.communicate()
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
        return process.returncode, process.communicate(timeout=30)[0]

    def close(self) -> None:
        for process in self.left:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    (tmp_path / "child.py").write_text(SAVES_ITSELF)
    (tmp_path / "run.sh").write_text("python3 child.py\necho never\n")
    one = Shell(SHELLS[request.param], tmp_path)
    yield one
    one.close()


@pytest.mark.parametrize(
    ("commands", "code", "out"),
    [
        pytest.param("echo a\nfalse\necho b", 1, "a\n", id="the first command that fails ends the task"),
        pytest.param("if false; then :; fi\nfalse || true\necho b", 0, "b\n", id="a tested command may fail"),
        pytest.param("echo a\nexit 3\necho b", 3, "a\n", id="exit keeps its code"),
        pytest.param("sh -c 'exit 42'\necho b", 42, "", id="the code of the command is the task's"),
        pytest.param("[ -f nothing ] && echo b", 1, "", id="the last status is the task's"),
        pytest.param("no-such-program\necho b", 127, "", id="command not found is 127"),
        pytest.param("./child.py\necho b", 126, "", id="a file that is no program is 126"),
        pytest.param("kill -9 $$", -9, "", id="a signal to the shell ends it"),
        pytest.param("sh -c 'kill -9 $$'\necho b", 137, "", id="a command killed by a signal is 128 + n"),
        pytest.param("x=1\ncd /\ny=2\necho $x $y $(pwd)", 0, "1 2 /\n", id="one shell runs all commands"),
        pytest.param("f() { echo in f; }\nf", 0, "in f\n", id="functions"),
        pytest.param("sleep 0.1 &\necho a &\nwait\necho b", 0, "a\nb\n", id="background and wait"),
        pytest.param("cat <<EOF\none $((1 + 1))\n  three\nEOF", 0, "one 2\n  three\n", id="here-document"),
        pytest.param("cat <<'EOF'\r\n$x\r\nEOF\r\necho b\r\n", 0, "$x\nb\n", id="Windows line ends"),
        pytest.param("# a comment\necho a # another\n#", 0, "a\n", id="comments"),
        pytest.param("echo a \\\n  b \\\n  c", 0, "a b c\n", id="lines that go on"),
        pytest.param("echo '训练 é' \"ü\"", 0, "训练 é ü\n", id="text that is not ASCII"),
        pytest.param('read -r line || echo "end"', 0, "end\n", id="nothing to read from the keyboard"),
        pytest.param('echo "$#"', 0, "0\n", id="no arguments"),
        pytest.param("", 0, "", id="no commands"),
        pytest.param("trap 'echo bye' EXIT\nfalse", 1, "bye\n", id="a trap on EXIT"),
    ],
)
def test_commands_end_with(shell: Shell, commands: str, code: int, out: str) -> None:
    assert shell.run(commands) == (code, out)


def test_an_unset_variable_ends_the_task(shell: Shell) -> None:
    code, out = shell.run("echo a\necho $no_such_variable\necho b")
    assert (code != 0, out) == (True, "a\n")


def test_a_syntax_error_ends_the_task(shell: Shell) -> None:
    assert shell.run("echo a\nif true; then\n")[0] != 0


def test_a_failing_member_of_a_pipe_ends_the_task_where_the_shell_can_tell(shell: Shell) -> None:
    knows = subprocess.run([*shell.command, "-c", "set -o pipefail"], capture_output=True).returncode == 0
    assert shell.run("false | cat\necho b") == ((1, "") if knows else (0, "b\n"))


def test_a_message_names_the_line_as_the_user_wrote_it(shell: Shell) -> None:
    process = shell.start("echo a\n\nno-such-program")
    _, errors = process.communicate(timeout=30)
    assert re.search(r"3: .*no-such-program", errors)
    assert "user.sh" in errors


def test_a_megabyte_of_commands(shell: Shell) -> None:
    line = "x=$((x + 1)) # " + "x" * 80 + "\n"
    many = (1 << 20) // len(line) + 1
    assert shell.run("x=0\n" + line * many + "echo $x") == (0, f"{many}\n")


CHILD = "python3 child.py"


@pytest.mark.parametrize(
    ("commands", "code", "out"),
    [
        pytest.param(CHILD, 143, "saved\n", id="a command"),
        pytest.param(f"{CHILD}\necho never", 143, "saved\n", id="a command that is not the last"),
        pytest.param(f"{CHILD} &\nwait", 143, "saved\n", id="a command in the background"),
        pytest.param(f"{CHILD} &\nsleep 100", 143, "saved\n", id="beside a command that ends at once"),
        pytest.param("bash run.sh", 143, "saved\n", id="under a script that ends at once"),
        pytest.param("dash run.sh || echo no", 143, "saved\n", id="under a script whose end is tested"),
        pytest.param(f"(cd .; {CHILD}; :)", 143, "saved\n", id="in a subshell"),
        pytest.param(f"yes '' | {CHILD}", 143, "saved\n", id="at the end of a pipe"),
        pytest.param(f"IFS=,\nset -f\n{CHILD} &\nsleep 100", 143, "saved\n", id="under odd settings"),
        pytest.param(f"trap 'echo bye' EXIT\n{CHILD}", 143, "saved\nbye\n", id="then the user's EXIT trap"),
        pytest.param(f"trap 'echo mine; exit 9' TERM\n{CHILD}", 9, "saved\nmine\n", id="the user's own trap"),
        pytest.param(f"exec {CHILD}", 0, "saved\n", id="in the place of the shell"),
        pytest.param(
            "echo ready\nwhile :; do sleep 0.05; done", 143, "", id="or nothing is to be waited for"
        ),
    ],
)
def test_who_catches_sigterm_may_finish(shell: Shell, commands: str, code: int, out: str) -> None:
    assert shell.stop(commands) == (code, out)


def test_nobody_waits_for_processes_that_ended_at_once(shell: Shell) -> None:
    began = time.monotonic()
    assert shell.stop("sleep 100 &\nsleep 100 &\nsleep 0.3\necho ready\nwait")[0] == 143
    assert time.monotonic() - began < 2


@pytest.fixture
def path_of(tmp_path: Path) -> Callable[..., str]:
    """Makes a PATH with only these programs."""

    def make(*programs: str) -> str:
        folder = tmp_path / "bin"
        folder.mkdir()
        for program in programs:
            found = subprocess.run(["which", program], capture_output=True, text=True, check=True)
            (folder / program).symlink_to(found.stdout.strip())
        return str(folder)

    return make


def bootstrap(shell: Shell, path: str, commands: str) -> str:
    for name, text in scripts(commands).items():
        (shell.folder / name).write_text(text)
    done = subprocess.run(
        ["env", "-i", f"PATH={path}", *_absolute(shell.command), str(shell.folder / "bootstrap.sh")],
        cwd="/usr/share",
        input="text at the keyboard\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _absolute(command: list[str]) -> list[str]:
    found = subprocess.run(["which", command[0]], capture_output=True, text=True, check=True)
    return [found.stdout.strip(), *command[1:]]


def test_bash_runs_the_commands_where_there_is_one(shell: Shell, path_of: Callable[..., str]) -> None:
    out = bootstrap(shell, path_of("bash"), 'a=(x y)\nshopt -qo posix || echo "${a[1]} $PAI_WORK_DIR"')
    assert out == "y /usr/share\n"


def test_sh_runs_the_commands_else(shell: Shell, path_of: Callable[..., str]) -> None:
    out = bootstrap(shell, path_of(), 'echo "${BASH_VERSION:-no bash} $PAI_WORK_DIR"\nread -r x || echo "$?"')
    assert out.endswith(" /usr/share\n1\n")
