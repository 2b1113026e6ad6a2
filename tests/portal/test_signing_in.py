"""In, out, in again: by link and by token, and nothing is lost when a session ends."""

import asyncio

from playwright.async_api import Browser, Route, expect

from tests.e2e.server import Server
from tests.portal.conftest import WIDE
from tests.portal.person import Person


async def test_who_types_a_token_comes_to_where_he_wanted_to_be(browser: Browser, server: Server) -> None:
    person = await Person.arrive(browser, server, WIDE, "en-US", "light")
    page = person.page
    await page.goto("/jobs?state=RUNNING")
    await page.get_by_label("Token or sign-in link").fill("nonsense")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("Your token is invalid.")
    await page.get_by_label("Token or sign-in link").fill(server.token)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Jobs")
    assert page.url.endswith("/jobs?state=RUNNING")
    assert all(
        cookie["httpOnly"] and cookie["sameSite"] == "Strict" for cookie in await person.context.cookies()
    )
    await person.leave()


async def test_a_link_signs_in_once_and_is_gone_from_the_address(browser: Browser, server: Server) -> None:
    link = server.pai("portal").stdout.strip()
    first = await Person.arrive(browser, server, WIDE, "en-US", "light")
    await first.page.goto(link)
    await expect(first.page.get_by_role("heading", level=1)).to_have_text("Home")
    assert "code" not in first.page.url
    await first.leave()
    second = await Person.arrive(browser, server, WIDE, "zh-CN", "light")
    await second.page.goto(link)
    await expect(second.page.get_by_role("alert")).to_contain_text("此登录链接无效或已失效")
    await second.leave()


async def test_a_link_signs_in_though_the_page_hears_late_that_nobody_was(
    browser: Browser, server: Server
) -> None:
    asked, entered = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        if route.request.method == "GET":
            before = await route.fetch()
            asked.set()
            await entered.wait()
            await route.fulfill(response=before)
        else:
            await asked.wait()
            await route.fulfill(response=await route.fetch())
            await asyncio.sleep(0.2)  # the page takes it up
            entered.set()

    link = server.pai("portal").stdout.strip()
    person = await Person.arrive(browser, server, WIDE, "en-US", "light")
    await person.page.route("**/api/v2/session", late)
    async with person.page.expect_response(lambda reply: reply.status == 401):
        await person.page.goto(link)
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Home")
    await person.leave()


async def test_a_page_whose_program_did_not_come_is_loaded_anew(browser: Browser, server: Server) -> None:
    person = await Person.arrive(browser, server, WIDE, "en-US", "light")
    await person.page.route("**/assets/index-*.js", lambda route: route.abort("failed"), times=4)
    await person.page.goto("/sign-in")
    await expect(person.page.get_by_label("Token or sign-in link")).to_be_visible(timeout=15_000)
    await person.leave()


async def test_the_language_and_the_colours_that_one_chose_stay(person: Person) -> None:
    page = person.page
    await page.get_by_role("button", name="Language").click()
    assert await person.barriers() == []
    await page.get_by_role("menuitemradio", name="简体中文").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("首页")
    await page.get_by_role("button", name="配色").click()
    await page.get_by_role("menuitemradio", name="深色").click()
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text("首页")
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    await expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


async def test_who_signs_out_is_out_in_every_tab(person: Person) -> None:
    other = await person.context.new_page()
    await other.goto("/")
    await expect(other.get_by_role("heading", level=1)).to_have_text("Home")
    await person.page.get_by_role("button", name="Signed in as admin").click()
    assert await person.barriers() == []
    await person.page.get_by_role("menuitem", name="Sign out").click()
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    await expect(other.get_by_role("dialog")).to_contain_text("Your session has ended")


async def test_who_cannot_sign_out_is_told_so(person: Person, server: Server) -> None:
    page = person.page
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    server.kill()
    await page.get_by_role("button", name="Signed in as admin").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("alert").filter(has_text="The server does not answer.")).to_be_visible()
    server.start()
    await page.get_by_role("button", name="Signed in as admin").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


async def test_a_page_stays_while_its_session_ends_and_goes_on_after(person: Person, server: Server) -> None:
    page = person.page
    await page.goto("/jobs")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await person.context.clear_cookies()
    # Whoever asks the server first: the question to sign in may lie over the link by now.
    await page.get_by_role("link", name="Home").first.dispatch_event("click")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Your session has ended")
    await dialog.get_by_label("Token or sign-in link").fill(server.pai("portal").stdout.strip())
    await dialog.get_by_role("button", name="Sign in").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("You have no jobs yet.")).to_be_visible()
