"""The cluster as a person sees it: who has what, live; and what an administrator does with a machine."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import server_in
from tests.e2e.jobs import job, role
from tests.e2e.server import Server
from tests.portal.person import Person

_CLUSTER = """\
virtual-clusters:
  vision: {cells: {V100-SXM2-32GB: 2}}
  default: {share: rest}
"""


def _with_two_gpus(name: str, image: str) -> str:
    """A job in the virtual cluster `vision`."""
    resources = {"cpu": 1, "memoryMB": 64, "gpu": 2}
    roles = {"main": role("sleep 600", resourcePerInstance=resources)}
    return job(image=image, name=name, taskRoles=roles, defaults={"virtualCluster": "vision"})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, shell_image: str) -> Iterator[Server]:
    """A machine with four GPUs that are not there, one of them out of order, for two virtual clusters."""
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "cluster.yaml"
    file.write_text(_CLUSTER)
    fake = "4xV100-SXM2-32GB,driver=535.104.05,bad=3"
    with server_in(folder, cluster_file=str(file), fake_gpus=fake) as server:
        server.start()
        yield server


async def test_the_tree_follows_a_job_that_starts_and_ends(
    person: Person, server: Server, shell_image: str
) -> None:
    page = person.page
    await page.goto("/cluster")
    vision = page.get_by_role("region", name="vision")
    await expect(vision).to_contain_text("2 of 2 promised free")
    await expect(_lines(page, "Free")).to_have_count(4)  # three GPUs and a core
    async with server.client() as pai:
        await pai.submit(_with_two_gpus("has-two", shell_image))
        await expect(_lines(page, "Used").filter(has_text="admin~has-two")).to_have_count(2)
        await expect(vision).to_contain_text("0 of 2 promised free")
        await vision.get_by_role("button", name="Its cells: vision").click()
        await expect(page).to_have_url(re.compile(r"/cluster\?cells=vision$"))
        tree = page.get_by_role("tree", name="Promised to vision")
        await expect(tree.get_by_role("treeitem").first).to_contain_text("0 of 2 free")
        assert await person.barriers() == []
        await tree.focus()
        for key in ("Home", "ArrowRight", "Enter"):
            await page.keyboard.press(key)
        await expect(page).to_have_url(re.compile("/jobs/admin~has-two$"))
        await page.go_back()
        await expect(_lines(page, "Used")).to_have_count(2)
        await pai.stop("has-two")
        await expect(_lines(page, "Free")).to_have_count(2)
        await expect(vision.get_by_role("link", name="0 jobs run")).to_be_visible()


async def test_who_keeps_a_machine_free_is_told_whom_it_ends_and_every_tab_sees_it(
    person: Person, server: Server, shell_image: str
) -> None:
    page, other = person.page, await person.context.new_page()
    person.listen(other)
    await other.goto("/cluster/nodes")
    await page.goto("/cluster/nodes")
    async with server.client() as pai:
        await pai.submit(_with_two_gpus("is-named", shell_image))
        await expect(page.get_by_role("link", name="admin~is-named")).to_be_visible()
        await page.get_by_role("button", name="Keep free").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("No job is ended.")
        await dialog.get_by_label("Drain: and what runs there is ended now").click()
        await expect(dialog.get_by_role("link", name="admin~is-named")).to_be_visible()
        await expect(dialog.get_by_role("button", name="End 1 job")).to_be_visible()
        assert await person.barriers() == []
        await dialog.get_by_label("Cordon").click()
        await dialog.get_by_role("button", name="Cordon").click()
        for tab in (page, other):
            await expect(tab.get_by_text("Cordoned", exact=True)).to_be_visible()
            await expect(tab.get_by_role("link", name="admin~is-named")).to_be_visible()
        await other.get_by_role("button", name="Take jobs again").click()
        for tab in (page, other):
            await expect(tab.get_by_text("Ready", exact=True)).to_be_visible()
        await pai.stop("is-named")
        await expect(page.get_by_text("No job runs there.")).to_be_visible()


async def test_gpus_that_are_not_there_are_told_as_such_and_one_that_is_bad_says_why(person: Person) -> None:
    page = person.page
    await page.goto("/cluster/gpus")
    await expect(page.get_by_role("alert").first).to_contain_text("These GPUs are not real")
    await expect(page.get_by_role("region", name="All GPUs")).to_contain_text("3 of 4 free")
    await expect(page.get_by_role("row", name="GPU-FAKE")).to_have_count(4)
    await expect(page.get_by_role("row", name=re.compile("^3 Out of order"))).to_be_visible()
    await expect(page.get_by_text("GPU 3 has had memory errors")).to_be_visible()


async def test_what_changed_while_the_server_was_away_is_shown_when_it_is_back(
    person: Person, server: Server
) -> None:
    page = person.page
    await page.goto("/cluster/nodes")
    await expect(page.get_by_text("Ready", exact=True)).to_be_visible()
    server.kill()
    await expect(page.get_by_role("status").first).to_contain_text("has not answered since")
    server.start()
    async with server.client() as pai:
        (node,) = await pai.nodes()
        await pai.mark_node(node["name"], "cordon")
        await expect(page.get_by_text("Cordoned", exact=True)).to_be_visible()
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        await pai.mark_node(node["name"], "ready")
        await expect(page.get_by_text("Ready", exact=True)).to_be_visible()


def _lines(page: Page, state: str) -> Locator:
    """The lines of the tree in this state."""
    return page.get_by_role("treeitem").filter(has=page.get_by_text(state, exact=True))
