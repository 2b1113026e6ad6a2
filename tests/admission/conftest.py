"""Admission on a real store, for one test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.admission.door import Door


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    opened = Door(tmp_path)
    yield opened
    opened.database.close()
