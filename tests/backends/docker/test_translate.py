"""Plan → create request, by equality; inspect → observed task."""

from dataclasses import replace
from typing import Any

import pytest

from openpai.backends.contract import ObservedTask, Phase
from openpai.backends.docker import translate
from openpai.backends.docker.gpus.access import Way
from openpai.errors import Refused
from openpai.images.credentials.credential import Credential
from openpai.lifecycle.exits import Exit
from openpai.runtime.container import ContainerPlan, NetworkPlan
from openpai.scheduler.resources import Node, Resources
from openpai.storages.storage import Mount

IMAGE = "team/tool:latest"
INSTANCE = "0123456789abcdef0123456789abcdef"
PLAN = ContainerPlan(
    task="t1",
    image="team/tool",
    credential=Credential("ada", "password-of-ada"),
    labels={"openpai.job": "j1", "openpai.instance": "not theirs to say"},
    environment={"B": "2", "A": "x=y"},
    files={"bootstrap.sh": "secret-in-a-file"},
    resources=Resources(2, 512, 0),
    shm_mb=64,
    pids=100,
    hostname="worker-0",
    network=NetworkPlan("net", "10.1.0.0/28", "10.1.0.5", False, ("worker-0", "w0")),
)


def test_storages_are_mounted_beside_the_plans_own_files() -> None:
    mounts = (Mount("/srv/data", "/mnt/data", True), Mount("/srv/homes/ann", "/home/me", False))
    body = translate.create_body(replace(PLAN, mounts=mounts), INSTANCE, "/run/x/t1", IMAGE)
    assert body["HostConfig"]["Mounts"] == [
        {"Type": "bind", "Source": "/run/x/t1", "Target": "/usr/local/pai", "ReadOnly": True},
        {"Type": "bind", "Source": "/srv/data", "Target": "/mnt/data", "ReadOnly": True},
        {"Type": "bind", "Source": "/srv/homes/ann", "Target": "/home/me", "ReadOnly": False},
    ]


@pytest.mark.parametrize(
    ("way", "requested", "told"),
    [
        (
            Way.CDI,
            {
                "DeviceRequests": [
                    {"Driver": "cdi", "DeviceIDs": ["nvidia.com/gpu=GPU-1", "nvidia.com/gpu=GPU-2"]}
                ]
            },
            ["NVIDIA_VISIBLE_DEVICES=void"],
        ),
        (
            Way.RUNTIME,
            {
                "DeviceRequests": [
                    {
                        "Driver": "nvidia",
                        "DeviceIDs": ["GPU-1", "GPU-2"],
                        "Capabilities": [["gpu", "compute", "utility", "video"]],
                    }
                ]
            },
            ["NVIDIA_VISIBLE_DEVICES=GPU-1,GPU-2"],
        ),
        (
            Way.DESCRIBED,
            {"Runtime": "runc"},
            ["NVIDIA_VISIBLE_DEVICES=GPU-1,GPU-2", "PAI_FAKE_GPUS=1"],
        ),
    ],
)
def test_gpus_are_asked_for_by_their_uuids(way: Way, requested: dict[str, Any], told: list[str]) -> None:
    without = translate.create_body(PLAN, INSTANCE, "/run/x/t1", IMAGE, way)
    body = translate.create_body(replace(PLAN, gpus=("GPU-1", "GPU-2")), INSTANCE, "/run/x/t1", IMAGE, way)
    assert body["HostConfig"] == without["HostConfig"] | requested
    assert [line for line in body["Env"] if "GPUS" in line or "NVIDIA" in line] == told
    assert "DeviceRequests" not in without["HostConfig"]


def test_an_image_or_job_that_wants_all_gpus_of_the_machine_gets_none() -> None:
    plan = replace(PLAN, environment={"NVIDIA_VISIBLE_DEVICES": "all"})
    for way in Way:
        env = translate.create_body(plan, INSTANCE, "/run/x/t1", IMAGE, way)["Env"]
        assert [line for line in env if "NVIDIA" in line] == ["NVIDIA_VISIBLE_DEVICES=void"]


