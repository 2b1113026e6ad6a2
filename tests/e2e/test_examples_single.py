"""The examples of one task, and of many that know nothing of each other, run for real at a small size."""

import asyncio
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from openpai.client import Client
from tests.e2e.examples import example, reached, succeeded
from tests.e2e.jobs import ended, output, task, wrote
from tests.e2e.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


@pytest.mark.parametrize("name", ["tensorflow_cifar10", "mxnet_cifar10"])
async def test_a_framework_trains(pai: Client, name: str) -> None:
    _, log = await succeeded(pai, example(f"{name}/Cnn_cpu.yaml"), "taskrole", epochs=4)
    assert reached(log) > 85


async def test_many_small_tasks_try_what_their_numbers_say(pai: Client, server: Server) -> None:
    """Six instead of 500; there is room for as many at once as there are cores."""
    results = server.data_dir.parent / "results"
    results.mkdir()
    (server.data_dir / "storages.toml").write_text(
        f'[[storage]]\nname = "results"\npath = "{results}"\neverybody = true\ndefault = true\n'
    )
    document = example("mnist_500_tasks/CPU_500Task_MNIST.yaml")
    assert document["taskRoles"]["taskrole"]["instances"] == 500
    document["taskRoles"]["taskrole"]["instances"] = 6
    detail, _ = await succeeded(pai, document, "taskrole", epochs=2, results="/mnt/results")
    logs = [await output(pai, detail, role="taskrole", index=index) for index in range(6)]
    told = [json.loads(log.split(b"result ")[1]) for log in logs]
    assert [each["task"] for each in told] == list(range(6))
    assert len({(each["lr"], each["width"], each["seed"]) for each in told}) == 6
    assert await asyncio.to_thread(_kept, results) == told


def _kept(results: Path) -> list[Any]:
    return [json.loads((results / f"{number}.json").read_text()) for number in range(6)]


async def test_a_tensorboard_beside_the_job_shows_what_it_writes(pai: Client) -> None:
    document = example("tensorboard/tensorboard.yaml")
    submitted = await pai.submit(json.dumps(document), parameters={"seconds": 100})
    async with ended(pai, submitted["name"]):
        detail = await pai.job(submitted["name"])
        await wrote(pai, detail, b"step 3 ", within=60, role="train")
        address = task(await pai.job(submitted["name"]), "train")["containerIp"]
        points = await _scalars(f"http://{address}:6006/data/plugin/scalars/scalars?run=.&tag=loss")
        assert len(points) >= 1
        assert 0 < points[0][2] < 3, "the loss of ten classes begins at ln 10"


async def _scalars(url: str) -> list[list[float]]:
    """The points of a curve, as soon as TensorBoard has read them."""
    async with asyncio.timeout(60):
        while True:
            try:
                found: list[list[float]] = json.loads(await asyncio.to_thread(_get, url))
                return found
            except (urllib.error.URLError, OSError):
                await asyncio.sleep(0.5)


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as reply:
        return bytes(reply.read())
