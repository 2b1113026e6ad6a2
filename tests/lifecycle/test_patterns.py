"""What failed programs wrote → why they failed. `outputs/` holds what real ones wrote, in containers of the standard
images; what needs a GPU is quoted as the frameworks word it."""

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpai.lifecycle.diagnosis import Room, diagnose
from openpai.lifecycle.exits import Exit
from openpai.lifecycle.output import EVIDENCE_LINES, GAP, last_lines, read_output
from openpai.lifecycle.patterns import LOOKED_AT, STRIDE, patterns, why

OUTPUTS = Path(__file__).parent / "outputs"

REAL: dict[str, tuple[int, str, dict[str, str], str]] = {
    "no_module": (1, "ModuleMissing", {"module": "cv2", "package": "opencv-python-headless"}, "'cv2'"),
    "no_module_m": (1, "ModuleMissing", {"module": "no_such_tool"}, "No module named no_such_tool"),
    "import_name": (1, "ImportFailed", {"module": "torch.nn", "name": "NoSuchLayer"}, "'NoSuchLayer'"),
    "syntax": (1, "PythonSyntaxError", {"file": "/tmp/t.py", "number": "2"}, "'[' was never closed"),
    "indent": (1, "PythonSyntaxError", {"file": "/tmp/t.py", "number": "2"}, "IndentationError"),
    "numpy_memory": (1, "MemoryRefused", {}, "Unable to allocate 7.28 TiB"),
    "torch_memory": (1, "MemoryRefused", {}, "you tried to allocate 40000000000000 bytes"),
    "tf_memory": (1, "MemoryRefused", {}, "OOM when allocating tensor"),
    "jax_memory": (1, "MemoryRefused", {}, "Out of memory allocating 40000000000000 bytes"),
    "memory_error": (1, "MemoryRefused", {}, "MemoryError"),
    "horovod_rank": (1, "MemoryRefused", {}, "[1,1]<stderr>:MemoryError: too much"),
    "torch_no_cuda": (1, "NoGpu", {}, "Torch not compiled with CUDA enabled"),
    "nccl": (1, "NoGpu", {}, "doesn't have NCCL built in"),
    "shm_loader": (1, "SharedMemoryFull", {}, "unable to allocate shared memory(shm)"),
    "shm_loader_old": (1, "SharedMemoryFull", {}, "insufficient shared memory (shm)"),
    "shm_write": (1, "SharedMemoryFull", {}, "/dev/shm/x"),
    "disk": (1, "DiskFull", {}, "No space left on device"),
    "fsize": (1, "FileTooLarge", {}, "File too large"),
    "fsize_python": (1, "FileTooLarge", {}, "File too large"),
    "files": (1, "TooManyOpenFiles", {}, "Too many open files"),
    "threads": (1, "TooManyProcesses", {}, "can't start new thread"),
    "command_missing": (127, "CommandMissing", {"command": "nvcc"}, "nvcc: command not found"),
    "sh_missing": (127, "CommandMissing", {"command": "nvcc"}, "nvcc: not found"),
    "path_missing": (127, "CommandMissing", {"command": "/opt/tool/run"}, "/opt/tool/run"),
    "crlf": (127, "WindowsLineEnds", {}, "$'ls\\r'"),
    "crlf_env": (127, "WindowsLineEnds", {}, "python3\\r"),
    "exec_format": (126, "WrongArchitecture", {}, "Exec format error"),
    "shell_syntax": (2, "ShellSyntaxError", {}, "unexpected end of file"),
    "argument": (2, "BadArgument", {"program": "train.py"}, "required: --lr"),
    "library": (1, "LibraryMissing", {"library": "libcudart.so.11.0"}, "cannot open shared object"),
    "file_missing": (1, "FileMissing", {"path": "/data/train.csv"}, "FileNotFoundError"),
    "script_missing": (2, "FileMissing", {"path": "/code/train.py"}, "can't open file"),
    "cat_missing": (1, "FileMissing", {"path": "/data/none"}, "cat: "),
    "tf_file": (1, "FileMissing", {"path": "/data/x.tfrecord"}, "NotFoundError"),
    "torchrun_rank": (1, "FileMissing", {"path": "/data/part-1"}, "[rank1]: FileNotFoundError"),
    "denied": (1, "PermissionDenied", {"path": "/root/x"}, "[Errno 13]"),
    "denied_shell": (126, "PermissionDenied", {"path": "/tmp/x.sh"}, "/tmp/x.sh: Permission denied"),
    "mount": (32, "OperationNotPermitted", {}, "permission denied"),
    "dns": (1, "NameNotResolved", {}, "Temporary failure in name resolution"),
    "curl": (6, "HostUnknown", {"host": "data.example.org"}, "Could not resolve host"),
    "git": (128, "HostUnknown", {"host": "git.example.org"}, "Could not resolve host"),
    "pip": (1, "PackageNotFound", {"requirement": "cowsay"}, "No matching distribution"),
    "refused": (1, "ConnectionRefused", {}, "Connection refused"),
    "unreachable": (1, "HostUnreachable", {}, "Network is unreachable"),
    "in_use": (1, "AddressInUse", {}, "Address already in use"),
    "assertion": (1, "AssertionFailed", {}, "AssertionError: they differ"),
    "segv": (139, "SegmentationFault", {}, "Fatal Python error"),
    "mpi_root": (1, "MpiAsRoot", {}, "attempt to run as root"),
    "mpi_slots": (1, "MpiSlots", {}, "not enough slots"),
    "mpi_rank": (1, "ModuleMissing", {"module": "no_such_module"}, "[1,1]<stderr>:ModuleNotFoundError"),
    "mpi_segv": (139, "SegmentationFault", {}, "exited on signal 11"),
    "mpi_ssh": (255, "SshFailed", {}, "ssh: Could not resolve hostname elsewhere"),
    "horovod_tf": (1, "HorovodNotBuilt", {"extension": "horovod.tensorflow"}, "has not been built"),
    "store_timeout": (1, "PeersMissing", {}, "1/2 clients joined"),
    "store_refused": (1, "PeersMissing", {}, "client socket has timed out"),
    "gloo_timeout": (1, "CollectiveTimeout", {}, "Timed out waiting 4000ms for recv"),
    "oom_child": (3, "ChildKilled", {}, "Killed"),
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_what_a_real_program_wrote_tells_why_it_failed(name: str) -> None:
    exit_code, code, params, line = REAL[name]
    output = (OUTPUTS / f"{name}.txt").read_bytes()
    told = diagnose(Exit(exit_code, 10**9), 0, read_output(output, exit_code), Room(1024, 64))
    assert told.code == code
    assert params.items() <= told.params.items()
    assert told.params["exit_code"] == exit_code
    assert any(line in shown for shown in told.evidence)


def test_every_output_that_was_kept_is_tried() -> None:
    assert {file.stem for file in OUTPUTS.iterdir()} == REAL.keys() | {"good_log"}


QUOTED: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "quoted.toml").read_text("utf-8"))


