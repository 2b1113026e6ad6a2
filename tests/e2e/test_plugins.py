"""Runtime plugins on a real engine: tasks that enter one another, a peer that never comes, images that lack things."""

import asyncio
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openpai.client import Client
from openpai.client.replies import JobDetail
from tests.backends.images import OWN_USER, SHELL, ensure
from tests.e2e.engine import docker
from tests.e2e.jobs import cause, ended, job, output, reached, role, run, task

PLUGINS = "com.microsoft.pai.runtimeplugin"
PYTORCH = "openpai/standard:python_3.11-pytorch_1.13.1-cpu"
ALL = {"minFailedInstances": 1, "minSucceededInstances": -1}


def asking(*plugins: dict[str, Any]) -> dict[str, Any]:
    return {PLUGINS: list(plugins)}


def ssh(**more: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {key: more.pop(key) for key in ("taskroles", "failurePolicy") if key in more}
    return {"plugin": "ssh", "parameters": {"jobssh": True, **more}, **entry}


def before(*commands: str) -> dict[str, Any]:
    """A prerequisite whose plugin runs these before all others."""
    callbacks = [{"event": "taskStarts", "commands": list(commands)}]
    return {"type": "script", "name": "before", "plugin": f"{PLUGINS}.cmd", "callbacks": callbacks}


def images(*more: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "dockerimage", "name": "image", "uri": PYTORCH},
        {"type": "dockerimage", "name": "small", "uri": ensure(SHELL)},
        *more,
    ]


def small(*commands: str, **more: Any) -> dict[str, Any]:
    return role(*commands, **more) | {"dockerImage": "small"}


def large(*commands: str, **more: Any) -> dict[str, Any]:
    return role(*commands, memory=256, **more)


def why(detail: JobDetail) -> str:
    """What ended the job, in words."""
    diagnosis = detail["jobStatus"].get("diagnosis")
    return diagnosis["message"] if diagnosis else ""


@pytest.fixture(scope="module")
def pytorch() -> str:
    """The standard image with PyTorch and OpenSSH."""
    if subprocess.run(["docker", "image", "inspect", PYTORCH], capture_output=True).returncode:
        pytest.fail(f"the image {PYTORCH} is missing: run `make run` once, which builds it", pytrace=False)
    return PYTORCH


async def everything(pai: Client, detail: JobDetail) -> str:
    """What all tasks wrote, for a failed test."""
    texts = [
        await output(pai, detail, role=name, index=index)
        for name, found in detail["taskRoles"].items()
        for index in range(len(found["taskStatuses"]))
    ]
    return "\n".join(text.decode() for text in texts)


@pytest.mark.usefixtures("pytorch")
async def test_tasks_enter_one_another_by_name(pai: Client) -> None:
    commands = (
        "other=$((1 - PAI_TASK_INDEX))",
        "ssh Big_Worker-$other 'echo \"entered $(hostname) ${PAI_TASK_INDEX} ${RANK:-no rank}\"'",
        "ssh $PAI_HOST_IP_bigworker_0 hostname",
        "scp -q bigworker-$other:/etc/hostname copied && cat copied",
        "sleep 4",
    )
    text = job(
        image=PYTORCH,
        taskRoles={"Big_Worker": large(*commands, instances=2, completion=ALL)},
        extras=asking(ssh(sshbarrier=True)),
    )
    detail = await run(pai, text, within=120)
    said = await everything(pai, detail)
    assert detail["jobStatus"]["state"] == "SUCCEEDED", said
    assert "entered bigworker-1 1 no rank\nbigworker-0\nbigworker-1\n" in said
    assert "entered bigworker-0 0 no rank\nbigworker-0\nbigworker-0\n" in said


@pytest.mark.usefixtures("pytorch")
async def test_a_peer_that_never_comes_is_named(pai: Client) -> None:
    roles = {
        "worker": large("echo never", completion=ALL),
        "late": large("echo never", completion=ALL) | {"prerequisites": ["before"]},
    }
    barrier = ssh(sshbarrier=True, sshbarrierTimeout=0.05)
    text = job(prerequisites=images(before("sleep 60")), taskRoles=roles, extras=asking(barrier))
    detail = await run(pai, text, within=120)
    assert cause(detail) == "SshBarrierTimeout", await everything(pai, detail)
    assert "late-0" in why(detail)
    assert detail["jobStatus"]["appExitCode"] == 249
    assert "never" not in await everything(pai, detail)


