"""A person's browser before the portal: Debian's Chromium, signed in, and what its pages cost."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, Page, StorageState, ViewportSize, async_playwright

from benchmarks.server import Server
from tests.chromium import launch

_SIZE = ViewportSize(width=1280, height=800)
_QUIET_MS = 1000
_PATIENCE_MS = 60_000

# In every page, from its begin on: what held its thread for more than 50 ms.
_NOTE = """
window.longTasks = [];
new PerformanceObserver((list) => {
  window.longTasks.push(...list.getEntries().map((each) => [each.startTime, each.startTime + each.duration]));
}).observe({type: "longtask", buffered: true});
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What it took to load a page with nothing of it kept from before."""

    kilobytes: float  # over the wire, heads and all
    shown_ms: float  # until what was waited for was painted
    ready_ms: float  # and the page's thread has no long task any more: it answers to the person


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser."""
    async with async_playwright() as playwright:
        browser = await launch(playwright.chromium)
        yield browser
        await browser.close()


@dataclass(frozen=True, slots=True)
class Window:
    """Windows of somebody who is signed in. Each is as at the first visit: nothing of the portal is kept in it."""

    browser: Browser
    origin: str
    state: StorageState

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Page]:
        """A window, whose page notes what held it up."""
        context = await self.browser.new_context(
            base_url=self.origin, storage_state=self.state, viewport=_SIZE, locale="en-US"
        )
        await context.add_init_script(_NOTE)
        yield await context.new_page()
        await context.close()

    async def load(self, path: str, wanted: str) -> Load:
        """Load a page until what this selector finds is there."""
        async with self.open() as page:
            received: list[float] = []
            wire = await page.context.new_cdp_session(page)
            await wire.send("Network.enable")
            wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
            await page.goto(path)
            shown: float = await page.evaluate(_until(wanted))
            await page.wait_for_timeout(_QUIET_MS)
            ends = [end for _, end in await long_tasks(page)]
            return Load(sum(received) / 1000, shown, max([shown, *ends]))


async def sign_in(browser: Browser, server: Server) -> Window:
    """How to open a window of somebody who is signed in."""
    async with server.client() as client:
        link = await client.sign_in_link()
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_role("navigation").first.wait_for(state="attached")
    state = await context.storage_state()
    await context.close()
    return Window(browser, link.partition("/sign-in")[0], state)


async def until(page: Page, act: str, wanted: str) -> float:
    """How long after `act`, a function of the page, what the selector `wanted` finds was painted, ms."""
    taken: float = await page.evaluate(_until(wanted, act))
    return taken


async def long_tasks(page: Page) -> list[tuple[float, float]]:
    """What held the page's thread for more than 50 ms since this was last asked: from when to when, ms."""
    await page.wait_for_timeout(100)  # they are told of a little later
    found: list[tuple[float, float]] = await page.evaluate("window.longTasks.splice(0)")
    return found


def _until(wanted: str, act: str | None = None) -> str:
    """A script of the page that says when, in ms since `act`, or since the page began."""
    begin = f"const begin = performance.now(); ({act})();" if act else "const begin = 0;"
    return f"""async () => {{
        {begin}
        while (!document.querySelector({json.dumps(wanted)})) {{
            if (performance.now() - begin > {_PATIENCE_MS}) throw new Error("never there: " + {json.dumps(wanted)});
            await new Promise(requestAnimationFrame);
        }}
        await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
        return performance.now() - begin;
    }}"""