@pytest.mark.parametrize(("code", "line"), [(code, line) for code, lines in QUOTED.items() for line in lines])
def test_what_frameworks_say_is_known(code: str, line: str) -> None:
    output = f"epoch 3\nTraceback (most recent call last):\n{line}\n".encode()
    found = why(output, 1)
    assert found is not None
    assert found.code == code
    assert found.start <= output.index(line.encode()) <= found.end


@pytest.mark.parametrize(
    "text",
    [
        "step 3 error 0.25 no failures, 0 errors",
        "WARNING: could not import apex (No module named 'apex'), going on without it",
        "memory: 40 GB of 80 GB used; GPU memory fine",
        "asserting that shapes match: OK",
        "2026-01-02 03:04:05.678: E cuda_diagnostics.cc:86] failed call to cuInit: no CUDA-capable device is detected",
        "Killed 3 workers that were idle",
        "The file was not found in the cache, downloading",
        "validation accuracy on 'permission' words: 0.93",
        "ValueError: shapes (3,4) and (5,) not aligned",
        "KeyError: 'SyntaxError'",
        "SyntaxError: bad input to eval",
    ],
)
def test_a_log_that_only_mentions_trouble_tells_nothing(text: str) -> None:
    assert why(f"{text}\n".encode() * 3, 1) is None


