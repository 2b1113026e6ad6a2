"""A job's page: what a person reads there, what he does there, and that it stays true."""

import re
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.e2e.jobs import job
from tests.e2e.server import Server
from tests.portal.conftest import NARROW
from tests.portal.person import Person
from tests.portal.slow_image import slow_image

_PATIENCE_MS = 20_000

FAILS = (
    """echo '<b onclick=x>نص</b> begins' >&2; """
    """echo "ModuleNotFoundError: No module named 'torch'" >&2; exit 1"""
)


async def state_is(page: Page, state: str) -> None:
    """The page comes to show it, without being loaded again."""
    badge = page.locator("main [data-state]").first
    await expect(badge).to_have_attribute("data-state", state, timeout=_PATIENCE_MS)


async def test_the_card_of_a_job_that_failed_tells_cause_evidence_and_remedy_in_both_languages(
    person: Person, browser: Browser, server: Server, shell_image: str
) -> None:
    async with server.client() as pai:
        await pai.submit(job(FAILS, image=shell_image, name="fails", jobRetryCount=1))
    page = person.page
    await page.goto("/jobs/admin~fails")
    await state_is(page, "FAILED")
    card = page.get_by_role("region", name="Why it failed")
    await expect(card).to_contain_text("The Python module torch is not there.")
    await expect(card).to_contain_text("Task main[0], attempt 0 of the job")
    await expect(card).to_contain_text("Install it in the commands, pip install torch")
    await expect(card.get_by_label("Lines that show it")).to_contain_text("<b onclick=x>نص</b> begins")
    await expect(card.get_by_role("link", name="Open the log")).to_have_attribute(
        "href", "/jobs/admin~fails/logs?role=main&index=0&jobAttempt=0&taskAttempt=0"
    )
    await page.get_by_role("tab", name="Events").click()
    await page.get_by_role("switch", name="Warnings only").check()
    events = page.get_by_role("tabpanel").get_by_role("listitem")
    await expect(events.first).to_contain_text("The job failed")
    await expect(events.filter(has_text="Submitted by")).to_have_count(0)
    await expect(page.locator("main b")).to_have_count(0)

    reader = await Person.arrive(browser, server, NARROW, "zh-CN", "dark")
    await reader.sign_in("/jobs/admin~fails")
    card = reader.page.get_by_role("region", name="失败原因")
    await expect(card).to_contain_text("缺少 Python 模块 torch。")
    await expect(card).to_contain_text("处理办法：")
    await expect(card.get_by_label("可以看出原因的日志行")).to_contain_text("ModuleNotFoundError")
    await reader.leave()


async def test_a_job_that_waits_says_why_and_begins_when_the_one_before_it_is_stopped(
    person: Person, server: Server, shell_image: str
) -> None:
    async with server.client() as pai:
        cores = (await pai.nodes())[0]["cpu"]
        await pai.submit(job("sleep 600", image=shell_image, name="holds", cpu=cores))
        other = await person.context.new_page()
        person.listen(other)
        await other.goto("/jobs/admin~holds")
        await state_is(other, "RUNNING")
        await pai.submit(job("sleep 600", image=shell_image, name="waits", cpu=cores))
    page = person.page
    await page.goto("/jobs/admin~waits")
    why = page.get_by_role("region", name="Why it waits")
    await expect(why).to_contain_text("It is number 1 of 1 waiting in the virtual cluster default.")
    await expect(why).to_contain_text(f"{cores} needed, 0 free")
    await expect(why.get_by_role("link", name="holds").first).to_be_visible()
    again = page.get_by_role("button", name="Run again")
    await again.focus()
    await expect(page.get_by_role("tooltip")).to_have_text("It has not ended yet.")

    await other.get_by_role("button", name="Stop").click()
    dialog = other.get_by_role("dialog")
    await expect(dialog).to_contain_text("Stop holds?")
    await dialog.get_by_role("button", name="Stop").click()
    await state_is(other, "STOPPED")
    await state_is(page, "RUNNING")
    await expect(why).to_have_count(0)
    await page.get_by_role("tab", name="Tasks").click()
    await page.get_by_role("button", name="main[0]: details").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text("Waited for its place")
    async with server.client() as pai:
        await pai.stop("waits")
    await state_is(page, "STOPPED")


async def test_an_image_on_its_way_is_told_until_the_job_runs_with_it(
    person: Person, server: Server, tmp_path: Path
) -> None:
    with slow_image(tmp_path) as (slow, image):
        async with server.client() as pai:
            await pai.submit(job("echo done", image=image, name="pulls"))
        page = person.page
        await page.goto("/jobs/admin~pulls")
        coming = page.get_by_role("region", name="Under way")
        await expect(coming).to_contain_text(f"Pulling {image} to ", timeout=_PATIENCE_MS)
        await expect(coming).to_contain_text("1 of 2 layers", timeout=_PATIENCE_MS)
        await expect(coming.get_by_role("progressbar")).to_be_visible()
        slow.gate.set()
        await state_is(page, "SUCCEEDED")
        await expect(coming).to_have_count(0)
        times = page.get_by_role("region", name="Where the time went")
        await expect(times).to_contain_text("Pulled its image")


async def test_a_job_that_ended_runs_again_and_is_deleted(
    person: Person, server: Server, shell_image: str
) -> None:
    async with server.client() as pai:
        await pai.submit(job("echo done", image=shell_image, name="twice"))
    page = person.page
    await page.goto("/jobs/admin~twice")
    await state_is(page, "SUCCEEDED")
    await page.get_by_role("button", name="Run again").click()
    await page.get_by_role("dialog").get_by_role("button", name="Run again").click()
    await expect(page.get_by_role("region", name="Retries")).to_contain_text(
        "Attempts2", timeout=_PATIENCE_MS
    )
    await state_is(page, "SUCCEEDED")
    await page.get_by_role("tab", name="Tasks").click()
    await page.get_by_role("combobox", name="Attempt of the job").click()
    await page.get_by_role("option", name="Attempt 0").click()
    await expect(page.get_by_role("row").filter(has_text="main[0]")).to_contain_text("Succeeded")
    await page.get_by_role("tab", name="Config").click()
    await expect(page.get_by_role("textbox", name="Job file")).to_contain_text("name: twice")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download").click()
    assert (await download.value).suggested_filename == "twice.yaml"

    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page).to_have_url(re.compile(r"/jobs\?username=admin$"))
    await page.goto("/jobs/admin~twice")
    await expect(page.get_by_role("heading", level=1)).to_have_text("There is no such job")


async def test_a_server_that_is_killed_under_the_page_comes_back_to_it(
    person: Person, server: Server, shell_image: str
) -> None:
    async with server.client() as pai:
        await pai.submit(job("sleep 600", image=shell_image, name="outlives"))
    page = person.page
    await page.goto("/jobs/admin~outlives")
    await state_is(page, "RUNNING")
    server.kill()
    await expect(page.get_by_text("has not answered since")).to_be_visible()
    server.start()
    await expect(page.get_by_text("has not answered since")).to_have_count(0, timeout=_PATIENCE_MS)
    await state_is(page, "RUNNING")
    async with server.client() as pai:
        await pai.stop("outlives")
    await state_is(page, "STOPPED")
