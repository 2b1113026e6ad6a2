"""A private image in the form: a wrong log-in is told before the job is submitted, and with the right one it runs."""

import subprocess
from collections.abc import Iterator
from typing import get_args

import pytest
from playwright.async_api import Browser, expect

from tests.backends.images import BUSYBOX
from tests.e2e.server import Server
from tests.portal.conftest import WIDE
from tests.portal.person import Language, Person
from tests.registry import Registry, running_registry

_USER, _PASSWORD = "robot", "correct horse"
_JOB = """\
protocolVersion: 2
name: {name}
type: job
prerequisites: [{{name: img, type: dockerimage, uri: "pai-test/another:v1"}}]
taskRoles:
  main:
    dockerImage: img
    resourcePerInstance: {{cpu: 1, memoryMB: 64, gpu: 0}}
    commands: ["true"]
"""

_WORDS: dict[Language, dict[str, str]] = {
    "en-US": {
        "custom": "Custom",
        "uri": "Name of the image",
        "auth": "Auth",
        "username": "User name",
        "password": "Password or access token",
        "registry": "Registry",
        "test": "Test",
        "refused": "refuses the log-in",
        "good": "This image can be used",
        "use": "Use",
        "login": f"Log-in {_USER} for",
        "plan": "Plan",
        "wrong": "it cannot be submitted",
        "starts": "It would start now.",
        "submit": "Submit",
        "succeeded": "Succeeded",
    },
    "zh-CN": {
        "custom": "自定义（Custom）",
        "uri": "镜像名称",
        "auth": "认证（Auth）",
        "username": "用户名",
        "password": "密码或访问令牌",
        "registry": "镜像仓库（registry）",
        "test": "测试",
        "refused": "拒绝了用户",
        "good": "此镜像可以使用",
        "use": "使用",
        "login": f"登录用户：{_USER}",
        "plan": "计划",
        "wrong": "无法提交",
        "starts": "提交后会立即启动。",
        "submit": "提交",
        "succeeded": "成功",
    },
}


@pytest.fixture
def image(registry: Registry) -> Iterator[str]:
    """A private image that can run a job, and is not on the engine."""
    name = f"{registry.address}/team/shell:v1"
    yield name
    subprocess.run(["docker", "image", "rm", "--force", name], capture_output=True)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """One that lets nobody in but the robot."""
    with running_registry(tmp_path_factory.mktemp("registry"), _USER, _PASSWORD) as running:
        running.push("team/shell", "v1", {"bin/sh": BUSYBOX.read_bytes()})
        yield running


@pytest.mark.parametrize("language", get_args(Language))
async def test_a_wrong_log_in_is_told_before_submit_and_with_the_right_one_the_job_runs(
    language: Language, browser: Browser, server: Server, registry: Registry, image: str
) -> None:
    words, name = _WORDS[language], f"private-{language.lower()}"
    person = await Person.arrive(browser, server, WIDE, language, "light")
    await person.sign_in("/submit")
    page = person.page
    file = {"name": "job.yaml", "mimeType": "application/yaml", "buffer": _JOB.format(name=name).encode()}
    await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]

    await expect(page.get_by_role("switch", name=words["custom"])).to_be_checked()
    await page.get_by_label(words["uri"]).fill(image)
    await page.get_by_role("button", name=words["auth"]).click()
    form = page.get_by_role("dialog")
    await expect(form.get_by_label(words["registry"])).to_have_value(registry.address)
    await form.get_by_label(words["username"]).fill(_USER)
    await form.get_by_label(words["password"]).fill("battery staple")
    await form.get_by_role("button", name=words["test"]).click()
    await expect(form.locator("[data-verdict=fail]")).to_contain_text(words["refused"])
    assert await person.barriers() == []
    await form.get_by_role("button", name=words["use"], exact=True).click()
    plan = page.get_by_role("region", name=words["plan"], exact=True)
    await expect(plan).to_contain_text(words["refused"])
    await expect(plan.get_by_role("status")).to_contain_text(words["wrong"])
    await expect(page.get_by_text(words["login"])).to_be_visible()
    assert "battery staple" not in await page.content()

    await page.get_by_role("button", name=words["auth"]).click()
    await expect(form.get_by_label(words["password"])).to_have_value("")
    await form.get_by_label(words["password"]).fill(_PASSWORD)
    await form.get_by_role("button", name=words["test"]).click()
    await expect(form.locator("[data-verdict=pass]")).to_contain_text(words["good"])
    await form.get_by_role("button", name=words["use"], exact=True).click()
    await expect(plan.get_by_role("status")).to_have_text(words["starts"])
    await page.get_by_role("button", name=words["submit"], exact=True).click()
    await page.wait_for_url(f"**/jobs/admin~{name}")
    await expect(page.get_by_text(words["succeeded"], exact=True).first).to_be_visible(timeout=30_000)
    assert _PASSWORD not in await page.content()
    await person.leave()
