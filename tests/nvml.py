"""A stand-in for NVIDIA's management library, which this process loads instead of one that the machine may have."""

import ctypes
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pynvml
import pytest

from openpai.backends.docker.gpus.nvml import Card

H100 = Card("NVIDIA H100 80GB HBM3", "GPU-11111111-2222-3333-4444-555555555555", (9, 0), 81559)
T4 = Card("Tesla T4", "GPU-66666666-7777-8888-9999-aaaaaaaaaaaa", (7, 5), 15360)


@dataclass(frozen=True, slots=True)
class FakeNvml:
    """What the library tells; see `nvml.c`."""

    file: Path

    def tells(self, *lines: str) -> None:
        """From now on it tells this, and nothing else is the matter."""
        self.file.write_text("".join(f"{line}\n" for line in lines))


@cache
def library() -> Path:
    """The compiled library, for all tests of this process."""
    target = Path(mkdtemp(prefix="pai-nvml-")) / "libnvidia-ml.so.1"
    source = Path(__file__).with_name("nvml.c")
    subprocess.run(
        [
            "gcc",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-Wno-unused-parameter",
            "-shared",
            "-fPIC",
            "-o",
            target,
            source,
        ],
        check=True,
    )
    return target


@contextmanager
def fake_nvml(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[FakeNvml]:
    """The library in this process, and two GPUs that are well."""
    told = FakeNvml(folder / "nvml")
    told.tells()
    patch.setenv("FAKE_NVML", str(told.file))
    patch.setattr(pynvml, "nvmlLib", ctypes.CDLL(str(library())))
    patch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    yield told
