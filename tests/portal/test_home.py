"""Home shows what is so now, and says when it cannot."""

from playwright.async_api import expect

from tests.e2e.jobs import job
from tests.e2e.server import Server
from tests.portal.person import Person


async def test_a_job_shows_itself_in_every_tab_without_a_reload(
    person: Person, server: Server, shell_image: str
) -> None:
    page, other = person.page, await person.context.new_page()
    person.listen(other)
    await other.goto("/")
    await page.goto("/")
    mine = page.get_by_role("region", name="My jobs")
    await expect(mine.get_by_role("link", name="Running")).to_contain_text("0")
    async with server.client() as pai:
        await pai.submit(job("sleep 600", image=shell_image, name="shows-itself"))
        newest = page.get_by_role("region", name="My newest jobs")
        await expect(newest.get_by_role("link", name="shows-itself")).to_be_visible()
        await expect(mine.get_by_role("link", name="Running")).to_contain_text("1")
        await expect(page.get_by_role("region", name="Free now")).to_contain_text("free")
        await pai.stop("shows-itself")
        for tab in (page, other):
            await expect(tab.get_by_role("link", name="Stopped")).to_contain_text("1")


async def test_a_server_that_goes_away_is_told_and_what_it_missed_is_shown_after(
    person: Person, server: Server, shell_image: str
) -> None:
    page = person.page
    await page.goto("/")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    server.kill()
    await expect(page.get_by_role("status")).to_contain_text("has not answered since")
    await expect(page.get_by_text("Not live", exact=True).first).to_be_visible()
    server.start()
    async with server.client() as pai:
        await pai.submit(job("echo done", image=shell_image, name="came-after"))
    await expect(page.get_by_role("link", name="came-after")).to_be_visible()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await expect(page.get_by_role("status")).to_be_empty()
