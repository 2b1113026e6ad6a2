"""Whether an engine gives GPUs to containers, and how."""

import os
from pathlib import Path
from typing import Any

import pytest

from openpai.backends.docker.gpus import access
from openpai.backends.docker.gpus.access import Way, no_way_to, way_for, ways

ONE, TWO = "GPU-11111111", "GPU-22222222"
NAMES = frozenset({f"nvidia.com/gpu={ONE}", "nvidia.com/gpu=0", "nvidia.com/gpu=all"})


@pytest.fixture(autouse=True)
def path_of_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setattr(access, "_ENGINES_PATH", str(folder))
    return folder


def test_an_engine_without_the_toolkit_has_no_way() -> None:
    assert ways({"Runtimes": {"runc": {"path": "runc"}}}) == (frozenset(), False)
    problem = no_way_to(ONE, frozenset(), False)
    assert problem is not None
    assert problem.code == "NoGpuRuntime"


def test_nvidias_runtime_is_a_way_where_it_is_registered_or_its_program_is_there(
    path_of_the_engine: Path,
) -> None:
    assert ways({"Runtimes": {"nvidia": {}}}) == (frozenset(), True)
    hook = path_of_the_engine / "nvidia-container-runtime-hook"
    hook.touch(mode=0o755)
    assert ways({"Runtimes": {"runc": {}}}) == (frozenset(), True)
    assert no_way_to(ONE, frozenset(), True) is None


def test_devices_are_those_that_the_engine_has_discovered() -> None:
    info = {
        "CDISpecDirs": ["/etc/cdi"],
        "DiscoveredDevices": [
            {"Source": "cdi", "ID": f"nvidia.com/gpu={ONE}"},
            {"Source": "cdi", "ID": "vendor.com/net=nic0"},
            {"Source": "other", "ID": f"nvidia.com/gpu={TWO}"},
        ],
    }
    assert ways(info) == (frozenset({f"nvidia.com/gpu={ONE}"}), False)


def test_an_engine_that_does_not_tell_what_it_discovered_has_what_its_specifications_name(
    tmp_path: Path,
) -> None:
    (tmp_path / "nvidia.yaml").write_text(
        f"cdiVersion: 0.5.0\nkind: nvidia.com/gpu\ndevices:\n- name: {ONE}\n- name: all\n"
    )
    (tmp_path / "other.json").write_text('{"kind": "vendor.com/net", "devices": [{"name": "nic0"}]}')
    (tmp_path / "broken.yaml").write_text("kind: [")
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "notes.txt").write_text("kind: nvidia.com/gpu")
    info: dict[str, Any] = {"CDISpecDirs": [str(tmp_path), str(tmp_path / "absent")]}
    assert ways(info)[0] == {f"nvidia.com/gpu={ONE}", "nvidia.com/gpu=all"}
    (tmp_path / "nvidia.yaml").write_text(f"kind: nvidia.com/gpu\ndevices: [{{name: {TWO}}}]\n")
    os.utime(tmp_path / "nvidia.yaml", ns=(1, 1))
    assert ways(info)[0] == {f"nvidia.com/gpu={TWO}"}


def test_an_engine_that_has_cdi_switched_off_has_no_devices(tmp_path: Path) -> None:
    (tmp_path / "nvidia.yaml").write_text(f"kind: nvidia.com/gpu\ndevices: [{{name: {ONE}}}]\n")
    assert ways({"CDISpecDirs": []})[0] == frozenset()


def test_cdi_is_taken_where_it_names_each_gpu_by_its_uuid_else_the_runtime() -> None:
    assert way_for([ONE], NAMES) is Way.CDI
    assert way_for([ONE, TWO], NAMES) is Way.RUNTIME
    assert way_for([ONE], frozenset()) is Way.RUNTIME


def test_a_gpu_that_cdi_does_not_name_is_told_with_what_it_names() -> None:
    assert no_way_to(ONE, NAMES, runtime=False) is None
    assert no_way_to(TWO, NAMES, runtime=True) is None
    problem = no_way_to(TWO, NAMES, runtime=False)
    assert problem is not None
    assert problem.code == "GpuNotInCdi"
    assert problem.params["known"] == f"nvidia.com/gpu=0, nvidia.com/gpu={ONE}, nvidia.com/gpu=all"
