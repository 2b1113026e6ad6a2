"""The scripts in a container, below the engine's init."""

import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from openpai.runtime.container import ENTRYPOINT, MOUNT
from openpai.runtime.scripts import scripts
from tests.backends.images import OWN_USER, SHELL, ensure

pytestmark = pytest.mark.engine

SAVES_ITSELF = """\
trap 'sleep 2; echo saved; exit 0' TERM
echo ready
while :; do sleep 0.05; done
"""


@pytest.fixture
def name() -> Iterator[str]:
    name = f"pai-test-runtime-{uuid.uuid4().hex[:12]}"
    yield name
    docker("rm", "--force", name, check=False)


def docker(*words: str, check: bool = True) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=check, timeout=60)
    return done.stdout


def run(name: str, image: str, folder: Path, commands: str) -> None:
    folder.chmod(0o755)
    for file, text in (scripts(commands) | {"saves.sh": SAVES_ITSELF}).items():
        (folder / file).write_text(text)
    docker(
        *("run", "--detach", "--name", name, "--init", "--env", "TINI_KILL_PROCESS_GROUP=1"),
        *("--volume", f"{folder}:{MOUNT}:ro", "--entrypoint", ENTRYPOINT[0], ensure(image), *ENTRYPOINT[1:]),
    )


def ended(name: str) -> tuple[str, str]:
    code = docker("wait", name).strip()
    return code, docker("logs", name)


@pytest.mark.parametrize("image", [SHELL, OWN_USER])
def test_any_user_and_any_directory_will_do(name: str, image: str, tmp_path: Path) -> None:
    run(name, image, tmp_path, 'echo "$PAI_WORK_DIR"\ncd /tmp\nid -u\nexit 3')
    expected = {SHELL: "/\n0\n", OWN_USER: "/work\n1000\n"}
    assert ended(name) == ("3", expected[image])


@pytest.mark.parametrize(
    "commands",
    [
        pytest.param(f"sh {MOUNT}/saves.sh", id="a command"),
        pytest.param(f"sh {MOUNT}/saves.sh &\nwait", id="in the background"),
        pytest.param(f"sh -c 'sh {MOUNT}/saves.sh; :'\necho never", id="under a shell that ends at once"),
    ],
)
def test_docker_stop_lets_a_program_save_itself(name: str, tmp_path: Path, commands: str) -> None:
    run(name, SHELL, tmp_path, commands)
    while "ready" not in docker("logs", name):
        time.sleep(0.1)
    began = time.monotonic()
    docker("stop", "--time", "20", name)
    assert time.monotonic() - began < 15
    assert ended(name) == ("143", "ready\nsaved\n")


def test_who_does_not_end_is_killed_after_the_grace_period(name: str, tmp_path: Path) -> None:
    run(name, SHELL, tmp_path, "(trap '' TERM; echo ready; sleep 100)")
    while "ready" not in docker("logs", name):
        time.sleep(0.1)
    docker("stop", "--time", "2", name)
    assert ended(name)[0] == "137"
