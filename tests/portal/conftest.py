"""A person at a browser: Chromium, the portal, a real server on a real engine."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserType, ViewportSize, async_playwright

from openpai.server.portal import FILES
from tests.backends import images
from tests.chromium import launch_elsewhere
from tests.e2e.conftest import server_in
from tests.e2e.server import Server
from tests.portal.person import Person

WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=760)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs an engine, and shares the browser, which lives on one event loop."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)  # before the default


@pytest.fixture(scope="session")
def shell_image() -> str:
    """The 2 MB image of nearly all jobs here."""
    return images.ensure(images.SHELL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, shell_image: str) -> Iterator[Server]:
    """One server for all tests of a module."""
    assert (FILES / "index.html").exists(), "the portal is not built: scripts/build-portal"
    with server_in(tmp_path_factory.mktemp("portal")) as server:
        server.start()
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers() -> AsyncIterator[BrowserType]:
    """What launches Chromium."""
    async with async_playwright() as playwright:
        yield playwright.chromium


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def opened(browsers: BrowserType) -> AsyncIterator[list[Browser]]:
    """The browser that all tests share; and others, after one that a test took with it."""
    browsers_so_far: list[Browser] = []
    yield browsers_so_far
    for each in browsers_so_far:
        await each.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(browsers: BrowserType, opened: list[Browser]) -> Browser:
    """Each person gets a window in it that knows nothing of the others'."""
    if not opened or not opened[-1].is_connected():
        opened.append(await launch_elsewhere(browsers))
    return opened[-1]


@pytest_asyncio.fixture(loop_scope="session")
async def person(browser: Browser, server: Server) -> AsyncIterator[Person]:
    """Somebody who is signed in as the local account, with an English browser and a wide window."""
    async with AsyncExitStack() as stack:
        someone = await Person.arrive(browser, server, WIDE, "en-US", "light")
        stack.push_async_callback(someone.leave)
        await someone.sign_in()
        yield someone
