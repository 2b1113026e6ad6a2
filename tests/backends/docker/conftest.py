"""Fixtures of the tests that are about Docker alone."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from openpai.backends.contract import Backend
from tests.backends.bench import DockerBench, in_use
from tests.registry import Registry, installed, running_registry


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[DockerBench]:
    with TemporaryDirectory(prefix="pai-") as short:
        made = DockerBench(tmp_path, Path(short) / "s")
        async with in_use(made):
            yield made


@pytest.fixture
def backend(bench: DockerBench) -> Backend:
    return bench.backend()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """A registry that lets only the user `ada` in."""
    if not installed():
        pytest.fail("needs the packages docker-registry and apache2-utils: `make test` installs them")
    with running_registry(tmp_path, "ada", "correct horse") as running:
        yield running
