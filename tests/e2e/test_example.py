"""The example job trains for real, in the image that the repository builds."""

import re
import subprocess

import pytest

from openpai.client import Client
from tests.e2e.jobs import cause, output, run
from tests.e2e.server import ROOT

_JOB = ROOT / "examples" / "pytorch_cifar10" / "Resnet18_cpu.yaml"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(580)]


def _image() -> str:
    found = re.search(r"uri: (\S+)", _JOB.read_text())
    assert found is not None
    if subprocess.run(["docker", "image", "inspect", found[1]], capture_output=True).returncode:
        pytest.fail(f"the image {found[1]} is missing: run `make run` once, which builds it", pytrace=False)
    return found[1]


async def test_the_example_trains_and_tells_how_exact_it_became(pai: Client) -> None:
    _image()
    text = _JOB.read_text()
    detail = await run(pai, text, within=560, parameters={"epochs": 1})
    log = (await output(pai, detail, role="taskrole")).decode()
    assert detail["jobStatus"]["state"] == "SUCCEEDED", (cause(detail), log[-2000:])
    reached = re.search(r"done: test accuracy ([\d.]+)% after 1 epochs", log)
    assert reached is not None, log[-2000:]
    assert float(reached[1]) > 50
