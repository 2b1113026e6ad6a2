"""Images come once for all who wait, ahead of jobs where an admin wants that, and go when there is no room."""

import asyncio
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from openpai.client import Client
from tests.backends.images import BUSYBOX
from tests.e2e.conftest import MakeServer
from tests.e2e.engine import docker
from tests.e2e.jobs import cause, end_of, job, run
from tests.registry import Registry, running_registry


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """An open one; what was pulled from it is removed at the end."""
    with running_registry(tmp_path) as running:
        yield running
    for line in docker("images", "--no-trunc", "--format", "{{.Repository}} {{.ID}}").splitlines():
        if line.startswith(f"{running.address}/"):
            docker("rmi", "-f", line.split()[1])


def push(registry: Registry, name: str, size: int = 2**20) -> str:
    """An image with a shell; its name."""
    files = {"bin/sh": BUSYBOX.read_bytes(), "own": os.urandom(size)}
    registry.push(name, "v1", files)
    return f"{registry.address}/{name}:v1"


def fetched(registry: Registry, what: str) -> list[str]:
    """What an engine asked the registry for."""
    asked = re.compile(rf'"GET /v2/[\w/]+/{what}/[^"]*" 200 .*docker/')
    return [line for line in registry.log.read_text().splitlines() if asked.search(line)]


def is_here(image: str) -> bool:
    return bool(docker("images", "-q", image).strip())


async def test_twenty_waiting_jobs_with_one_new_image_make_one_pull(pai: Client, registry: Registry) -> None:
    image = push(registry, "team/tool", 8 * 2**20)
    submitted = await asyncio.gather(*(pai.submit(job("true", image=image)) for _ in range(20)))
    ended = await asyncio.gather(*(end_of(pai, each["name"], within=120) for each in submitted))
    assert {cause(detail) for detail in ended} == {"Succeeded"}
    assert len(fetched(registry, "manifests")) == 1
    assert len(fetched(registry, "blobs")) == 2, "configuration and layer, each once"


async def test_tasks_that_wait_together_make_one_pull(pai: Client, registry: Registry) -> None:
    image = push(registry, "team/tool", 8 * 2**20)
    detail = await run(pai, job("true", image=image, instances=2))
    assert cause(detail) == "Succeeded"
    assert len(fetched(registry, "manifests")) == 1


async def test_an_admins_list_is_pulled_ahead_kept_and_cleaned(
    make_server: MakeServer, registry: Registry, tmp_path: Path
) -> None:
    """The whole life of two images: pulled ahead, used, taken off the list, removed; pinned, and kept."""
    used, pinned = push(registry, "team/used"), push(registry, "team/pinned")
    file = tmp_path / "images.toml"
    file.write_text(f'prepull = ["{used}", "{pinned}"]\n')
    server = make_server(images_file=str(file))
    server.start()
    async with server.client() as pai, asyncio.timeout(60):
        while not (is_here(used) and is_here(pinned)):  # noqa: ASYNC110  a file's change sends no event
            await asyncio.sleep(0.1)
        pulls = await pai.image_pulls()
        assert {pull["by"] for pull in pulls} == {"prepull"}
        assert cause(await run(pai, job("true", image=used))) == "Succeeded"
        assert len(fetched(registry, "manifests")) == 2, "the job's image was here"

        marks = "[cleaning]\nhigh_percent = 0.002\nlow_percent = 0.001\nmin_age_hours = 0\n"
        file.write_text(f'pinned = ["{pinned}"]\n{marks}')
        planned = json.loads(server.pai("image", "clean", "--dry-run", "--json").stdout)
        assert [removed["names"] for removed in planned["removed"]] == [[used]]
        why = {name: kept["reason"]["code"] for kept in planned["kept"] for name in kept["names"]}
        assert why[pinned] == "KeptPinned"
        assert is_here(used)

        cleaned = server.pai("image", "clean")
        assert cleaned.returncode == 0, cleaned.stderr
        assert used in cleaned.stdout
        assert (is_here(used), is_here(pinned)) == (False, True)
        assert used in server.pai("image", "removals").stdout


async def test_an_admin_pulls_by_hand(pai: Client, make_server: MakeServer, registry: Registry) -> None:
    server = make_server()
    server.start()
    image = push(registry, "team/hand")
    told = server.pai("image", "pull", image)
    assert (told.returncode, told.stdout) == (0, f"{image} is on the machine.\n"), told.stderr
    assert is_here(image)
    missing = server.pai("image", "pull", f"{registry.address}/team/nothing:v1")
    assert missing.returncode == 1
    assert "team/nothing:v1" in missing.stderr