@pytest.mark.usefixtures("pytorch")
async def test_a_task_that_dies_before_its_peers_are_up_is_the_cause(pai: Client) -> None:
    roles = {
        "waits": large("echo never", completion=ALL),
        "dies": large("echo never", completion=ALL) | {"prerequisites": ["before"]},
    }
    text = job(
        prerequisites=images(before("sleep 1", "exit 3")),
        taskRoles=roles,
        extras=asking(ssh(sshbarrier=True)),
    )
    detail = await run(pai, text, within=120)
    assert cause(detail) == "PluginFailed"
    assert task(detail, "dies")["containerExitCode"] == 3
    assert task(detail, "waits")["taskState"] == "STOPPED"


@pytest.mark.parametrize(
    ("image", "because"),
    [(SHELL, "none of apt-get"), (OWN_USER, "is not root")],
    ids=["nothing to install with", "no root"],
)
async def test_an_image_without_sshd_is_told_before_the_commands_run(
    pai: Client, image: str, because: str
) -> None:
    text = job(
        image=ensure(image),
        taskRoles={"main": role("echo never", instances=2)},
        extras=asking(ssh()),
    )
    detail = await run(pai, text)
    assert cause(detail) == "ImageLacksSsh", await everything(pai, detail)
    assert "sshd" in why(detail)
    assert because in why(detail)
    assert "never" not in await everything(pai, detail)


@pytest.mark.parametrize(
    ("instances", "policy"), [(1, "fail"), (2, "ignore")], ids=["nobody could enter", "failures are ignored"]
)
async def test_a_task_goes_on_without_sshd_where(pai: Client, instances: int, policy: str) -> None:
    text = job(
        taskRoles={"main": role("echo on", instances=instances)}, extras=asking(ssh(failurePolicy=policy))
    )
    detail = await run(pai, text)
    assert detail["jobStatus"]["state"] == "SUCCEEDED"
    assert b"on\n" in await output(pai, detail)


@pytest.mark.usefixtures("pytorch")
async def test_sshd_is_installed_where_the_image_can(pai: Client) -> None:
    text = job(
        image="openpai/base:bookworm",
        taskRoles={"main": large("ssh main-$((1 - PAI_TASK_INDEX)) hostname", "sleep 3", instances=2)},
        extras=asking(ssh(sshbarrier=True)),
    )
    detail = await run(pai, text, within=300)
    assert detail["jobStatus"]["state"] == "SUCCEEDED", await everything(pai, detail)
    assert "it is installed with apt-get" in await everything(pai, detail)


@pytest.fixture
def with_own_user(pytorch: str) -> Iterator[str]:
    """The standard image with a user who is not root."""
    tag, name = "pai-test/sshd-own-user:latest", f"pai-test-{uuid.uuid4().hex[:12]}"
    docker("run", "--name", name, "--entrypoint", "useradd", pytorch, "-m", "-u", "1234", "bob")
    docker("commit", "--change", "USER bob", "--change", "WORKDIR /home/bob", name, tag)
    docker("rm", name)
    yield tag
    subprocess.run(["docker", "rmi", "-f", tag], capture_output=True)


