"""scripts/setup-engine and the packages for tests, on a machine made of a PATH with few programs on it."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ("bash", "cat", "dirname", "env", "find", "tail", "timeout")
NOT_ROOT = 'case "$1" in -u) echo 1000 ;; -un) echo alice ;; esac'


class Machine:
    def __init__(self, path: Path) -> None:
        self.path = path
        for program in PROGRAMS:
            found = shutil.which(program)
            assert found is not None, program
            (path / program).symlink_to(found)

    def has(self, program: str, script: str) -> None:
        (self.path / program).write_text(f"#!/bin/sh\n{script}\n")
        (self.path / program).chmod(0o755)

    def runs(self, script: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "scripts" / script],
            env={"PATH": str(self.path), **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_an_engine_that_answers_is_used_and_nothing_installed(machine: Machine) -> None:
    machine.has("docker", "echo 20.10")
    machine.has("id", "echo 0")

    done = machine.runs("setup-engine")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_root_it_says_what_an_administrator_must_run(machine: Machine) -> None:
    machine.has("docker", "exit 1")
    machine.has("id", NOT_ROOT)

    done = machine.runs("setup-engine")

    assert done.returncode != 0
    # Either is right, as the machine that runs this test may have an engine's socket.
    assert "apt-get install docker.io" in done.stderr or "may not use it" in done.stderr
    assert "usermod -aG docker alice" in done.stderr


def test_an_engine_elsewhere_that_is_silent_is_not_replaced_by_one_here(machine: Machine) -> None:
    machine.has("docker", "exit 1")
    machine.has("id", "echo 0")

    done = machine.runs("setup-engine", DOCKER_HOST="tcp://127.0.0.1:1")

    assert done.returncode != 0
    assert "DOCKER_HOST is set" in done.stderr


def test_packages_for_tests_that_are_there_are_left_alone(machine: Machine) -> None:
    machine.has("dpkg-query", "printf installed")

    done = machine.runs("setup-test-packages")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_root_missing_packages_are_named_in_one_command(machine: Machine) -> None:
    machine.has("dpkg-query", "exit 1")
    machine.has("apt-get", "exit 1")
    machine.has("id", NOT_ROOT)

    done = machine.runs("setup-test-packages")

    assert done.returncode != 0
    assert (
        "apt-get update && apt-get install --no-install-recommends docker-registry busybox-static apache2-utils"
        in done.stderr
    )
