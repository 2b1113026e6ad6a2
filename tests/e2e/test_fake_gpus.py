"""A machine with described GPUs: jobs get them, wait for them, and see that they are not there."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from itertools import chain

import pytest
import yaml

from openpai.client import Client
from openpai.client.replies import JobDetail
from tests.e2e.conftest import MakeServer
from tests.e2e.engine import docker
from tests.e2e.jobs import codes, end_of, ended, in_state, job, output, reached, role, run, task, wrote
from tests.e2e.server import ROOT, Server

_FOUR = "4xV100-SXM2-32GB,driver=535.104.05"
_TELL = 'echo "gpus=$NVIDIA_VISIBLE_DEVICES fake=${PAI_FAKE_GPUS:-}"'


@pytest.fixture
def machine(make_server: MakeServer) -> Server:
    made = make_server(fake_gpus=_FOUR)
    made.start()
    return made


@pytest.fixture
async def users(machine: Server) -> AsyncIterator[Client]:
    async with machine.client() as client:
        yield client


def _on_gpus(gpus: int, *commands: str, instances: int = 1) -> str:
    made = role(*commands, instances=instances)
    made["resourcePerInstance"]["gpu"] = gpus
    return job(taskRoles={"main": made})


async def _gpus(pai: Client, detail: JobDetail) -> list[str]:
    """What the task of a job was told of its GPUs."""
    log = (await wrote(pai, detail, b"fake=")).decode()
    found = re.search(r"gpus=(\S+) fake=1", log)
    assert found is not None, log
    return found[1].split(",")


async def _running(pai: Client, gpus: int) -> JobDetail:
    submitted = await pai.submit(_on_gpus(gpus, f"{_TELL}; sleep 1000"))
    return await in_state(pai, submitted["name"], "RUNNING")


async def _waits(pai: Client, name: str) -> list[str]:
    """Why it waits."""
    detail = await reached(pai, name, lambda detail: bool(detail["jobStatus"]["waits"]))
    return codes(detail["jobStatus"]["waits"])


def _uuids(*places: int) -> Sequence[str]:
    return [f"GPU-FAKE0000-0000-0000-0000-{place:012d}" for place in places]


async def test_each_job_gets_gpus_of_its_own_and_the_next_one_waits_until_one_is_free(
    machine: Server, users: Client
) -> None:
    running = [await _running(users, 1) for _ in range(4)]
    told = [await _gpus(users, detail) for detail in running]
    assert sorted(chain(*told)) == _uuids(0, 1, 2, 3)
    inspect = json.loads(docker("inspect", f"pai-{machine.instance[:8]}-{task(running[0])['containerId']}"))
    assert not inspect[0]["HostConfig"]["DeviceRequests"]

    async with ended(users, *(detail["name"] for detail in running)):
        fifth = (await users.submit(_on_gpus(1, _TELL)))["name"]
        assert await _waits(users, fifth) == ["WaitsForCells"]
        all_four = (await users.submit(_on_gpus(4, _TELL)))["name"]
        await users.stop(running[0]["name"])
        assert (await end_of(users, fifth))["jobStatus"]["state"] == "SUCCEEDED"
        assert await _waits(users, all_four) == ["WaitsForCells"]
    detail = await end_of(users, all_four)
    assert f"gpus={','.join(_uuids(0, 1, 2, 3))} fake=1" in (await output(users, detail)).decode()


async def test_a_gpu_that_is_described_as_bad_gets_no_job(make_server: MakeServer) -> None:
    machine = make_server(fake_gpus="4xV100-SXM2-32GB,bad=1,held=2")
    machine.start()
    async with machine.client() as pai:
        running = [await _running(pai, 1) for _ in range(2)]
        async with ended(pai, *(detail["name"] for detail in running)):
            told = [await _gpus(pai, detail) for detail in running]
            assert sorted(chain(*told)) == _uuids(0, 3)
            third = (await pai.submit(_on_gpus(1, _TELL)))["name"]
            async with ended(pai, third):
                assert await _waits(pai, third) == ["WaitsForGoodNodes"]
    nodes = machine.pai("nodes").stdout
    assert "4 × Tesla V100-SXM2-32GB (fake)" in nodes


async def test_a_task_without_gpus_sees_none_and_nothing_of_a_description(
    machine: Server, users: Client
) -> None:
    detail = await run(users, job(_TELL))
    assert (await output(users, detail)).decode() == "gpus=void fake=\n"


async def test_described_gpus_are_marked_wherever_they_are_shown(machine: Server, users: Client) -> None:
    detail = await _running(users, 2)
    async with ended(users, detail["name"]):
        assert task(detail)["fakeGpus"]
        assert [uuid.startswith("GPU-FAKE") for uuid in task(detail)["gpuUuids"]] == [True, True]
        for words in (["nodes"], ["vc"], ["show", detail["name"]], ["doctor"]):
            said = machine.pai(*words).stdout
            assert "fake" in said, words
        (there,) = json.loads(machine.get("/api/v2/images"))["machines"]
        assert there["described"]
        (node,) = json.loads(machine.get("/api/v2/cluster/nodes"))["nodes"]
        assert node["described"]


@pytest.mark.parametrize("options", [[], ["--detach"]], ids=["in front", "on its own"])
def test_a_description_that_cannot_be_read_starts_no_server(
    make_server: MakeServer, options: list[str]
) -> None:
    server = make_server()
    done = server.pai("up", "--fake-gpus", "4xV1000", *options)
    assert done.returncode == 2
    assert "V1000" in done.stderr
    assert "Tesla V100-SXM2-32GB" in done.stderr, "what is possible is told as well"
    assert not server.data_dir.exists()


_EXAMPLES = {
    "pytorch_cifar10/Resnet18_1gpu.yaml": ("pytorch_1.13.1-cpu", 1),
    "pytorch_cifar10/Resnet18_horovod.yaml": ("horovod_0.28.1-pytorch_1.13.1-cpu", 4),
    "mxnet_cifar10/cifar10_resnet18_1gpu.yaml": ("mxnet_1.9.1-cpu", 1),
    "tensorflow_cifar10/cifar10_vgg16_tf_gpu.yaml": ("tensorflow_2.21.0-cpu", 1),
    "pytorch_cifar10/Resnet18_4gpu.yaml": ("pytorch_1.13.1-cpu", 4),
}
"""The document's jobs for GPUs: the image that stands in for theirs, which are for GPUs, and how many they ask for."""


