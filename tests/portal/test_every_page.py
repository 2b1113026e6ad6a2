"""Each page, in both languages, both themes and two widths: no barrier, nothing cut off, no fault, no missing text.

PORTAL_PICTURES=FOLDER keeps a picture of each, to be looked at.
"""

import os
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import get_args

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e.jobs import ended, in_state, job, run
from tests.e2e.server import Server
from tests.portal.conftest import NARROW, WIDE
from tests.portal.person import COLOURS, RULES, Language, Person, Theme

PAGES = [
    "/",
    "/jobs",
    "/jobs?username=*&keyword=nothing-is-called-so",
    "/jobs/admin~fails",
    "/jobs/admin~waits",
    "/jobs/admin~holds/tasks",
    "/jobs/admin~fails/events",
    "/jobs/admin~fails/logs",
    "/jobs/admin~fails/config",
    "/submit",
    "/submit?clone=admin~none",
    "/cluster",
    "/cluster/nodes",
    "/cluster/gpus",
    "/images",
    "/images/disk",
    "/images/pulls",
    "/images/logins",
    "/images/check",
    "/no-such-page",
]

_WINDOWS = {"wide": WIDE, "narrow": NARROW}
_KEY = re.compile(r"\b(common|shell|home|jobs?|submit|cluster|images|signIn|logs)\.[a-z]+[A-Za-z.]*\b")
_NOT_ALL = 5  # places told of one page


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def jobs(server: Server, shell_image: str) -> AsyncIterator[None]:
    """A job that has failed, one that runs, and one that waits for it."""
    async with server.client() as pai, ended(pai, "holds", "waits"):
        file = job("echo 'Is <b>this</b> it?' >&2; exit 3", image=shell_image, name="fails", jobRetryCount=1)
        await run(pai, file)
        cores = (await pai.nodes())[0]["cpu"]
        for name in ("holds", "waits"):
            await pai.submit(job("sleep 600", image=shell_image, name=name, cpu=cores))
        await in_state(pai, "holds", "RUNNING")
        yield


@pytest.mark.timeout(300)
@pytest.mark.parametrize("window", _WINDOWS)
@pytest.mark.parametrize("language", get_args(Language))
async def test_no_page_has_a_barrier(
    window: str, language: Language, browser: Browser, server: Server, jobs: None
) -> None:
    person = await Person.arrive(browser, server, _WINDOWS[window], language, "light")
    await person.page.goto("/sign-in?from=%2Fjobs")
    await person.page.get_by_role("textbox").wait_for()
    found = await looked_at(person, f"sign-in-{language}-{window}")
    await person.sign_in()
    themes: tuple[Theme, ...] = get_args(Theme)
    for path in PAGES:
        await person.page.goto(path)
        await person.page.get_by_role("heading", level=1).wait_for()
        await expect(person.page.locator(".mantine-Skeleton-root")).to_have_count(0)
        name = path.strip("/").replace("/", "-") or "home"
        for theme in themes:
            await person.page.emulate_media(color_scheme=theme)
            await expect(person.page.locator("html")).to_have_attribute("data-mantine-color-scheme", theme)
            await person.page.evaluate(
                "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            rules = RULES if theme == themes[0] else COLOURS  # nothing else depends on the theme
            found += [
                f"{path} ({theme}): {each}"
                for each in await looked_at(person, f"{name}-{language}-{theme}-{window}", rules)
            ]
    await person.leave()
    assert not found, "\n".join(found)


async def looked_at(person: Person, name: str, rules: Sequence[str] = RULES) -> list[str]:
    """What is wrong with the page as it is."""
    if folder := os.environ.get("PORTAL_PICTURES"):
        await person.picture(name, Path(folder))
    wrong = (await person.barriers(rules))[:_NOT_ALL]
    wider = await person.overflow()
    if wider > 0:
        wrong.append(f"{wider} pixels too wide")
    text = await person.page.inner_text("body")
    if keys := _KEY.findall(text):
        wrong.append(f"keys instead of texts: {keys}")
    return wrong
