"""A server for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.server.house import House, Served, build, client, served


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with build(tmp_path) as house:
        yield house


@pytest.fixture
async def api(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """Asks as alice."""
    async with client(house) as asking:
        yield asking


@pytest.fixture
async def server(house: House) -> AsyncIterator[Served]:
    async with served(house) as server:
        yield server
