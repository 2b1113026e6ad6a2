"""What a failed job is told of why, in real containers: the kernel's word, the signal, or what it wrote last.

Those in Python need the standard image for PyTorch on CPUs: `pai image build pytorch-2.13.0-cpu`.
"""

import subprocess
from typing import Any

import pytest

from openpai.cli.card import ending
from openpai.client import Client
from openpai.client.replies import Diagnosis, JobDetail
from openpai.lifecycle.patterns import LOOKED_AT
from tests.e2e.jobs import job, role, run, task

PYTORCH = "openpai/standard:python_3.11-pytorch_2.13.0-cpu"


@pytest.fixture(scope="module")
def pytorch() -> str:
    if subprocess.run(["docker", "image", "inspect", PYTORCH], capture_output=True).returncode:
        pytest.fail(f"the image {PYTORCH} is missing: `pai image build` builds it", pytrace=False)
    return PYTORCH


def told(detail: JobDetail) -> Diagnosis:
    diagnosis = task(detail).get("diagnosis")
    assert diagnosis is not None
    return diagnosis


def python(program: str) -> str:
    return f"cat > /tmp/train.py <<'END'\n{program}\nEND\npython3 /tmp/train.py"


MAPS_TOO_MUCH = python(
    """
import mmap, os
file = os.open("/dev/shm/batch", os.O_RDWR | os.O_CREAT)
os.ftruncate(file, 8 << 20)
mmap.mmap(file, 8 << 20).write(b"1" * (8 << 20))
"""
)
LOADS_TOO_MUCH = python(
    """
import torch
class Data(torch.utils.data.Dataset):
    def __len__(self): return 8
    def __getitem__(self, i): return torch.ones(2**21)
if __name__ == "__main__":
    for batch in torch.utils.data.DataLoader(Data(), num_workers=2): print(batch.shape)
"""
)

WRITES_TOO_MUCH = "ulimit -f 10\n" + python(
    """
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
open("/tmp/x", "wb").write(b"0" * 99999)
"""
)


@pytest.mark.parametrize(
    ("commands", "exit_code", "code", "words"),
    [
        (MAPS_TOO_MUCH, 135, "BusError", "1 MB"),
        (LOADS_TOO_MUCH, 1, "SharedMemoryFull", "1 MB"),
        (python("print('epoch 0')\nimport cv2"), 1, "ModuleMissing", "cv2"),
        (python("x = [1, 2"), 1, "PythonSyntaxError", "/tmp/train.py"),
        (python("import numpy\nnumpy.ones((10**6, 10**6))"), 1, "MemoryRefused", "512 MB"),
        (python("import torch\ntorch.ones(1).cuda()"), 1, "NoGpu", "GPU"),
        (python("import ctypes\nctypes.string_at(0)"), 139, "SegmentationFault", "SIGSEGV"),
        ("trap '' XFSZ; ulimit -f 10; head -c 99999 /dev/zero > /tmp/x", 1, "FileTooLarge", "larger"),
        (WRITES_TOO_MUCH, 153, "FileTooLarge", "153"),
        ("yes | head -1", 141, "BrokenPipe", "SIGPIPE"),
        ("kill -ABRT $$", 134, "Aborted", "SIGABRT"),
    ],
)  # fmt: skip
async def test_a_failure_in_a_real_container_is_told_with_its_cause(
    pai: Client, pytorch: str, commands: str, exit_code: int, code: str, words: str
) -> None:
    resources: dict[str, Any] = {"extraContainerOptions": {"shmMB": 1}}
    file = job(taskRoles={"main": role(commands, memory=512, **resources)}, image=pytorch)
    detail = await run(pai, file)
    assert (task(detail).get("containerExitCode"), told(detail)["code"]) == (exit_code, code)
    assert words in told(detail)["message"]
    shown = "\n".join(line.text for line in ending(detail))
    assert told(detail)["message"] in shown
    assert (told(detail).get("fix") or "no remedy") in shown


async def test_the_child_that_was_killed_for_memory_makes_it_out_of_memory(pai: Client) -> None:
    detail = await run(pai, job("tail /dev/zero || echo it died\nexit 3", memory=32))
    assert (task(detail).get("containerExitCode"), told(detail)["code"]) == (3, "OutOfMemory")
    assert "32 MB" in told(detail)["message"]


async def test_a_cause_far_above_its_many_consequences_is_found_and_shown(pai: Client) -> None:
    detail = await run(
        pai,
        job(
            "echo 'RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB'",
            "for i in $(seq 9000); do echo 'RuntimeError: [gloo/pair.cc:598] Connection closed by peer'; done",
            "exit 1",
        ),
    )
    assert told(detail)["code"] == "CudaOutOfMemory"
    assert LOOKED_AT > 9000 * 64
    evidence = told(detail).get("evidence", [])
    assert evidence[0].startswith("RuntimeError: CUDA out of memory")
    assert len(evidence) <= 15
    assert task(detail).get("containerExitCode") == 1


async def test_a_mistake_of_syntax_is_not_tried_again_a_missing_module_is(pai: Client, pytorch: str) -> None:
    for program, retries in (("x = [1, 2", 0), ("import cv2", 2)):
        detail = await run(pai, job(python(program), image=pytorch, memory=256, jobRetryCount=2))
        assert detail["jobStatus"]["retries"] == retries
