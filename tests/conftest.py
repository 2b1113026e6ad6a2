"""What holds for the whole test session."""

import functools
import os
import subprocess
from collections.abc import Iterator

import pytest


@functools.cache
def engine_answers() -> bool:
    try:
        version = ["docker", "version", "--format", "{{.Server.Version}}"]
        return subprocess.run(version, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that needs an engine fails without one: skipped, nobody would miss it."""
    if item.get_closest_marker("engine") and not engine_answers():
        pytest.fail("no Docker Engine answers: run `make test`, which installs and starts one", pytrace=False)


@pytest.fixture(autouse=True, scope="session")
def _nothing_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests see neither the developer's server and settings (`make run` has its own) nor his language."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("PAI_", "LC_")) or name == "LANGUAGE":
                patch.delenv(name)
        patch.setenv("LANG", "C.UTF-8")
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name)))
        yield
