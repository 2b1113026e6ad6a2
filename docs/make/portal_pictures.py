"""Pictures of the portal, in both languages, of a server that really runs: real jobs, on described GPUs.

Usage: python -m docs.make.portal_pictures   (needs what `make test` sets up; takes some minutes, as a training runs)
"""

import asyncio
import base64
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Page, ViewportSize, async_playwright

from openpai.client import Client
from tests.chromium import launch_elsewhere
from tests.e2e.conftest import server_in
from tests.e2e.jobs import end_of, ended, job, role
from tests.e2e.server import ROOT, Server
from tests.portal.person import Language, Person

OUT = ROOT / "docs" / "images" / "portal"
WINDOW = ViewportSize(width=1280, height=840)
_QUALITY = 82  # of WebP, per cent: small, and text stays sharp
_LONGEST_S = 600

_IMAGE = "openpai/standard:python_3.11-pytorch_1.13.1-cpu"
_GPUS = "8xV100-SXM2-32GB,driver=535.104.05"
_CLUSTER = """\
virtual-clusters:
  vision: {share: 50%}
  speech: {share: 25%}
  default: {share: rest}
"""
# name, virtual cluster, tasks, GPUs of each, command
_JOBS = [
    ("bert-large", "vision", 2, 1, "echo ready && sleep 3600"),
    ("segmentation", "vision", 1, 2, "echo ready && sleep 3600"),
    ("wav2vec", "speech", 1, 1, "echo ready && sleep 3600"),
    ("evaluate", "default", 1, 0, "python -c 'print(\"accuracy 0.91\")'"),
    ("augment", "default", 1, 0, "python -c 'import albumentations'"),
    ("wav2vec-large", "speech", 1, 2, "python train.py"),
]


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, server_in(Path(folder), fake_gpus=_GPUS) as server:
        server.data_dir.mkdir()
        (server.data_dir / "cluster.yaml").write_text(_CLUSTER)
        server.start()
        for name, picture in asyncio.run(_pictures(server)).items():
            (OUT / name).write_bytes(picture)
            print(OUT / name)


async def _pictures(server: Server) -> dict[str, bytes]:
    """File name → picture; the jobs are stopped when all are taken."""
    async with server.client() as pai:
        await _fill(pai)
        async with ended(pai, *(name for name, *_ in _JOBS)):
            return await _taken(server)


async def _fill(pai: Client) -> None:
    """Jobs in every state, and one that has trained to its end."""
    example = (ROOT / "examples" / "pytorch_cifar10" / "Resnet18_cpu.yaml").read_text()
    await pai.submit(example)
    for name, vc, instances, gpu, command in _JOBS:
        resources = {"cpu": 1, "memoryMB": 1024, "gpu": gpu}
        roles = {"train": role(command, instances=instances, resourcePerInstance=resources)}
        await pai.submit(job(image=_IMAGE, name=name, taskRoles=roles, defaults={"virtualCluster": vc}))
    await end_of(pai, "Resnet18_cpu", within=_LONGEST_S)


async def _taken(server: Server) -> dict[str, bytes]:
    languages: Sequence[Language] = ("en-US", "zh-CN")
    taken = {}
    async with async_playwright() as playwright:
        browser = await launch_elsewhere(playwright.chromium)
        for language in languages:
            person = await Person.arrive(browser, server, WINDOW, language, "light")
            await person.sign_in()
            for name, path in _PAGES.items():
                await person.page.goto(path)
                await _settled(person.page)
                taken[f"{name}.{language[:2]}.webp"] = await _shot(person.page)
            await person.leave()
        await browser.close()
    return taken


_PAGES = {
    "home": "/",
    "submit": "/submit?clone=admin~Resnet18_cpu",
    "jobs": "/jobs?username=",
    "failed": "/jobs/admin~augment",
    "waits": "/jobs/admin~wav2vec-large",
    "log": "/jobs/admin~Resnet18_cpu/logs",
    "cluster": "/cluster",
    "images": "/images",
}


async def _settled(page: Page) -> None:
    """Nothing is loading any more."""
    await page.get_by_role("heading", level=1).wait_for()
    await page.locator(".mantine-Skeleton-root").first.wait_for(state="detached")
    await page.wait_for_timeout(1500)  # live replies, the plan of a submission


async def _shot(page: Page) -> bytes:
    session = await page.context.new_cdp_session(page)
    shot = await session.send("Page.captureScreenshot", {"format": "webp", "quality": _QUALITY})
    return base64.b64decode(shot["data"])


if __name__ == "__main__":
    main()
