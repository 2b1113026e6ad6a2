"""What the doctor finds of a cluster file and of GPUs."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from openpai.doctor import diagnose, nvidia_cards
from openpai.settings import Settings
from tests.nvml import FakeNvml, fake_nvml


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, []),
        ("virtual-clusters: {default: {share: rest}}", [("ok", "ClusterFileOk", None)]),
        ("nodes: {box: {cpu: 4, memory: 4Gi}}", [("ok", "ClusterFileOk", None)]),
        ("virtual-clusters:\n  default: {share: most}", [("fail", "ClusterFileBroken", 2)]),
        ("nodes:\n\tx: 1", [("fail", "ClusterFileBroken", 2)]),
    ],
)
def test_mistakes_of_the_cluster_file_are_counted(
    tmp_path: Path, text: str | None, found: list[tuple[str, str, int | None]]
) -> None:
    if text is not None:
        (tmp_path / "cluster.yaml").write_text(text)
    settings = Settings(data_dir=tmp_path, docker_host=f"unix://{tmp_path}/none")
    told = [each for each in diagnose(settings) if each.check == "cluster file"]
    assert [(each.verdict, each.code, each.params.get("line")) for each in told] == found


@pytest.fixture
def nvml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeNvml]:
    with fake_nvml(tmp_path, monkeypatch) as told:
        yield told


def _of_gpus(settings: Settings) -> list[tuple[str, str]]:
    return [(each.verdict, each.code) for each in diagnose(settings) if each.check.startswith("gpus")]


@pytest.mark.engine
def test_the_whole_gpu_stack_is_looked_at(tmp_path: Path, nvml: FakeNvml) -> None:
    """The engine of this machine can give no GPU, and a process of nobody's job holds one."""
    nvml.tells(f"compute 1 {os.getpid()}", "sleeps 0 1")
    assert _of_gpus(Settings(data_dir=tmp_path)) == [
        ("ok", "GpuDriverOk"),
        ("warn", "GpuHeld"),
        ("fail", "NoGpuRuntime"),
        ("warn", "GpuPersistenceOff"),
        ("warn", "DriverBehindImages"),
    ]
    nvml.tells("init 0 18")
    assert _of_gpus(Settings(data_dir=tmp_path)) == [("fail", "GpuDriverSilent")]


@pytest.mark.engine
def test_described_gpus_are_no_reason_to_look_for_real_ones(tmp_path: Path, nvml: FakeNvml) -> None:
    settings = Settings(data_dir=tmp_path, fake_gpus="8xV100-SXM2-32GB")
    assert _of_gpus(settings) == [("warn", "GpusDescribed")]


def test_nvidias_gpus_are_counted_on_the_bus_and_not_their_sound(tmp_path: Path) -> None:
    for number, (vendor, kind) in enumerate(
        [("0x10de", "0x030200"), ("0x10de", "0x030000"), ("0x10de", "0x040300"), ("0x1002", "0x030000")]
    ):
        device = tmp_path / f"0000:0{number}:00.0"
        device.mkdir()
        (device / "vendor").write_text(f"{vendor}\n")
        (device / "class").write_text(f"{kind}\n")
    (tmp_path / "0000:09:00.0").mkdir()
    assert nvidia_cards(tmp_path) == 2
