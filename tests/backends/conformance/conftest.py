"""The suite's one fixture: a bench per kind of backend, that asserts at the end that nothing is left."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from openpai.backends.contract import Backend
from tests.backends.bench import Bench, DockerBench, SimulatedBench, in_use


@pytest.fixture(params=[pytest.param("docker", marks=pytest.mark.engine), "simulated"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    # A socket's path may be 107 bytes long; pytest's own folders are longer.
    with TemporaryDirectory(prefix="pai-") as short:
        made = DockerBench(tmp_path, Path(short) / "s") if request.param == "docker" else SimulatedBench()
        async with in_use(made):
            yield made


@pytest.fixture
def backend(bench: Bench) -> Backend:
    return bench.backend()
