"""What tasks wrote, read as a person reads it: live, coloured, searched, several at once, of any size."""

import asyncio
import re
import shutil
from pathlib import Path
from typing import get_args

from playwright.async_api import Locator, Page, Route, expect

from tests.e2e.jobs import end_of, job, reached
from tests.e2e.server import Server
from tests.portal.conftest import NARROW, WIDE
from tests.portal.person import Person, Theme

_PATIENCE_MS = 20_000

TICKS = 'i=0; while [ $i -lt 600 ]; do i=$((i+1)); echo "tick $i"; sleep 0.1; done'
SHOWS = (
    r"printf '\033[31mred\033[0m and \033[1;38;5;226;48;2;40;40;40mloud\033[0m\n'",
    r"printf '10%%\r50%%\r100%%\n'",
    r"printf '<b onclick=x>bold</b> &amp;\nשלום abc\nbad \377 byte\n'",
    "head -c 5000000 /dev/zero | tr '\\0' x; echo",
    'i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done',
    "echo 'Needle two'; sleep 1; echo 'said apart' >&2",  # the engine reads the streams apart: not in the long line
    "echo the needle three",
)


def lines(page: Page) -> Locator:
    return page.get_by_role("region", name="Lines of the log")


def row(page: Page, text: str | re.Pattern[str]) -> Locator:
    return lines(page).locator("[data-row]").filter(has_text=text)


async def test_several_logs_are_followed_in_one_view_and_go_on_after_a_restart(
    person: Person, server: Server, shell_image: str
) -> None:
    page = person.page
    async with server.client() as pai:
        await pai.submit(job(TICKS, image=shell_image, name="ticks", instances=2))
    await page.goto("/jobs/admin~ticks/logs")
    await expect(row(page, re.compile("tick 30$"))).to_be_visible(timeout=_PATIENCE_MS)
    await page.get_by_role("combobox", name="Tasks").click()
    await page.get_by_role("option", name="main[1]").click()
    await page.keyboard.press("Escape")
    for label in ("main[0]", "main[1]"):
        await expect(row(page, label).first).to_be_visible()
    assert "role=main&index=0&role=main&index=1" in page.url
    await expect(page.get_by_text("Following")).to_be_visible()

    await lines(page).focus()
    await page.keyboard.press("Home")
    first = row(page, re.compile(r"tick 1$"))
    await expect(first.first).to_be_visible()
    server.kill()
    await expect(page.get_by_text("Not live; it is tried again")).to_be_visible()
    server.start()
    await expect(page.get_by_text("Live; the end is not in sight")).to_be_visible(timeout=_PATIENCE_MS)
    await expect(first.first).to_be_visible()  # who reads is not torn away
    await page.get_by_role("button", name="To the end, and follow").click()
    await expect(page.get_by_text("Following")).to_be_visible()
    async with server.client() as pai:
        await pai.stop("ticks")
    await expect(page.get_by_text("Complete")).to_be_visible(timeout=_PATIENCE_MS)
    shown = await lines(page).locator("[data-row]").all()
    assert len(shown) > 10
    for each in shown:  # none was lost, none came twice
        text = await each.locator("[dir=auto]").last.inner_text()
        assert text in (f"tick {await each.get_by_role('link').get_attribute('data-number')}", "Terminated")


