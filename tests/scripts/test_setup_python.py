"""scripts/setup-python with a Python that only writes down what it was asked for."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PYTHON = """\
#!/bin/sh
case "$*" in
"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
"-m pip --version") [ -e .venv/bin/python ] || exit 1 ;;
"-m pip install"*) echo "$*" >>calls ;;
esac
"""


class Checkout:
    def __init__(self, path: Path) -> None:
        self.path = path
        for part in ("scripts", "requirements"):
            shutil.copytree(ROOT / part, path / part)
        shutil.copy(ROOT / "pyproject.toml", path)
        self.python = path / "some-python"
        self.python.write_text(PYTHON)
        self.python.chmod(0o755)

    def set_up(self, level: str) -> str:
        env = {"PATH": "/usr/bin:/bin", "PYTHON": str(self.python)}
        done = subprocess.run(
            ["scripts/setup-python", level],
            cwd=self.path,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def calls(self) -> list[str]:
        file = self.path / "calls"
        calls = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return calls


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_installs_the_lock_by_hash_then_the_checkout_and_says_so(checkout: Checkout) -> None:
    said = checkout.set_up("run")

    packages, itself = checkout.calls()
    assert packages.endswith("--require-hashes -r requirements/run.txt")
    assert itself.endswith("--no-deps --no-build-isolation -e .")
    assert len(said.splitlines()) == 3


def test_a_second_run_does_and_says_nothing(checkout: Checkout) -> None:
    checkout.set_up("run")
    checkout.calls()

    assert checkout.set_up("run") == ""
    assert checkout.calls() == []


def test_what_tests_need_holds_what_running_needs(checkout: Checkout) -> None:
    checkout.set_up("dev")
    checkout.calls()

    assert checkout.set_up("run") == ""
    assert checkout.calls() == []


@pytest.mark.parametrize("changed", ["requirements/run.txt", "pyproject.toml"])
def test_a_change_is_installed_without_making_the_environment_anew(checkout: Checkout, changed: str) -> None:
    checkout.set_up("run")
    checkout.calls()
    with (checkout.path / changed).open("a") as file:
        file.write("\n# changed\n")

    said = checkout.set_up("run")

    assert len(checkout.calls()) == 2
    assert "Making the virtual environment" not in said
