"""examples/: the job files hold the code beside them, and those for GPUs would run on machines that have some."""

import ast
import importlib.util
import re
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from openpai.admission.submit import Plan, Submission
from openpai.images.cuda.machine import Machine
from openpai.protocol.parse import parse
from openpai.scheduler.resources import Node, Resources
from tests.admission.door import Door
from tests.images.cuda_machines import V100
from tests.looks import nothing_known
from tests.outlooks import outlook_of

EXAMPLES = Path(__file__).parents[2] / "examples"
JOBS = sorted(EXAMPLES.glob("*/*.yaml"))
ON_GPUS = [path for path in JOBS if re.search(r"gpu: [1-9]", path.read_text())]
FOLDERS = sorted({path.parent for path in JOBS})
OF_PYTHON_3_6 = sorted(
    {
        code
        for path in JOBS
        if "python_3.6" in path.read_text()
        for code in path.parent.glob("*.py")
        if f"cat > {code.name} " in path.read_text()
    }
)


def named(path: object) -> str:
    return str(path.relative_to(EXAMPLES)) if isinstance(path, Path) else ""


def embed() -> ModuleType:
    spec = importlib.util.spec_from_file_location("embed", EXAMPLES / "embed.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def roles(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())["taskRoles"]
    return found


def test_job_files_are_up_to_date() -> None:
    files: dict[Path, str] = embed().job_files()
    assert sorted(files) == JOBS
    stale = [named(path) for path, text in files.items() if path.read_text() != text]
    assert stale == [], "run examples/embed.py"


@pytest.mark.parametrize("path", JOBS, ids=named)
def test_commands_write_the_code_beside_them(path: Path, tmp_path: Path) -> None:
    written = [c for role in roles(path).values() for c in role["commands"] if c.startswith("cat > ")]
    assert written
    for command in written:
        subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=tmp_path, check=True)
        name = command.split()[2]
        assert (tmp_path / name).read_text() == (path.parent / name).read_text()


@pytest.mark.parametrize("path", JOBS, ids=named)
def test_a_job_file_is_accepted(path: Path) -> None:
    warned = {(warning.code, warning.path) for warning in parse(path.read_bytes()).warnings}
    assert warned <= {("NotThereYet", "defaults.virtualCluster")}


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_a_readme_names_every_file_in_both_languages(folder: Path, readme: str) -> None:
    text = (folder / readme).read_text()
    missing = [
        file.name
        for file in folder.iterdir()
        if file.suffix in (".py", ".yaml") and f"`{file.name}`" not in text
    ]
    assert missing == []


@pytest.mark.parametrize("name", ["Resnet18_cpu.yaml", "Resnet18_12cpu.yaml"])
def test_training_uses_the_cpus_it_asks_for(name: str) -> None:
    (role,) = roles(EXAMPLES / "pytorch_cifar10" / name).values()
    assert f"--threads {role['resourcePerInstance']['cpu']} " in role["commands"][1]


@pytest.mark.parametrize("path", OF_PYTHON_3_6, ids=named)
def test_code_for_old_images_is_old_python(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 6))


def test_there_is_code_for_old_images() -> None:
    assert [named(path) for path in OF_PYTHON_3_6] == [
        "mxnet_cifar10/train.py",
        "pytorch_cifar10/train.py",
        "pytorch_cifar10/train_horovod.py",
        "tensorflow_cifar10/train.py",
    ]


@pytest.fixture
def gpu_server(tmp_path: Path) -> Any:
    """Admission on one machine with four V100."""
    door = Door(tmp_path)
    door.machines = (Machine("gpu-1", "amd64", "580.65.06", (V100,) * 4, described=True),)
    door.outlook = lambda: outlook_of(Node("gpu-1", Resources(64, 262_144, 4)))
    door.inspect = nothing_known  # what is known of these images is what the catalogue says
    yield door
    door.database.close()


def without_storages(path: Path) -> str:
    """The job, without the storage that a reader of the example has to have."""
    return path.read_text().replace("  storages:\n    - name: data\n", "")


def test_the_gpu_jobs_of_the_document_are_there() -> None:
    assert {named(path) for path in ON_GPUS} >= {
        "pytorch_cifar10/Resnet18_1gpu.yaml",
        "pytorch_cifar10/Resnet18_4gpu.yaml",
        "pytorch_cifar10/Resnet18_horovod.yaml",
        "tensorflow_cifar10/cifar10_vgg16_tf_gpu.yaml",
        "tensorflow_cifar10/cifar10_vgg16_tf_gpu_distributed.yaml",
        "tensorflow_cifar10/cifar10_vgg16_tf_gpu_horovod.yaml",
    }


@pytest.mark.parametrize("path", ON_GPUS, ids=named)
async def test_a_dry_run_finds_a_place_on_a_machine_with_gpus(gpu_server: Door, path: Path) -> None:
    text = without_storages(path)
    plan: Plan = await gpu_server.admission.dry_run(Submission("ann", text.encode()))
    assert [v for v in plan.verdicts if v.verdict == "fail"] == []
    assert ("pass", "ImageFits") in {(v.verdict, v.code) for v in plan.verdicts if v.check == "driver-fit"}
    assert plan.placement is not None
    tasks = sum(role["instances"] for role in roles(path).values())
    assert [place.node for place in plan.placement] == ["gpu-1"] * tasks


@pytest.mark.parametrize("path", ON_GPUS, ids=named)
async def test_without_gpus_the_same_job_is_refused(gpu_server: Door, path: Path) -> None:
    gpu_server.machines = (Machine("box", "amd64"),)
    gpu_server.outlook = lambda: outlook_of(Node("box", Resources(64, 262_144, 0)))
    text = without_storages(path)
    assert {problem.code for problem in await gpu_server.refused(text)} == {"NeverFits"}
