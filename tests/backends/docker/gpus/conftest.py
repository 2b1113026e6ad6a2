from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nvml import FakeNvml, fake_nvml


@pytest.fixture
def nvml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeNvml]:
    with fake_nvml(tmp_path, monkeypatch) as told:
        yield told