def test_what_a_program_coped_with_long_before_its_end_is_not_the_cause() -> None:
    assert why((OUTPUTS / "good_log.txt").read_bytes(), 1) is None
    coped = b"ConnectionRefusedError: [Errno 111] Connection refused\n"
    assert why(coped + b"epoch done\n" * 10 + b"ValueError: nan\n", 1) is not None, "near the end it counts"
    assert why(coped + b"epoch done\n" * STRIDE + b"ValueError: nan\n", 1) is None


def test_a_cause_counts_before_its_consequences_wherever_they_stand() -> None:
    cause = b"torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB\n"
    consequence = b"RuntimeError: [gloo/pair.cc:598] Connection closed by peer [10.1.0.3]:39219\n"
    for output in (cause + consequence * 5000, consequence + cause, consequence + cause + consequence):
        found = why(output, 1)
        assert found is not None
        assert found.code == "CudaOutOfMemory"
        assert output[found.start : found.end + 1] == cause


def test_of_two_causes_the_first_counts() -> None:
    first, second = (
        b"OSError: [Errno 28] No space left on device\n",
        b"ModuleNotFoundError: No module named 'a'\n",
    )
    found = why(first + second, 1)
    assert found is not None
    assert found.code == "DiskFull"


def test_a_mistake_of_syntax_is_one_only_if_python_ended_with_it() -> None:
    output = (OUTPUTS / "syntax.txt").read_bytes()
    assert why(output + b"going on\n", 1) is None
    assert why(output, 0) is None
    assert why(b"SyntaxError: bad\n", 1) is None, "of which file?"


def test_the_evidence_is_the_line_with_a_few_around_it_and_the_last_ones() -> None:
    lines = [f"line {n}" for n in range(60)]
    lines[20] = "ModuleNotFoundError: No module named 'a'"
    evidence = read_output("\n".join(lines).encode(), 1).evidence
    assert evidence == (*lines[16:24], GAP, *lines[54:])
    assert len(evidence) <= EVIDENCE_LINES
    assert read_output(b"\n".join(b"line %d" % n for n in range(60)), 1).evidence == tuple(lines[45:])


def test_a_progress_bar_shows_its_last_states_as_lines() -> None:
    assert last_lines(b"10%\r20%\r100%\ndone") == ("10%", "20%", "100%", "done")


def test_lines_that_say_nothing_are_left_out_and_long_ones_cut() -> None:
    assert last_lines(b"\n\na\n  \n\n\x1b[1mb\x1b[0m\n\n", 2) == ("a", "b")
    assert last_lines(b"x" * 10_000) == ("x" * 500,)


WORDS = [word for pattern in patterns() for word in pattern.words]


PIECES = st.one_of(st.sampled_from([*WORDS, b"\n", b"\r", b": ", b"'"]), st.binary(max_size=40))


@given(st.lists(PIECES, max_size=60), st.integers(1, 255))
def test_any_bytes_make_evidence_that_can_be_shown(pieces: list[bytes], exit_code: int) -> None:
    output = b"".join(pieces)
    told = diagnose(Exit(exit_code, 10**9), 0, read_output(output, exit_code), Room(1, 1))
    assert len(told.evidence) <= EVIDENCE_LINES + 1
    assert all(line.strip() and len(line) <= 500 and "\n" not in line for line in told.evidence)
    "\n".join([*told.evidence, *map(str, told.params.values())]).encode()


@given(st.sampled_from(WORDS), st.binary(min_size=1, max_size=12), st.integers(0, 3000))
@settings(max_examples=60, deadline=None)
def test_no_output_takes_long(word: bytes, filler: bytes, times: int) -> None:
    piece = word + filler * times + b"\n"
    output = (piece * (LOOKED_AT // len(piece) + 1))[:LOOKED_AT]
    began = time.process_time()
    why(output, 127)
    assert time.process_time() - began < 3, "a regular expression that goes back and forth takes minutes"
