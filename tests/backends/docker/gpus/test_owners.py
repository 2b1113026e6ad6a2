"""Whose the processes are that hold a GPU."""

import os
from pathlib import Path

import pytest

from openpai.backends.docker.gpus.owners import Holder, holder, strangers
from openpai.images.cuda.machine import GpuProcess

OURS, THEIRS = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    "groups",
    [
        f"0::/system.slice/docker-{OURS}.scope\n",
        f"12:memory:/docker/{OURS}\n11:cpu,cpuacct:/docker/{OURS}\n0::/\n",
        f"0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-{OURS}.scope/init\n",
        f"0::/../docker-{OURS}.scope\n",
    ],
    ids=["systemd", "cgroup 1", "rootless", "seen from another namespace"],
)
def test_a_container_is_known_by_the_names_of_its_control_groups(tmp_path: Path, groups: str) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "comm").write_text("python3\n")
    (tmp_path / "7" / "cgroup").write_text(groups)
    assert holder(7, tmp_path) == Holder(GpuProcess(7, "python3"), frozenset({OURS}))


def test_a_process_of_this_machine_is_seen_with_its_name() -> None:
    own = holder(os.getpid())
    assert own.seen
    assert own.process.name == Path(f"/proc/{os.getpid()}/comm").read_text().strip()


def test_a_process_that_is_gone_is_not_seen(tmp_path: Path) -> None:
    assert holder(7, tmp_path) == Holder(GpuProcess(7, "?"), seen=False)


def test_strangers_are_those_in_no_container_of_ours() -> None:
    ours = Holder(GpuProcess(1, "train"), frozenset({OURS}))
    theirs = Holder(GpuProcess(3, "serve"), frozenset({THEIRS}))
    bare = Holder(GpuProcess(2, "python3"))
    assert strangers([ours, theirs, bare], frozenset({OURS}), frozenset()) == (bare.process, theirs.process)


def test_one_that_cannot_be_seen_counts_from_the_second_time_on() -> None:
    gone = Holder(GpuProcess(5, "?"), seen=False)
    assert strangers([gone], frozenset(), frozenset()) == ()
    assert strangers([gone], frozenset(), frozenset({5})) == (gone.process,)
