"""examples/pytorch_cifar10: the job files hold the code beside them."""

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

EXAMPLE = Path(__file__).parents[2] / "examples" / "pytorch_cifar10"
JOBS = sorted(path.name for path in EXAMPLE.glob("*.yaml"))


def make_yaml() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_yaml", EXAMPLE / "make_yaml.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def role(name: str) -> dict[str, Any]:
    job = yaml.safe_load((EXAMPLE / name).read_text())
    found: dict[str, Any] = job["taskRoles"]["taskrole"]
    return found


def test_job_files_are_up_to_date() -> None:
    files: dict[Path, str] = make_yaml().job_files()
    assert {path.name: path.read_text() for path in files} == {p.name: text for p, text in files.items()}
    assert sorted(path.name for path in files) == JOBS


@pytest.mark.parametrize("name", JOBS)
def test_the_first_command_writes_train_py(name: str, tmp_path: Path) -> None:
    written = role(name)["commands"][0]
    subprocess.run(["bash", "-euo", "pipefail", "-c", written], cwd=tmp_path, check=True)
    assert (tmp_path / "train.py").read_text() == (EXAMPLE / "train.py").read_text()


@pytest.mark.parametrize("name", JOBS)
def test_training_uses_the_cpus_it_asks_for(name: str) -> None:
    assert f"--threads {role(name)['resourcePerInstance']['cpu']} " in role(name)["commands"][1]
