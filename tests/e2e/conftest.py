"""Servers for tests. At the end of each nothing of it is left, and its log tells of no fault of ours."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from openpai.client import Client
from tests.backends import images
from tests.e2e import engine
from tests.e2e.pools import own_pool
from tests.e2e.server import Server

MakeServer = Callable[..., Server]

_GONE_WITHIN_S = 20


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs an engine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)


@pytest.fixture(scope="session")
def shell_image() -> str:
    """The 2 MB image of nearly all jobs here."""
    return images.ensure(images.SHELL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, shell_image: str) -> Iterator[Server]:
    """One server for all tests of a module: for those that leave it as it was."""
    with server_in(tmp_path_factory.mktemp("server")) as made:
        made.start()
        yield made


@pytest.fixture
async def pai(server: Server) -> AsyncIterator[Client]:
    """The SDK, speaking to the module's server."""
    async with server.client() as client:
        yield client


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What servers need goes in here: it lives longer than they do."""
    with ExitStack() as made:
        yield made


@pytest.fixture
def make_server(
    stack: ExitStack, tmp_path_factory: pytest.TempPathFactory, shell_image: str
) -> Iterator[MakeServer]:
    """Makes servers for one test, with settings of their own; the test starts them."""
    with ExitStack() as servers:

        def make(**settings: str) -> Server:
            return servers.enter_context(server_in(tmp_path_factory.mktemp("server"), **settings))

        yield make


@contextmanager
def server_in(folder: Path, **settings: str) -> Iterator[Server]:
    """A server that is not started; after its end nothing of it is left, or the test fails."""
    with own_pool() as pool:
        server = Server(folder, pool, **settings)
        try:
            yield server
            left = _left_over(server)
            faults = server.own_faults()
        finally:
            server.stop()
            if (server.data_dir / "instance").exists():
                swept = engine.sweep(server.instance, server.docker_host)
                with suppress(OSError):  # missing; or not empty, which is told below
                    server.runtime_dir.rmdir()
        assert not faults, f"the server's log tells of its own faults:\n{server.log[-6000:]}"
        if (server.data_dir / "instance").exists():
            assert not [*left, *swept], f"left behind by the server: {left} {swept}\n{server.log[-3000:]}"


def _left_over(server: Server) -> list[str]:
    """What of its jobs' containers, networks and files is still there after a while."""
    if not (server.data_dir / "instance").exists():
        return []
    end = time.monotonic() + (_GONE_WITHIN_S if server.runs else 0)
    while (left := _remains(server)) and time.monotonic() < end:
        time.sleep(0.2)
    return left


def _remains(server: Server) -> list[str]:
    names = engine.networks(server.instance, host=server.docker_host)
    files = list(server.runtime_dir.iterdir()) if server.runtime_dir.exists() else []
    return [
        *engine.containers(server.instance, host=server.docker_host),
        *(name for name in names if not name.endswith("-shared")),
        *map(str, files),
    ]
