"""The log viewer with a log of 100 MB, and how far it lags behind `docker logs -f`, in Debian's Chromium."""

import asyncio
import subprocess
import time
from statistics import median

from playwright.async_api import Locator, Page, expect

from benchmarks.browser import chromium, long_tasks, sign_in
from benchmarks.server import Server, job_yaml

SIZE = 100_000_000
LINE = "2026-11-25 10:00:00,000 INFO train: epoch 3 step 1200 loss 0.4321 acc 0.8765"  # and a line break: 77 bytes
LINES = -(-SIZE // (len(LINE) + 1))
TICKS = 100
FAST = 200_000

_WRITES = f"yes '{LINE}' | head -c {SIZE}"
_TICKS = f"i=0; while [ $i -lt {TICKS} ]; do i=$((i+1)); echo tick $i; sleep 0.1; done; sleep 2"
_MANY = "i=0; while [ $i -lt 100 ]; do seq $((i*100+1)) $((i*100+100)); i=$((i+1)); sleep 0.1; done; sleep 2"
_PATIENCE_MS = 240_000

_LAST_LINES = """box => {
  window.seen = [];
  const look = () => {
    const text = [...box.querySelectorAll("[data-row] [dir=auto]")].at(-1)?.textContent ?? "";
    const number = Number(text.replace("tick ", ""));
    if (number > (window.seen.at(-1)?.[0] ?? 0)) {
      window.seen.push([number, performance.timeOrigin + performance.now()]);
    }
  };
  new MutationObserver(look).observe(box, { childList: true, subtree: true, characterData: true });
}"""

Times = dict[int, float]
"""When a line with this number was there, s since 1970."""


async def portal_log(server: Server) -> dict[str, float]:
    async with (
        server.client() as client,
        chromium() as browser,
        (await sign_in(browser, server)).open() as page,
    ):
        big = (await client.submit(job_yaml("big", _WRITES)))["name"]
        async for _ in client.watch(big):
            pass
        before = server.memory_mb()
        figures = await _reading(page, big)
        figures["memory that this took at the server, MiB"] = server.memory_mb() - before
        for name, command, what in (
            ("ticks", _TICKS, "10 lines a second"),
            ("many", _MANY, "1,000 lines a second"),
            ("fast", f"seq 1 {FAST}; sleep 2", f"{FAST:,} lines as fast as can be"),
        ):
            lags = await _lags(server, page, (await client.submit(job_yaml(name, command)))["name"])
            figures[f"last line behind `docker logs -f`, {what}, median, s"] = median(lags)
            figures[f"the same, {what}, longest, s"] = max(lags)
    return figures


async def _reading(page: Page, job: str) -> dict[str, float]:
    """A person opens the log, goes to its begin, scrolls, and searches."""
    figures = {}
    started = time.perf_counter()
    await page.goto(f"/jobs/{job}/logs")
    await expect(_row(page, LINES - 1)).to_contain_text("2026", timeout=_PATIENCE_MS)
    figures["from opening the page to the last line of 100 MB, s"] = time.perf_counter() - started
    await _box(page).focus()
    started = time.perf_counter()
    await page.keyboard.press("Home")
    await expect(_row(page, 0)).to_contain_text(LINE)
    figures["from there to the first line, s"] = time.perf_counter() - started
    tasks = await _scrolling(page)
    figures["long tasks (over 50 ms) in 400 turns of the wheel and 20 jumps"] = len(tasks)
    figures["the longest, ms"] = max(tasks, default=0)
    started = time.perf_counter()
    await page.get_by_role("textbox", name="Search in the log").fill("no line has this")
    await expect(page.get_by_text("Not found")).to_be_visible(timeout=_PATIENCE_MS)
    figures["searching all of it, s"] = time.perf_counter() - started
    figures["JavaScript heap after all that, MB"] = await _heap_mb(page)
    return figures


async def _scrolling(page: Page) -> list[float]:
    await long_tasks(page)
    await _box(page).hover()
    for down in (300, -300):
        for _ in range(200):
            await page.mouse.wheel(0, down)
            await asyncio.sleep(0.02)
    for twentieth in range(20):
        await _box(page).evaluate("(box, part) => box.scrollTo(0, box.scrollHeight * part)", twentieth / 20)
        await asyncio.sleep(0.1)
    await expect(_box(page).get_by_text("Loading…")).to_have_count(0)
    return [end - begin for begin, end in await long_tasks(page)]


async def _heap_mb(page: Page) -> float:
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable")
    metrics = (await devtools.send("Performance.getMetrics"))["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")) / 1e6


async def _lags(server: Server, page: Page, job: str) -> list[float]:
    """For every number that was the page's last line: how long after `docker logs -f` printed it, s."""
    await page.goto(f"/jobs/{job}/logs")
    await _box(page).wait_for()
    await _box(page).evaluate(_LAST_LINES)
    printed = await asyncio.to_thread(_docker_logs, (server.data_dir / "instance").read_text())
    await expect(page.get_by_text("Complete")).to_be_visible(timeout=_PATIENCE_MS)
    seen: list[tuple[int, float]] = await page.evaluate("() => window.seen")
    return [at / 1000 - printed[number] for number, at in seen if number in printed]


def _docker_logs(instance: str) -> Times:
    """When `docker logs -f` of the one container that runs printed each line; until its end."""
    label = f"label=openpai.instance={instance}"
    while not (found := _output("docker", "ps", "--quiet", "--filter", label).split()):
        time.sleep(0.01)
    printed: Times = {}
    with subprocess.Popen(["docker", "logs", "--follow", found[0]], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for line in child.stdout:
            printed[int(line.removeprefix(b"tick "))] = time.time()
    return printed


def _box(page: Page) -> Locator:
    return page.get_by_role("region", name="Lines of the log")


def _row(page: Page, number: int) -> Locator:
    return _box(page).locator(f"[data-row='{number}']")


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
