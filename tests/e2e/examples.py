"""The job files of examples/, and what they need on this machine."""

import re
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from openpai.client import Client
from openpai.client.replies import JobDetail
from tests.e2e.jobs import cause, output, run
from tests.e2e.server import ROOT


def example(name: str) -> dict[str, Any]:
    """A job file by its path below examples/; its images are here, or the test fails."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "examples" / name).read_text())
    for prerequisite in document["prerequisites"]:
        _must_be_here(prerequisite["uri"])
    return document


def _must_be_here(image: str) -> None:
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True).returncode:
        tag = image.partition("python_3.11-")[2].replace("_", "-")
        pytest.fail(f"the image {image} is missing: `pai image build` builds it ({tag})", pytrace=False)


async def succeeded(
    pai: Client, document: Mapping[str, Any], role: str, *, within: float = 120, **parameters: object
) -> tuple[JobDetail, str]:
    """Run it; the job, which succeeded, and what the first task of a role wrote."""
    detail = await run(pai, yaml.safe_dump(dict(document)), within=within, parameters=parameters)
    log = (await output(pai, detail, role=role)).decode()
    assert detail["jobStatus"]["state"] == "SUCCEEDED", (cause(detail), log[-3000:])
    return detail, log


def reached(log: str) -> float:
    """The accuracy that an example tells in the end, in per cent."""
    found = re.search(r"done: test accuracy ([\d.]+)%", log)
    assert found is not None, log[-2000:]
    return float(found[1])
