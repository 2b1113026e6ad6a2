"""ContainerPlan: all that a backend must know to run one attempt of one task."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openpai.images.credentials.credential import Credential
from openpai.scheduler.resources import Resources
from openpai.storages.storage import Mount

MOUNT = "/usr/local/pai"
"""Where `ContainerPlan.files` lie in the container, read-only."""

ENTRYPOINT = ("/bin/sh", f"{MOUNT}/bootstrap.sh")
"""The process of every container, whatever the image's own ENTRYPOINT and CMD."""


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """The bridge network of a container and its fixed place in it.

    `isolated`: containers on it cannot reach one another (the network that single-task jobs share).
    """

    name: str
    subnet: str
    address: str
    isolated: bool
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContainerPlan:
    """One attempt of one task, ready to start. `task` is its unique id and the key of every backend verb.

    `files` are texts by name, laid read-only into `MOUNT`; they may hold secrets, so a backend keeps them off
    the disk and out of `docker inspect`. `memory_mb` of `resources` is a hard limit without swap.

    `image` is a reference, normally with the digest that was locked at submission. `image_id` (`sha256:…`) is set
    instead of a digest for an image that was made on the machine and is in no registry. `refresh`: the tag is asked
    for anew at each start (no digest lock), and what is here is used only where the registry is out of reach.

    `mounts`: folders of the machine, of which `prepare` has made sure that they are there. `gpus`: the UUIDs of the
    GPUs that it may use; it sees no other.
    """

    task: str
    image: str
    credential: Credential | None
    labels: Mapping[str, str]
    environment: Mapping[str, str]
    files: Mapping[str, str] = field(repr=False)
    resources: Resources
    shm_mb: int
    pids: int
    hostname: str
    network: NetworkPlan
    image_id: str = ""
    refresh: bool = False
    mounts: tuple[Mount, ...] = ()
    gpus: tuple[str, ...] = ()