def _small(name: str, image: str) -> tuple[str, str]:
    """A job file of the document that can be run here, and its name: on CPUs, with what lies in the image."""
    document = yaml.safe_load((ROOT / "examples" / name).read_text())
    document["prerequisites"][0]["uri"] = f"openpai/standard:python_3.11-{image}"
    document["extras"].pop("storages", None)
    task_role = document["taskRoles"]["taskrole"]
    task_role["resourcePerInstance"] |= {"cpu": 1, "memoryMB": 2048}
    commands = [each for each in task_role["commands"] if "pip install" not in each]
    commands[-1] = re.sub(
        r" (--download|--weights \S+|--data \S+)", "", re.sub("--gpus .", "--gpus 0", commands[-1])
    )
    task_role["commands"] = [_TELL, *commands]
    return yaml.safe_dump(document), document["name"]


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_the_documents_jobs_for_gpus_get_them_and_begin_to_train(make_server: MakeServer) -> None:
    """All but the last have room side by side."""
    machine = make_server(fake_gpus="8xV100-SXM2-32GB,driver=535.104.05")
    machine.start()
    async with machine.client() as pai:
        names = []
        for file, (image, _) in _EXAMPLES.items():
            text, name = _small(file, image)
            await pai.submit(text)
            names.append(name)
        for name, (_, gpus) in zip(names, _EXAMPLES.values(), strict=True):
            async with ended(pai, name):
                detail = await in_state(pai, name, "RUNNING", within=60)
                log = (await wrote(pai, detail, b" images to train", within=120, role="taskrole")).decode()
                told = re.search(r"gpus=(\S+) fake=1", log)
                assert told is not None, log
                assert len(told[1].split(",")) == gpus