async def test_a_user_who_is_not_root_has_an_ssh_server_too(pai: Client, with_own_user: str) -> None:
    commands = ("ssh main-$((1 - PAI_TASK_INDEX)) 'id -un; pwd'", "sleep 3")
    text = job(
        image=with_own_user,
        taskRoles={"main": large(*commands, instances=2)},
        extras=asking(ssh(sshbarrier=True)),
    )
    detail = await run(pai, text, within=120)
    assert detail["jobStatus"]["state"] == "SUCCEEDED", await everything(pai, detail)
    assert b"bob\n/home/bob\n" in await output(pai, detail)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A private key of a person, its public one beside it."""
    file = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
    return file


@pytest.mark.usefixtures("pytorch")
async def test_a_person_enters_with_her_own_key(pai: Client, key: Path) -> None:
    public = key.with_suffix(".pub").read_text()
    parameters = {"userssh": {"type": "custom", "value": public}}
    text = job(
        "sleep 60", image=PYTORCH, memory=256, extras=asking({"plugin": "ssh", "parameters": parameters})
    )
    submitted = await pai.submit(text)
    async with ended(pai, submitted["name"]):
        detail = await reached(pai, submitted["name"], lambda d: d["jobStatus"]["subState"] == "RUNNING", 60)
        status = task(detail)
        where = ["-p", status["containerPorts"]["ssh"], f"root@{status['containerIp']}"]
        quiet = [
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "BatchMode=yes",
        ]
        for _ in range(50):
            words = ["ssh", "-i", str(key), *quiet, *where, "echo $PAI_JOB_NAME"]
            done = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True)
            if done.returncode == 0:
                break
            await asyncio.sleep(0.2)
        assert done.stdout == f"{submitted['name']}\n", done.stderr


async def test_commands_of_plugins_run_around_those_of_the_role(pai: Client) -> None:
    cmd = {
        "plugin": "cmd",
        "parameters": {
            "callbacks": [
                {"event": "taskStarts", "commands": ["echo 'b <% $secrets.word %>'"]},
                {"event": "taskSucceeds", "commands": ["echo d"]},
            ]
        },
    }
    text = job(
        prerequisites=images(before("echo a <% $parameters.number %>")),
        parameters={"number": 7},
        secrets={"word": "s3cr&t"},
        taskRoles={"main": small("echo c", "exit 0") | {"prerequisites": ["before"]}},
        extras=asking(cmd),
    )
    detail = await run(pai, text)
    assert await output(pai, detail) == b"a 7\nb s3cr&t\nc\nd\n"


async def test_tensorboard_stands_beside_the_first_task_and_ends_with_it(pai: Client) -> None:
    stand_in = (
        'case $1 in --version) echo 2.9.0;; *) echo "given $*"; exec httpd -f -p ${3#--port=} -h /logs;; esac'
    )
    board = {"plugin": "tensorboard", "parameters": {"port": 6123, "logdir": {"one": "/logs"}}}
    prepare = before(
        "mkdir -p /logs",
        "echo found >/logs/index.html",
        f"printf '%s\\n' '#!/bin/sh' {stand_in!r} >/bin/tensorboard",
        "chmod +x /bin/tensorboard",
    )
    address = "http://$PAI_HOST_IP_main_0:6123/"
    look = (
        "if [ $PAI_TASK_INDEX = 1 ]; then exit; fi",
        f"for i in 1 2 3 4 5; do wget -q -O - {address} && break; sleep 0.5; done",
    )
    roles = {"main": small(*look, instances=2, completion=ALL) | {"prerequisites": ["before"]}}
    detail = await run(pai, job(prerequisites=images(prepare), taskRoles=roles, extras=asking(board)))
    first, second = [(await output(pai, detail, index=index)).decode() for index in (0, 1)]
    assert detail["jobStatus"]["state"] == "SUCCEEDED", first + second
    assert "given --logdir=/logs --host=0.0.0.0 --port=6123" in first
    assert "found" in first
    assert "given" not in second
    assert task(detail, index=0)["containerPorts"]["tensorboard"] == "6123"
    assert "tensorboard" not in task(detail, index=1)["containerPorts"]


ALLREDUCE = """\
python - <<'EOF'
import torch, torch.distributed as dist
dist.init_process_group("gloo")
one = torch.tensor([float(dist.get_rank() + 1)])
dist.all_reduce(one)
print("sum", one.item(), "of", dist.get_world_size(), flush=True)
EOF
"""


@pytest.mark.usefixtures("pytorch")
async def test_pytorch_finds_its_peers_without_being_told(pai: Client) -> None:
    text = job(image=PYTORCH, taskRoles={"trainer": large(ALLREDUCE, instances=2, completion=ALL)})
    detail = await run(pai, text, within=120)
    assert detail["jobStatus"]["state"] == "SUCCEEDED", await everything(pai, detail)
    for index in (0, 1):
        assert b"sum 3.0 of 2\n" in await output(pai, detail, role="trainer", index=index)
