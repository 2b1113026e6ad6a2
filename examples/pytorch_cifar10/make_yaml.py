"""Writes the job files beside it: train.py and what runs it, in one file that needs no network and no storage.

python examples/pytorch_cifar10/make_yaml.py [--check]
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
END = "TRAIN_PY"  # ends the here-document that holds train.py

TEMPLATE = """\
# Made by make_yaml.py out of train.py: change those, and run it again.
{comment}
protocolVersion: 2
name: {name}
type: job
version: "1.0"
contributor: OpenPAI
description: ResNet-18 on CIFAR-10 with PyTorch on {cpu} CPUs (on handwritten digits where CIFAR-10 is not at hand)
parameters:
  epochs: {epochs}
  batchsize: {batch_size}
prerequisites:
  - name: image
    type: dockerimage
    uri: openpai/standard:python_3.11-pytorch_1.13.1-cpu
taskRoles:
  taskrole:
    instances: 1
    completion:
      minFailedInstances: 1
      minSucceededInstances: -1
    dockerImage: image
    resourcePerInstance:
      cpu: {cpu}
      gpu: 0
      memoryMB: {memory_mb}
    extraContainerOptions:
      shmMB: 512
    commands:
      - |
        cat > train.py <<'{end}'
{code}
        {end}
      - >-
        python train.py --threads {cpu}
        --epochs <% $parameters.epochs %> --batch-size <% $parameters.batchsize %>
defaults:
  virtualCluster: default
"""

CPU_2 = """\
# The example that `make run` runs: small enough for 2 cores and 5 minutes."""

CPU_12 = """\
# After Resnet18_12cpu.yaml of OpenPAI's examples for education. What is different here, and why:
# - gpu: 0 instead of 3. The GPUs were only there because that cluster handed out CPUs together with GPUs.
# - PyTorch 1.13.1 on Python 3.11 instead of 1.2.0 on 3.6, which Debian does not have any more.
# - train.py travels in this file instead of being downloaded, and so does not need a network; CIFAR-10 is
#   read where it is mounted instead of being downloaded.
# - 10 epochs instead of 200 (21 hours). Set the parameter to 200 for the original's length.
# - No ssh plug-in: nothing in this job uses it."""

JOBS = {
    "Resnet18_cpu.yaml": {
        "name": "Resnet18_cpu",
        "comment": CPU_2,
        "cpu": 2,
        "memory_mb": 3072,
        "epochs": 3,
        "batch_size": 32,
    },
    "Resnet18_12cpu.yaml": {
        "name": "Resnet18_12cpu",
        "comment": CPU_12,
        "cpu": 12,
        "memory_mb": 24576,
        "epochs": 10,
        "batch_size": 128,
    },
}


def job_files() -> dict[Path, str]:
    lines = (HERE / "train.py").read_text().splitlines()
    if END in lines or any("<%" in line for line in lines):
        raise ValueError(f"train.py must hold neither a line {END} nor a template mark")
    code = "\n".join(f"        {line}" if line else "" for line in lines)
    return {HERE / file: TEMPLATE.format(code=code, end=END, **values) for file, values in JOBS.items()}


def main() -> int:
    files = job_files()
    if "--check" in sys.argv:
        stale = [str(path) for path, text in files.items() if not path.exists() or path.read_text() != text]
        print("\n".join(f"{path} is not up to date: run make_yaml.py" for path in stale))
        return len(stale)
    for path, text in files.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
