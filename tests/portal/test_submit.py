"""A job is written in the form and in YAML at once, looked at before it is submitted, and submitted."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.conftest import server_in
from tests.e2e.jobs import ended, in_state
from tests.e2e.server import Server
from tests.portal.conftest import WIDE
from tests.portal.person import Person

JOB = """\
# written by hand
protocolVersion: 2
name: {name}
type: job
prerequisites:
  - {{name: img, type: dockerimage, uri: "{image}"}}   # small
taskRoles:
  main:
    # one is enough
    instances: 1
    dockerImage: img
    resourcePerInstance: {{cpu: 1, memoryMB: 64, gpu: {gpus}}}
    commands:
      - {command}
extras:
  ours: [kept, as it is]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, shell_image: str) -> Iterator[Server]:
    """One with a GPU, so that jobs have to wait for it."""
    with server_in(tmp_path_factory.mktemp("submit"), fake_gpus="1xV100-SXM2-32GB") as server:
        server.start()
        yield server


def a_job(name: str, image: str, command: str = "echo done", gpus: int = 0) -> str:
    return JOB.format(name=name, image=image, command=command, gpus=gpus)


async def bring(page: Page, text: str) -> None:
    """Import a file with this text."""
    file = {"name": "job.yaml", "mimeType": "application/yaml", "buffer": text.encode()}
    await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]


def yaml(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile("^(Job file in YAML|YAML 任务文件)$"))


def line(page: Page, words: str) -> Locator:
    return yaml(page).locator(".cm-line", has_text=words)


def plan(page: Page) -> Locator:
    return page.get_by_role("region", name="Plan")


async def test_what_is_written_in_yaml_shows_in_the_form_and_back_and_comments_stay(
    person: Person, shell_image: str
) -> None:
    page = person.page
    await page.goto("/submit")
    await bring(page, a_job("both-ways", shell_image))
    tasks = page.get_by_label("Number of tasks")
    await expect(tasks).to_have_value("1")
    await line(page, "instances: 1").click()
    await page.keyboard.press("End")
    await page.keyboard.type("2")
    await expect(tasks).to_have_value("12")
    await tasks.fill("3")
    await page.get_by_role("textbox", name="Name", exact=True).fill("from-the-form")
    await expect(yaml(page)).to_contain_text("instances: 3")
    await expect(line(page, "name: from-the-form")).to_have_count(1)
    for kept in ("# written by hand", "# small", "# one is enough", "ours: [kept, as it is]"):
        await expect(yaml(page)).to_contain_text(kept)

    await line(page, "instances: 3").click()
    await page.keyboard.press("End")
    await page.keyboard.type(": a")
    await expect(page.get_by_text("The YAML cannot be read", exact=True)).to_be_visible()
    await expect(tasks).to_be_disabled()
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Backspace")
    await expect(tasks).to_be_enabled()
    await expect(tasks).to_have_value("3")


async def test_a_mistake_is_told_at_its_field_and_its_line_and_submitting_leads_to_it(
    person: Person, shell_image: str
) -> None:
    page = person.page
    await page.goto("/submit")
    await bring(page, a_job("wrong", shell_image))
    memory = page.get_by_label(re.compile("Memory"))
    await memory.fill("much")
    await expect(memory).to_have_attribute("aria-invalid", "true")
    wrong = plan(page).get_by_role("list", name="Mistakes and warnings")
    await expect(wrong).to_contain_text("memoryMB")
    await expect(wrong.get_by_role("button", name="line 12")).to_be_visible()
    await expect(page.locator(".cm-lintRange-error")).to_have_text("much")
    await page.get_by_role("button", name="Submit", exact=True).click()
    await expect(memory).to_be_focused()
    for part in ("More settings", "More settings", "Parameters", "Secrets", "Storages", "SSH", "TensorBoard"):
        await page.get_by_role("button", name=re.compile(f"^{part}"), expanded=False).first.click()
    await page.get_by_role("switch", name="Run a TensorBoard").click()
    await page.get_by_role("switch", name="Tasks enter one another").click()
    await page.get_by_role("button", name="Add a parameter").click()
    assert await person.barriers() == []
    await memory.fill("64")
    await expect(plan(page).get_by_role("status")).to_have_text("It would start now.")


