"""Images: what is offered, what any image would be like with a log-in, and what is being pulled."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from playwright.async_api import Browser, Page, expect

from tests.backends.images import BUSYBOX
from tests.e2e.server import Server
from tests.portal.conftest import WIDE
from tests.portal.person import Language, Person
from tests.portal.slow_image import slow_image
from tests.registry import Registry, running_registry

_USER, _PASSWORD = "robot", "correct horse"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """One that lets nobody in but the robot, with an image."""
    with running_registry(tmp_path_factory.mktemp("registry"), _USER, _PASSWORD) as running:
        running.push("team/tool", "v1", {"bin/sh": BUSYBOX.read_bytes()})
        yield running


async def check(page: Page, image: str, password: str, words: dict[str, str]) -> None:
    """Have a private image checked with the robot's name and this password."""
    await page.get_by_label(words["image"]).fill(image)
    await page.get_by_role("switch").check()
    await page.get_by_label(words["username"]).fill(_USER)
    await page.get_by_label(words["password"]).fill(password)
    await page.get_by_role("button", name=words["check"]).click()


_WORDS: dict[Language, dict[str, str]] = {
    "en-US": {
        "image": "Name of the image",
        "username": "User name",
        "password": "Password or access token",
        "check": "Check",
        "refused": "refuses the log-in",
        "good": "This image can be used",
    },
    "zh-CN": {
        "image": "镜像名称",
        "username": "用户名",
        "password": "密码或访问令牌",
        "check": "检查",
        "refused": "拒绝了用户",
        "good": "此镜像可以使用",
    },
}


@pytest.mark.parametrize("language", get_args(Language))
async def test_a_wrong_password_is_told_and_the_right_one_shows_the_image(
    language: Language, browser: Browser, server: Server, registry: Registry
) -> None:
    words = _WORDS[language]
    person = await Person.arrive(browser, server, WIDE, language, "light")
    await person.sign_in("/images/check")
    page, image = person.page, f"{registry.address}/team/tool:v1"
    await check(page, image, "battery staple", words)
    report = page.locator("[data-verdict]")
    await expect(report).to_contain_text(words["refused"])
    await expect(report).to_have_attribute("data-verdict", "fail")
    await page.get_by_label(words["password"]).fill(_PASSWORD)
    await expect(report).to_have_count(0)
    await page.keyboard.press("Enter")
    await expect(report).to_contain_text(words["good"])
    await expect(report).to_contain_text("linux/amd64")
    assert await person.barriers() == []
    await person.leave()


async def test_the_catalogue_tells_what_runs_here_and_is_found_by_what_is_in_it(person: Person) -> None:
    page = person.page
    await page.goto("/images")
    await expect(page.get_by_role("status").filter(has_text="31 images")).to_be_visible()
    await page.get_by_role("textbox", name="Search the catalogue").fill("jax cuda 13")
    row = page.get_by_role("row").filter(has_text="openpai/standard:python_3.11-jax_0.10.2-cuda13")
    await expect(row).to_contain_text("580.65.06")
    await expect(row.get_by_text("Does not run here").last).to_be_visible()
    await expect(row).to_contain_text("pai image build")
    await expect(page.get_by_text("1 image", exact=True)).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("1 image", exact=True)).to_be_visible()


async def test_a_log_in_is_saved_used_by_itself_and_removed(person: Person, registry: Registry) -> None:
    page = person.page
    await page.goto("/images/logins")
    await page.get_by_role("button", name="Add a log-in").click()
    form = page.get_by_role("dialog")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("This is needed.")).to_have_count(3)
    await form.get_by_label("Registry").fill(f"http://{registry.address}/v2/")
    await form.get_by_label("User name").fill(_USER)
    await form.get_by_label("Password or access token").fill(_PASSWORD)
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row").filter(has_text=registry.address)).to_contain_text(_USER)
    assert _PASSWORD not in await page.content()

    await page.get_by_role("tab", name="Check").click()
    await page.get_by_label("Name of the image").fill(f"{registry.address}/team/tool:v1")
    await expect(page.get_by_text(f"saved log-in {_USER} (yours)")).to_be_visible()
    await page.get_by_role("button", name="Check").click()
    await expect(page.locator("[data-verdict=pass]")).to_contain_text("saved for you")

    await page.get_by_role("tab", name="Log-ins").click()
    await page.get_by_role("button", name=f"Remove the log-in {_USER}").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("No log-ins are saved.")).to_be_visible()


async def test_a_pull_shows_how_far_it_is_and_its_image_lies_on_the_machine_after(
    person: Person, tmp_path: Path
) -> None:
    with slow_image(tmp_path) as (slow, image):
        page = person.page
        await page.goto("/images/pulls")
        await page.get_by_label("Name of the image").fill(image)
        await page.get_by_role("button", name="Pull", exact=True).click()
        pull = page.get_by_role("listitem").filter(has_text=image)
        await expect(pull).to_contain_text("1 of 2 layers")
        await expect(pull.get_by_role("progressbar")).to_be_visible()
        assert await person.barriers() == []
        slow.gate.set()
        await expect(pull).to_contain_text("Pulled")
        await page.get_by_role("tab", name="On this machine").click()
        await expect(page.get_by_role("row").filter(has_text=image)).to_be_visible()
