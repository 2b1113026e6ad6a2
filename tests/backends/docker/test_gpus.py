"""A machine's GPUs and driver, through NVIDIA's own binding and a stand-in for the library beneath it."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from openpai.images.cuda.machine import Gpu

H100 = Gpu("NVIDIA H100 80GB HBM3", "GPU-11111111-2222-3333-4444-555555555555", (9, 0), 81559)
T4 = Gpu("Tesla T4", "GPU-66666666-7777-8888-9999-aaaaaaaaaaaa", (7, 5), 15360)


@dataclass(frozen=True, slots=True)
class Library:
    """A folder with a stand-in for the library."""

    folder: Path

    def asked(self, how: str = "") -> tuple[str, str]:
        """What a process that finds this library gets, and what it logs."""
        ask = "from openpai.backends.docker.gpus import gpus_of_this_machine as g; print('GPUS', g())"
        environment = {"LD_LIBRARY_PATH": str(self.folder), "FAKE_NVML": how, "PYTHONWARNINGS": "error"}
        done = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        log, _, result = (done.stderr + done.stdout).partition("GPUS ")
        return result.strip(), log


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("nvml")
    source = Path(__file__).with_name("fake_nvml.c")
    target = folder / "libnvidia-ml.so.1"
    subprocess.run(["gcc", "-Wall", "-Werror", "-shared", "-fPIC", "-o", target, source], check=True)
    return Library(folder)


def test_driver_and_gpus_are_read_with_their_generation_and_memory(library: Library) -> None:
    result, log = library.asked()
    assert result == repr(("535.104.05", (H100, T4)))
    assert log == ""


def test_a_gpu_that_is_lost_is_left_out_and_told(library: Library) -> None:
    result, log = library.asked("second")
    assert result == repr(("535.104.05", (H100,)))
    assert "GPU is lost" in log


def test_a_driver_that_does_not_answer_is_told_and_counts_as_none(library: Library) -> None:
    result, log = library.asked("init")
    assert result == repr((None, ()))
    assert "Driver Not Loaded" in log


def test_a_machine_without_the_library_has_neither_driver_nor_gpus_and_nothing_to_tell(
    tmp_path: Path,
) -> None:
    (tmp_path / "libnvidia-ml.so.1").touch()  # found before one that this machine may have, and no library
    assert Library(tmp_path).asked() == (repr((None, ())), "")
