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
from tests.e2e.conftest import server_in
from tests.e2e.server import ROOT, Server
from tests.portal.conftest import chromium
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
_JOB = """\
protocolVersion: 2
name: {name}
type: job
prerequisites:
  - name: image
    type: dockerimage
    uri: {image}
taskRoles:
  train:
    instances: {instances}
    dockerImage: image
    resourcePerInstance: {{cpu: 1, memoryMB: 1024, gpu: {gpu}}}
    commands:
      - {command}
defaults:
  virtualCluster: {vc}
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
        taken = await _taken(server)
        for name, *_ in _JOBS:
            await pai.stop(name)
    return taken


async def _fill(pai: Client) -> None:
    """Jobs in every state, and one that has trained to its end."""
    example = (ROOT / "examples" / "pytorch_cifar10" / "Resnet18_cpu.yaml").read_text()
    await pai.submit(example)
    for name, vc, instances, gpu, command in _JOBS:
        quoted = "'" + command.replace("'", "''") + "'"
        await pai.submit(
            _JOB.format(name=name, vc=vc, instances=instances, gpu=gpu, command=quoted, image=_IMAGE)
        )
    async with asyncio.timeout(_LONGEST_S):
        while (await pai.job("Resnet18_cpu"))["jobStatus"]["state"] != "SUCCEEDED":  # noqa: ASYNC110  another process is waited for
            await asyncio.sleep(1)


async def _taken(server: Server) -> dict[str, bytes]:
    languages: Sequence[Language] = ("en-US", "zh-CN")
    taken = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
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