def test_a_plan_becomes_this_request() -> None:
    assert translate.create_body(PLAN, INSTANCE, "/run/x/t1", IMAGE) == {
        "Image": IMAGE,
        "Hostname": "worker-0",
        "Entrypoint": ["/bin/sh", "/usr/local/pai/bootstrap.sh"],
        "Cmd": [],
        "Env": ["A=x=y", "B=2", "NVIDIA_VISIBLE_DEVICES=void", "TINI_KILL_PROCESS_GROUP=1"],
        "Labels": {"openpai.job": "j1", "openpai.instance": INSTANCE, "openpai.task": "t1"},
        "Tty": False,
        "OpenStdin": False,
        "StopSignal": "SIGTERM",
        "Healthcheck": {"Test": ["NONE"]},
        "HostConfig": {
            "Memory": 536870912,
            "MemorySwap": 536870912,
            "ShmSize": 67108864,
            "PidsLimit": 100,
            "NanoCpus": 2000000000,
            "NetworkMode": "pai-01234567-net",
            "Mounts": [{"Type": "bind", "Source": "/run/x/t1", "Target": "/usr/local/pai", "ReadOnly": True}],
            "Init": True,
            "AutoRemove": False,
            "RestartPolicy": {"Name": "no"},
            "Privileged": False,
            "CapDrop": ["ALL"],
            "CapAdd": [
                "AUDIT_WRITE",
                "CHOWN",
                "DAC_OVERRIDE",
                "FOWNER",
                "FSETID",
                "KILL",
                "NET_BIND_SERVICE",
                "SETGID",
                "SETPCAP",
                "SETUID",
                "SYS_CHROOT",
            ],
            "SecurityOpt": ["no-new-privileges"],
            "LogConfig": {
                "Type": "local",
                "Config": {"max-size": "1000p", "max-file": "1", "compress": "false", "mode": "blocking"},
            },
        },
        "NetworkingConfig": {
            "EndpointsConfig": {
                "pai-01234567-net": {
                    "IPAMConfig": {"IPv4Address": "10.1.0.5"},
                    "Aliases": ["worker-0", "w0"],
                }
            }
        },
    }


def test_no_secret_is_in_the_request() -> None:
    request = repr(translate.create_body(PLAN, INSTANCE, "/run/x/t1", IMAGE))
    assert "password-of-ada" not in request
    assert "secret-in-a-file" not in request


@pytest.mark.parametrize(("isolated", "icc", "label"), [(True, "false", "true"), (False, "true", "false")])
def test_a_network_becomes_this_request(isolated: bool, icc: str, label: str) -> None:
    assert translate.network_body(NetworkPlan("net", "10.1.0.0/28", "10.1.0.5", isolated), INSTANCE) == {
        "Name": "pai-01234567-net",
        "Driver": "bridge",
        "CheckDuplicate": True,
        "IPAM": {"Config": [{"Subnet": "10.1.0.0/28", "Gateway": "10.1.0.1"}]},
        "Options": {"com.docker.network.bridge.enable_icc": icc},
        "Labels": {"openpai.instance": INSTANCE, "openpai.network": "net", "openpai.isolated": label},
    }


def test_an_image_that_is_no_reference_is_refused() -> None:
    with pytest.raises(Refused):
        translate.reference("not an image")


def inspect(**state: Any) -> dict[str, Any]:
    usual = {
        "Status": "running",
        "StartedAt": "2026-11-23T21:09:27.740307069Z",
        "FinishedAt": "0001-01-01T00:00:00Z",
        "ExitCode": 0,
        "OOMKilled": False,
        "Error": "",
    }
    return {"State": usual | state, "Config": {"Labels": {"openpai.task": "t1"}}}


def test_a_running_container_is_observed() -> None:
    observed = translate.observed_task(inspect(), "n")
    assert observed == ObservedTask("t1", Phase.RUNNING, "n", started_at=1795468167740)


def test_an_exited_container_tells_its_exit() -> None:
    state = inspect(
        Status="exited", FinishedAt="2026-11-23T21:09:28.5Z", ExitCode=3, OOMKilled=True, Error="oops"
    )
    expected = Exit(3, 1795468168500, oom_killed=True, error="oops")
    assert translate.observed_task(state, "n").exit == expected


def test_a_created_container_has_no_start() -> None:
    observed = translate.observed_task(inspect(Status="created", StartedAt="0001-01-01T00:00:00Z"), "n")
    assert observed == ObservedTask("t1", Phase.CREATED, "n")


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("created", Phase.CREATED),
        ("running", Phase.RUNNING),
        ("paused", Phase.RUNNING),
        ("restarting", Phase.RUNNING),
        ("exited", Phase.EXITED),
        ("removing", Phase.EXITED),
        ("dead", Phase.EXITED),
    ],
)
def test_each_word_of_the_engine_is_a_phase(word: str, phase: Phase) -> None:
    assert translate.phase_of(word) is phase


def test_a_node_has_all_that_its_machine_has() -> None:
    assert translate.node_of({"Name": "gpu-1", "NCPU": 64, "MemTotal": 2**38}, 8) == Node(
        "gpu-1", Resources(64, 2**18, 8)
    )
