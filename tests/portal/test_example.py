"""The first job of everybody: the example chosen in the form, submitted, and watched to its end."""

import re

import pytest
from playwright.async_api import expect

from tests.portal.person import Person
from tests.portal.test_submit import plan, yaml

pytestmark = [pytest.mark.slow, pytest.mark.timeout(580)]

_TRAINED_WITHIN_MS = 540_000


async def test_resnet_18_is_chosen_submitted_and_watched_to_the_end(person: Person) -> None:
    page = person.page
    await page.goto("/submit")
    await page.get_by_role("button", name="Start from").click()
    await page.get_by_role("menuitem", name="PyTorch: ResNet-18, without a GPU").click()
    await expect(yaml(page)).to_contain_text("Resnet18_cpu_")
    await page.get_by_role("button", name=re.compile("^Parameters")).click()
    epochs = page.get_by_label("Value", exact=True).first
    await epochs.fill("1")
    await expect(yaml(page)).to_contain_text("epochs: 1")
    await expect(plan(page).get_by_role("status")).to_have_text("It would start now.")
    await page.get_by_role("button", name="Submit", exact=True).click()
    await page.wait_for_url("**/jobs/admin~Resnet18_cpu_*")
    state = page.locator("main [data-state]").first
    await expect(state).to_have_text("Running")
    await expect(state).to_have_text("Succeeded", timeout=_TRAINED_WITHIN_MS)
    await page.get_by_role("tab", name="Logs").click()
    await expect(page.locator("main")).to_contain_text("done: test accuracy")