async def test_whatever_a_task_writes_is_shown_as_text_found_and_handed_over(
    person: Person, server: Server, shell_image: str
) -> None:
    page = person.page
    async with server.client() as pai:
        await pai.submit(job(*SHOWS, image=shell_image, name="shows"))
        await end_of(pai, "admin~shows")
    await page.goto("/jobs/admin~shows/logs?line=1")
    await expect(row(page, "red and loud")).to_have_attribute("data-chosen", "true")
    await expect(row(page, "red and loud").get_by_text("red", exact=True)).to_have_css(
        "color", re.compile(r"rgb\(19\d, 47, 47\)")
    )
    await expect(row(page, re.compile("100%$"))).to_be_visible()
    await expect(row(page, "<b onclick=x>bold</b> &amp;")).to_be_visible()
    await expect(row(page, "שלום abc")).to_be_visible()
    await expect(row(page, "bad \ufffd byte")).to_be_visible()
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="A line of 5 MB, its first 8 kB shown").click()
    assert await size(await (await waiting.value).path()) == 5_000_000
    for theme in get_args(Theme):
        await page.emulate_media(color_scheme=theme)
        await expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", theme)
        await page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert await person.barriers() == []
    await page.set_viewport_size(NARROW)
    assert await person.barriers() == []
    assert await person.overflow() <= 0
    await page.set_viewport_size(WIDE)

    await page.get_by_role("textbox", name="Search in the log").fill("NEEDLE")
    await expect(page.get_by_text("1 of 2", exact=True)).to_be_visible()
    await expect(row(page, "Needle two").locator("mark")).to_have_text("Needle")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("2 of 2", exact=True)).to_be_visible()
    await page.keyboard.press("Shift+Enter")
    await expect(row(page, "Needle two")).to_have_attribute("data-chosen", "true")
    await page.get_by_role("textbox", name="Search in the log").fill("nowhere")
    await expect(page.get_by_text("Not found")).to_be_visible()
    await page.get_by_role("textbox", name="Search in the log").fill(":1007")
    await page.keyboard.press("Enter")
    await expect(row(page, re.compile("line 1000$"))).to_be_visible()

    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Download the whole log").click()
    whole = await (await waiting.value).path()
    assert (await waiting.value).suggested_filename == "shows-main[0].log"
    assert await size(whole) > 5_000_000
    await page.get_by_role("radiogroup", name="Streams").get_by_text("stderr").click()
    await expect(lines(page).locator("[data-row]")).to_have_text(["said apart"])


async def size(file: Path) -> int:
    return (await asyncio.to_thread(file.stat)).st_size


async def test_a_slow_network_is_told_and_what_is_there_is_shown(
    person: Person, server: Server, shell_image: str
) -> None:
    page = person.page
    async with server.client() as pai:
        await pai.submit(job("seq 1 200000", image=shell_image, name="long"))
        await end_of(pai, "admin~long")
    arrived = asyncio.Event()

    async def slowly(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await page.route(re.compile(r"/logs/all$"), slowly)
    await page.goto("/jobs/admin~long/logs")
    await expect(row(page, re.compile("200000$"))).to_be_visible()
    await expect(page.get_by_text("200,000 lines, 1.3 MB")).to_be_visible()
    await lines(page).focus()
    await page.keyboard.press("Home")
    await expect(row(page, "Loading…").first).to_be_visible()
    arrived.set()
    await expect(lines(page).locator("[data-row]").first.locator("[dir=auto]")).to_have_text("1")
    await page.keyboard.press("PageDown")
    await expect(row(page, "Loading…")).to_have_count(0)
    await expect(lines(page).locator("[data-row='30']").locator("[dir=auto]")).to_have_text("31")


async def test_why_there_is_nothing_to_read_is_told(person: Person, server: Server, shell_image: str) -> None:
    page = person.page
    async with server.client() as pai:
        cores = (await pai.nodes())[0]["cpu"]
        await pai.submit(job("sleep 600", image=shell_image, name="quiet", cpu=cores))
        await reached(pai, "admin~quiet", lambda detail: detail["jobStatus"]["state"] == "RUNNING")
        await pai.submit(job("echo begun", image=shell_image, name="later", cpu=cores))
        await page.goto("/jobs/admin~quiet/logs")
        await expect(page.get_by_text("This task has written nothing yet.")).to_be_visible()
        await page.goto("/jobs/admin~later/logs")
        await expect(page.get_by_text("This task has not begun.")).to_be_visible()
        await pai.stop("admin~later")
        await expect(page.get_by_text("This task never ran")).to_be_visible()
        await pai.submit(job("echo begun", image=shell_image, name="next", cpu=cores))
        await page.goto("/jobs/admin~next/logs")
        await expect(page.get_by_text("This task has not begun.")).to_be_visible()
        await pai.stop("admin~quiet")
        await expect(row(page, "begun")).to_be_visible(timeout=_PATIENCE_MS)
        await expect(page.get_by_text("Complete")).to_be_visible()
    for folder in (server.data_dir / "logs").iterdir():
        shutil.rmtree(folder)
    await page.reload()
    await expect(page.get_by_text("The log of this task has been removed.")).to_be_visible()
