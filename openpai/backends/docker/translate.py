"""Pure translation: plan → what the engine is asked for; what it says → what the contract speaks of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from openpai.backends.contract import ObservedTask, Phase
from openpai.backends.docker.gpus import access
from openpai.errors import PaiError, Refused
from openpai.images.reference import ImageReference, parse_reference
from openpai.lifecycle.exits import Exit
from openpai.runtime.container import ENTRYPOINT, MOUNT, ContainerPlan, NetworkPlan
from openpai.runtime.network import gateway
from openpai.scheduler.resources import Node, Resources
from openpai.storages.storage import Mount

INSTANCE_LABEL = "openpai.instance"
TASK_LABEL = "openpai.task"
NETWORK_LABEL = "openpai.network"
ISOLATED_LABEL = "openpai.isolated"

CAPABILITIES = (
    # What ordinary images need as root (apt, su, sshd, chown); no raw sockets, no devices.
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
)

_LOG = {
    # `local` keeps bytes as they are (json-file replaces what is not UTF-8). Each option stands here since a
    # default of the daemon's (rotation, compression) would fill in what is left out, and lose bytes.
    "Type": "local",
    "Config": {"max-size": "1000p", "max-file": "1", "compress": "false", "mode": "blocking"},
}

_NEVER = "0001-01-01T00:00:00Z"


def container_name(instance: str, task: str) -> str:
    return f"pai-{instance[:8]}-{task}"


def network_name(instance: str, name: str) -> str:
    return f"pai-{instance[:8]}-{name}"


def create_body(
    plan: ContainerPlan, instance: str, folder: str, image: str, way: access.Way = access.Way.RUNTIME
) -> dict[str, Any]:
    """The engine's create request; `folder` is where the plan's files lie on the host, `image` the name or id by
    which the engine has the plan's image, `way` how its GPUs get into the container."""
    network = network_name(instance, plan.network.name)
    environment = {
        **plan.environment,
        **access.environment(plan.gpus, way),
        "TINI_KILL_PROCESS_GROUP": "1",  # SIGTERM reaches all, not only sh
    }
    return {
        "Image": image,
        "Hostname": plan.hostname,
        "Entrypoint": list(ENTRYPOINT),
        "Cmd": [],
        "Env": [f"{name}={value}" for name, value in sorted(environment.items())],
        "Labels": {**plan.labels, INSTANCE_LABEL: instance, TASK_LABEL: plan.task},
        "Tty": False,
        "OpenStdin": False,
        "StopSignal": "SIGTERM",  # an image's own STOPSIGNAL is for its own entrypoint
        "Healthcheck": {"Test": ["NONE"]},
        "HostConfig": _host_config(plan, network, folder) | access.host_config(plan.gpus, way),
        "NetworkingConfig": {
            "EndpointsConfig": {
                network: {
                    "IPAMConfig": {"IPv4Address": plan.network.address},
                    "Aliases": list(plan.network.aliases),
                }
            }
        },
    }


def _host_config(plan: ContainerPlan, network: str, folder: str) -> dict[str, Any]:
    memory = plan.resources.memory_mb << 20
    limits: dict[str, Any] = {
        "Memory": memory,
        "MemorySwap": memory,  # the same: no swap
        "ShmSize": plan.shm_mb << 20,
        "PidsLimit": plan.pids,
    }
    if plan.resources.cpu > 0:
        limits["NanoCpus"] = plan.resources.cpu * 1_000_000_000
    return {
        **limits,
        "NetworkMode": network,
        "Mounts": [_bind(Mount(folder, MOUNT, read_only=True)), *map(_bind, plan.mounts)],
        "Init": True,
        "AutoRemove": False,
        "RestartPolicy": {"Name": "no"},
        "Privileged": False,
        "CapDrop": ["ALL"],
        "CapAdd": list(CAPABILITIES),
        "SecurityOpt": ["no-new-privileges"],
        "LogConfig": _LOG,
    }


def _bind(mount: Mount) -> dict[str, Any]:
    return {"Type": "bind", "Source": mount.source, "Target": mount.target, "ReadOnly": mount.read_only}


def network_body(plan: NetworkPlan, instance: str) -> dict[str, Any]:
    """The engine's request for the bridge that `plan` names."""
    return {
        "Name": network_name(instance, plan.name),
        "Driver": "bridge",
        "CheckDuplicate": True,
        "IPAM": {"Config": [{"Subnet": plan.subnet, "Gateway": gateway(plan.subnet)}]},
        "Options": {"com.docker.network.bridge.enable_icc": "false" if plan.isolated else "true"},
        "Labels": {
            INSTANCE_LABEL: instance,
            NETWORK_LABEL: plan.name,
            ISOLATED_LABEL: "true" if plan.isolated else "false",
        },
    }


def reference(image: str) -> ImageReference:
    """The image with tag or digest (without one, the engine would pull all tags). Raises `Refused`."""
    try:
        return parse_reference(image)
    except PaiError as error:
        raise Refused(*error.problems) from error


def phase_of(state: str) -> Phase:
    """The contract's phase for the engine's word; `paused` still lives, `dead` and `removing` have ended."""
    if state == "created":
        return Phase.CREATED
    return Phase.RUNNING if state in ("running", "paused", "restarting") else Phase.EXITED


def listed_task(entry: Mapping[str, Any], node: str) -> ObservedTask:
    """A container as the engine's list has it: without the times of its start and end."""
    return ObservedTask(entry["Labels"][TASK_LABEL], phase_of(entry["State"]), node)


def observed_task(inspect: Mapping[str, Any], node: str) -> ObservedTask:
    """An inspected container. `OOMKilled` is true too when only a child of the main process was killed."""
    state = inspect["State"]
    phase = phase_of(state["Status"])
    ended = None
    if phase is Phase.EXITED:
        ended = Exit(
            code=state["ExitCode"],
            finished_at=to_ms(state["FinishedAt"]) or 0,
            oom_killed=state["OOMKilled"],
            error=state["Error"],
        )
    return ObservedTask(
        task=inspect["Config"]["Labels"][TASK_LABEL],
        phase=phase,
        node=node,
        started_at=to_ms(state["StartedAt"]),
        exit=ended,
    )


def node_of(info: Mapping[str, Any], gpus: int) -> Node:
    """The engine's machine; all its cores and memory, and so many GPUs."""
    return Node(info["Name"], Resources(cpu=info["NCPU"], memory_mb=info["MemTotal"] >> 20, gpu=gpus))


def to_ms(stamp: str) -> int | None:
    """RFC 3339 with nanoseconds → ms since the epoch; None for the engine's "never".

    >>> to_ms("1970-01-01T00:00:01.5Z"), to_ms("0001-01-01T00:00:00Z")
    (1500, None)
    """
    if stamp == _NEVER:
        return None
    return round(datetime.fromisoformat(stamp).timestamp() * 1000)