async def test_a_draft_survives_a_reload_without_its_secrets(person: Person, shell_image: str) -> None:
    page = person.page
    await page.goto("/submit")
    await bring(page, a_job("a-draft", shell_image))
    await page.get_by_role("button", name="Secrets").click()
    await page.get_by_role("button", name="Add a secret").click()
    await page.get_by_label("Value", exact=True).fill("hunter2")
    await expect(line(page, 'secret: "******"')).to_have_count(1)
    await page.get_by_role("navigation").get_by_role("link", name="Jobs").click()
    await page.get_by_role("navigation").get_by_role("link", name="Submit job").click()
    await expect(plan(page).get_by_role("status")).to_have_text("It would start now.")
    await page.reload()
    await expect(page.get_by_text("Secrets are not kept with a draft")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("a-draft")
    await expect(yaml(page)).to_contain_text("# one is enough")
    assert "hunter2" not in await page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    await page.get_by_role("button", name="Submit", exact=True).click()
    await expect(page.get_by_label("Value", exact=True)).to_be_focused()


async def test_a_clone_takes_over_the_secrets_of_its_original(
    person: Person, server: Server, shell_image: str
) -> None:
    page = person.page
    text = a_job("original", shell_image, command="'[ \"<% $secrets.token %>\" = hunter2 ]'")
    async with server.client() as pai:
        name = (await pai.submit(text + "secrets: {token: hunter2}\n"))["name"]
        await in_state(pai, name, "COMPLETED")
        await page.goto(f"/submit?clone={name}")
        await expect(page.get_by_text("A clone of admin~original")).to_be_visible()
        fresh = await page.get_by_role("textbox", name="Name", exact=True).input_value()
        assert re.fullmatch("original_[0-9a-f]{8}", fresh)
        await expect(yaml(page)).to_contain_text("******")
        await submitted(page, fresh)
        await in_state(pai, f"admin~{fresh}", "COMPLETED")


async def test_a_session_that_ends_loses_nothing_and_the_job_is_submitted_after(
    person: Person, server: Server, shell_image: str
) -> None:
    page = person.page
    await page.goto("/submit")
    await bring(page, a_job("later", shell_image))
    await expect(plan(page)).to_contain_text(shell_image)
    await expect(plan(page).get_by_role("status")).to_have_text("It would start now.")
    await person.context.clear_cookies()
    # Whoever asks the server first: the question to sign in may lie over the button by now.
    await page.get_by_role("button", name="Submit", exact=True).dispatch_event("click")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Token or sign-in link").fill(server.token)
    await dialog.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/jobs/admin~later")
    async with server.client() as pai:
        await in_state(pai, "admin~later", "COMPLETED")
        assert len([job for job in (await pai.jobs())["data"] if job["name"] == "later"]) == 1


async def test_why_a_job_must_wait_is_told_before_it_is_submitted(
    person: Person, server: Server, shell_image: str
) -> None:
    page = person.page
    async with server.client() as pai:
        name = (await pai.submit(a_job("holds-it", shell_image, command="sleep 600", gpus=1)))["name"]
        async with ended(pai, name):
            await page.goto("/submit")
            await bring(page, a_job("waits", shell_image, gpus=1))
            await expect(plan(page).get_by_role("status")).to_have_text("It would wait.")
            await expect(plan(page)).to_contain_text("V100-SXM2-32GB")
            await expect(plan(page)).to_contain_text("admin~holds-it")
            await page.get_by_label("GPUs").fill("0")
            await expect(plan(page).get_by_role("status")).to_have_text("It would start now.")


async def submitted(page: Page, name: str) -> None:
    """Press the button, and come to the job's page."""
    await page.get_by_role("button", name="Submit", exact=True).click()
    await page.wait_for_url(f"**/jobs/admin~{name}")


async def test_what_can_stand_in_the_yaml_is_offered_and_explained_in_the_readers_language(
    browser: Browser, server: Server, shell_image: str
) -> None:
    person = await Person.arrive(browser, server, WIDE, "zh-CN", "light")
    page = person.page
    await person.sign_in("/submit")
    await bring(page, a_job("explained", shell_image))
    await yaml(page).locator(".cm-line", has_text="type: job").last.click()
    await page.keyboard.press("End")
    await page.keyboard.type("\njobR")
    await expect(page.get_by_role("listbox").get_by_role("option")).to_have_text(["jobRetryCount"])
    await expect(page.get_by_text("整个任务失败后重试的次数；默认 0。")).to_be_visible()
    await page.wait_for_timeout(100)  # an Enter sooner than 75 ms after the list came is not meant for it
    await page.keyboard.press("Enter")
    await page.keyboard.type("2")
    await expect(line(page, "jobRetryCount: 2")).to_be_visible()
    await person.leave()


async def test_a_file_that_is_dropped_on_the_page_is_taken_up(person: Person, shell_image: str) -> None:
    page = person.page
    await page.goto("/submit")
    await expect(yaml(page)).to_be_visible()
    dropped = await page.evaluate_handle(
        """text => {
            const carried = new DataTransfer();
            carried.items.add(new File([text], "job.yaml"));
            return carried;
        }""",
        a_job("dropped", shell_image),
    )
    for event in ("dragover", "drop"):
        await yaml(page).dispatch_event(event, {"dataTransfer": dropped})
    await expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("dropped")
    await expect(line(page, "# one is enough")).to_have_count(1)


async def test_a_draft_of_another_tab_is_offered_and_a_file_can_be_exported(
    person: Person, shell_image: str
) -> None:
    page = person.page
    await page.goto("/submit")
    await bring(page, a_job("in-the-first-tab", shell_image))
    await expect(yaml(page)).to_contain_text("in-the-first-tab")
    await page.get_by_role("navigation").get_by_role("link", name="Jobs").click()
    other = await person.context.new_page()
    person.listen(other)
    await other.goto("/submit")
    await other.get_by_role("button", name="in-the-first-tab", exact=True).click()
    await expect(yaml(other)).to_contain_text("# one is enough")
    async with other.expect_download() as exported:
        await other.get_by_role("button", name="Export").click()
    download = await exported.value
    assert download.suggested_filename == "in-the-first-tab.yaml"
    assert (await download.path()).read_text() == a_job("in-the-first-tab", shell_image)
