"""The list of jobs: found by what its address says, kept up to date, stopped many at once."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Locator, Page, expect

from benchmarks.full_store import fill
from openpai.server.portal import FILES
from tests.e2e.conftest import server_in
from tests.e2e.jobs import job
from tests.e2e.server import Server
from tests.portal.conftest import NARROW
from tests.portal.person import Person

MANY, MINE = 70, 4  # jobs that were there before: of twenty users in turn, the first of whom is `admin`


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, shell_image: str) -> Iterator[Server]:
    """A server that was in use for long."""
    assert (FILES / "index.html").exists(), "the portal is not built: scripts/build-portal"
    with server_in(tmp_path_factory.mktemp("portal")) as server:
        fill(server.data_dir, MANY)
        server.start()
        yield server


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


async def test_what_is_shown_is_in_the_address_and_the_back_button_goes_through_it(person: Person) -> None:
    page = person.page
    await page.get_by_role("link", name="Jobs", exact=True).click()
    await expect(page).to_have_url(re.compile(r"/jobs\?username=admin$"))
    await expect(page.get_by_text(f"1–{MINE} of {MINE}")).to_be_visible()
    await page.get_by_text("All users").click()
    await page.get_by_role("button", name="Next page").click()
    await expect(page.get_by_text(f"26–50 of {MANY}")).to_be_visible()
    await page.get_by_role("button", name="Name").click()
    await expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    await expect(page.get_by_text(f"1–25 of {MANY}")).to_be_visible()
    await page.get_by_role("group", name="State").get_by_text("Failed").click()
    await expect(page.get_by_role("row").nth(1)).to_contain_text("The memory of the GPU was not enough")
    await page.get_by_role("searchbox").press_sequentially("no such job", delay=5)
    await expect(page.get_by_text("No job matches.")).to_be_visible()
    address = "/jobs?username=*&state=FAILED&keyword=no%20such%20job&order=jobName,ASC"
    assert page.url.endswith(address)

    await page.go_back()
    await expect(page.get_by_role("searchbox")).to_have_value("")
    await expect(page.get_by_role("row").nth(1)).to_contain_text("Failed")
    await page.go_back()
    await expect(page.get_by_text(f"1–25 of {MANY}")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_label("Page", exact=True)).to_have_value("2")
    assert await person.barriers() == []

    await page.goto(address)
    await expect(page.get_by_role("searchbox")).to_have_value("no such job")
    await page.get_by_role("button", name="Clear filters").last.click()
    await expect(page.get_by_text(f"1–25 of {MANY}")).to_be_visible()
    await page.goto("/jobs?username=*&page=99")
    await expect(page.get_by_text(f"51–{MANY} of {MANY}")).to_be_visible()


async def test_every_tab_sees_a_change_and_keeps_its_place_and_its_selection(
    person: Person, server: Server, shell_image: str
) -> None:
    page, other = person.page, await person.context.new_page()
    person.listen(other)
    async with server.client() as pai:
        await pai.submit(job("sleep 600", image=shell_image, name="stays"))
        await pai.submit(job("sleep 600", image=shell_image, name="goes"))
        await page.goto("/jobs?username=*&size=100&order=submissionTime,ASC")
        await expect(page.get_by_role("row").nth(1)).to_be_visible()
        await page.evaluate("scrollTo(0, document.body.scrollHeight)")
        await other.goto("/jobs")
        for each in (page, other):
            await expect(row(each, "goes")).to_contain_text("Running")
        await row(page, "stays").get_by_role("checkbox").check()
        await row(page, "goes").get_by_role("checkbox").check()
        await expect(page.get_by_text("2 jobs selected")).to_be_visible()
        where = await page.evaluate("window.scrollY")
        assert where > 0
        await pai.stop("goes")
        for each in (page, other):
            await expect(row(each, "goes")).to_contain_text("Stopped")
        assert await page.evaluate("window.scrollY") == where
        await expect(page.get_by_text("1 job selected")).to_be_visible()
        await expect(row(page, "stays").get_by_role("checkbox")).to_be_checked()
        await pai.stop("stays")
    await expect(page.get_by_text("job selected")).to_have_count(0)


async def test_many_are_stopped_at_once_and_who_cannot_be_stays_selected(
    person: Person, server: Server, shell_image: str
) -> None:
    page = person.page
    names = ("many-1", "many-2", "many-3")
    async with server.client() as pai:
        for name in names:
            await pai.submit(job("sleep 600", image=shell_image, name=name))
    await page.goto("/jobs?keyword=many-")
    refusal = {"code": "StoreUnavailable", "message": "The disk is full.", "problems": []}
    await page.route("**/*many-2/executionType", lambda route: route.fulfill(status=503, json=refusal))
    await expect(page.get_by_role("row")).to_have_count(1 + len(names))
    await page.get_by_role("checkbox", name="Select all").check()
    await expect(page.get_by_text("3 jobs selected")).to_be_visible()
    await page.get_by_role("button", name="Clear selection").click()
    await row(page, "many-1").get_by_role("checkbox").click()
    await row(page, "many-3").get_by_role("checkbox").click(modifiers=["Shift"])
    await expect(page.get_by_text("3 jobs selected")).to_be_visible()
    await page.get_by_role("button", name="Stop", exact=True).click()
    dialog = page.get_by_role("dialog")
    for name in names:
        await expect(dialog.get_by_text(name)).to_be_visible()
    await dialog.get_by_role("button", name="Stop 3 jobs").click()
    await expect(dialog).to_contain_text("1 of 3 could not be stopped")
    await expect(dialog.get_by_role("alert")).to_contain_text("The disk is full.")
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(page.get_by_text("1 job selected")).to_be_visible()
    await expect(row(page, "many-2").get_by_role("checkbox")).to_be_checked()
    for name in ("many-1", "many-3"):
        await expect(row(page, name)).to_contain_text("Stopped")

    await page.unroute("**/*many-2/executionType")
    await page.get_by_role("button", name="Stop", exact=True).click()
    await dialog.get_by_role("button", name="Stop 1 job").click()
    await expect(page.get_by_role("alert").filter(has_text="1 job is being stopped")).to_contain_text(
        "many-2"
    )
    await expect(row(page, "many-2")).to_contain_text("Stopped")


async def test_in_a_narrow_window_the_jobs_are_cards(person: Person) -> None:
    page = person.page
    await page.set_viewport_size(NARROW)
    await page.goto("/jobs?username=*&state=FAILED")
    card = page.get_by_role("listitem").filter(has_text="The memory of the GPU was not enough").first
    await expect(card.get_by_role("link")).to_be_visible()
    await page.get_by_role("button", name="Filters").click()
    await page.get_by_label("Sort by").select_option("GPUs")
    await expect(page).to_have_url(re.compile("order=totalGpuNumber,DESC"))
    assert await person.overflow() == 0
    assert await person.barriers() == []
