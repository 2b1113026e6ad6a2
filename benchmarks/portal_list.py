"""The portal's list of 100,000 jobs, in Chromium: how soon it answers, and whether it holds the browser up."""

import asyncio
import time
from itertools import cycle, islice
from statistics import median
from typing import Any

from playwright.async_api import Page

from benchmarks.browser import Window, chromium, long_tasks, sign_in, until
from benchmarks.full_store import WORDS
from benchmarks.server import Server, job_yaml
from openpai.client.api import Client

COUNT = 100_000

_TIMES = 9
_WHEELS = 200
_LIST = "/jobs?username=*"
_ROW = "table[aria-busy=false] tbody tr[data-index]"  # of what was asked for last
_CALLS: dict[str, dict[str, Any]] = {
    "newest": {},
    "last page": {"offset": COUNT - 25},
    "by name": {"order": "jobName,ASC"},
    "by GPUs": {"order": "totalGpuNumber,DESC"},
    "keyword": {"keyword": "bert-99"},
    "keyword that no job has": {"keyword": "nothing"},
    "failed": {"state": "FAILED"},
    "of a user": {"username": "user-7"},
    "1,000 jobs": {"limit": 1000},
}


async def portal_list(server: Server) -> dict[str, float]:
    """Medians. The server has `COUNT` jobs already."""
    async with server.client() as client, chromium() as browser:
        calls = {f"call, {name}, ms": await _call(client, more) for name, more in _CALLS.items()}
        window = await sign_in(browser, server)
        loads = await _load(window, "/", "main section a[href*=state]") | await _load(window, _LIST, _ROW)
        async with window.open() as page:
            answers = await _answers(page)
            big = await _big_page(page, client)
    return calls | loads | answers | big


async def _call(client: Client, more: dict[str, Any]) -> float:
    taken: list[float] = []
    for _ in range(_TIMES):
        begin = time.perf_counter()
        await client.jobs(**{"limit": 25, **more})
        taken.append(1000 * (time.perf_counter() - begin))
    return median(taken)


async def _load(window: Window, path: str, wanted: str) -> dict[str, float]:
    loads = [await window.load(path, wanted) for _ in range(_TIMES)]
    return {
        f"first visit of {path}, kB over the wire": median(load.kilobytes for load in loads),
        f"first visit of {path}, content painted, ms": median(load.shown_ms for load in loads),
        f"first visit of {path}, answers to the person, ms": median(load.ready_ms for load in loads),
    }


async def _answers(page: Page) -> dict[str, float]:
    """How long after a press or a key the jobs that it asks for are painted."""
    await page.goto(_LIST)
    await page.locator(_ROW).first.wait_for()
    pages = [await until(page, _press("Next page"), _page(number + 2)) for number in range(_TIMES)]
    orders = [await until(page, _press("Name"), _sorted(number)) for number in range(_TIMES)]
    words = [await until(page, _type(word), _found(word)) for word in islice(cycle(WORDS), _TIMES)]
    return {
        "page change, ms": median(pages),
        "sort by name, ms": median(orders),
        "keyword, from the last key, ms": median(words),
    }


async def _big_page(page: Page, client: Client) -> dict[str, float]:
    """What holds the browser up while a page of 1,000 jobs scrolls, and while a change of a job comes in."""
    await page.goto(f"{_LIST}&size=1000")
    await page.locator(_ROW).first.wait_for()
    await page.mouse.move(640, 500)
    await long_tasks(page)
    for _ in range(_WHEELS):
        await page.mouse.wheel(0, 300)
        await page.wait_for_timeout(16)
    wheel = await long_tasks(page)
    for tenth in [*range(10), *range(10, 0, -1)]:
        await page.evaluate("tenth => window.scrollTo(0, document.body.scrollHeight * tenth / 10)", tenth)
        await page.wait_for_timeout(100)
    jumps = await long_tasks(page)
    await page.evaluate("window.scrollTo(0, 0)")
    await long_tasks(page)
    shown = [await _shown(page, client, f"comes-{number}") for number in range(_TIMES)]
    changes = await long_tasks(page)
    return {
        "scrolling 1,000 rows by the wheel, long tasks": len(wheel),
        "the longest of them, ms": _longest(wheel),
        "jumping through 1,000 rows, long tasks": len(jumps),
        "the longest of them there, ms": _longest(jumps),
        "a job that comes, from its submission to being painted, ms": median(shown),
        f"long tasks in {_TIMES} such changes of 1,000 rows": len(changes),
    }


async def _shown(page: Page, client: Client, name: str) -> float:
    seen = asyncio.create_task(until(page, "() => {}", f'{_ROW}[data-index="0"] a[href$="~{name}"]'))
    await client.submit(job_yaml(name, "true"))
    return await seen


def _longest(tasks: list[tuple[float, float]]) -> float:
    return max((end - begin for begin, end in tasks), default=0.0)


def _press(name: str) -> str:
    """A script that presses the button of this name."""
    return f"""() => [...document.querySelectorAll("button")]
        .find((button) => (button.ariaLabel ?? button.innerText.trim()) === "{name}").click()"""


def _type(text: str) -> str:
    """A script that has the last key of this text typed into the search field."""
    return f"""() => {{
        const field = document.querySelector("input[type=search]");
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, "{text}");
        field.dispatchEvent(new Event("input", {{bubbles: true}}));
    }}"""


def _page(number: int) -> str:
    return f'body:has(input[aria-label="Page"][value="{number}"]) {_ROW}'


def _sorted(number: int) -> str:
    return (
        f"table:has(th[aria-sort={'descending' if number % 2 else 'ascending'}]){_ROW.removeprefix('table')}"
    )


def _found(word: str) -> str:
    return f'{_ROW}[data-index="0"] a[href*="~{word}-"]'
