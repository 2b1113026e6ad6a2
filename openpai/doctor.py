"""Looks for what keeps a server on this machine from running jobs; each finding says what to do about it."""

import asyncio
import shutil
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from openpai.backends.docker.connection import address
from openpai.backends.docker.engine import Engine, EngineError, filters
from openpai.backends.docker.gpu_checkup import gpu_findings
from openpai.backends.docker.gpus.finder import FixedGpus, Gpus, MachineGpus
from openpai.backends.docker.health import Finding, disk_finding, engine_findings, network_findings
from openpai.backends.docker.translate import INSTANCE_LABEL
from openpai.cluster.read import read_cluster
from openpai.errors import NoContact, PaiError, Params
from openpai.images.catalogue.entries import standard_images
from openpai.images.cuda.fake import read_fake_gpus
from openpai.settings import Settings

__all__ = ["Finding", "diagnose"]

_DATA_NEEDS_MB = 1024
_IMAGES_NEED_MB = 10_240

_NVIDIA = "0x10de"
_DISPLAYS = ("0x0300", "0x0302")
"""Classes of PCI devices that draw or compute."""


def diagnose(settings: Settings) -> Sequence[Finding]:
    """Every check: data directory, cluster file, engine, control groups, disk, network pool, GPUs."""
    data = _disk("Data", settings.data_dir, _DATA_NEEDS_MB)
    return [*data, *_cluster_file(settings.cluster_path), *_engine(settings)]


def _cluster_file(file: Path) -> list[Finding]:
    """What can be told of the file without the machines that it may divide."""
    try:
        read_cluster(file.read_bytes(), file)
    except FileNotFoundError:
        return []
    except OSError as error:
        params: Params = {"file": str(file), "reason": error.strerror or str(error)}
        return [Finding("cluster file", "fail", "AdminFileUnreadable", params)]
    except PaiError as error:
        wrong = [problem for problem in error.problems if problem.code != "NoNodesKnown"]
        if wrong:
            params = {"file": str(file), "count": len(wrong), "line": wrong[0].line or 1}
            return [Finding("cluster file", "fail", "ClusterFileBroken", params)]
    return [Finding("cluster file", "ok", "ClusterFileOk", {"file": str(file)})]


def _disk(what: str, path: Path, needed_mb: int) -> list[Finding]:
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    try:
        free_mb = shutil.disk_usage(there).free >> 20
    except OSError as error:
        params = {"path": str(path), "detail": error.strerror or str(error)}
        return [Finding("disk", "fail", "DataDirUnusable", params)]
    return [disk_finding(what, str(path), free_mb, needed_mb)]


def _engine(settings: Settings) -> list[Finding]:
    try:
        info, networks, gpus = asyncio.run(_ask_engine(settings))
    except NoContact as error:
        return [Finding("engine", "fail", error.first.code, error.first.params)]
    except EngineError as error:
        return [Finding("engine", "fail", "EngineFailed", {"act": "tell of itself", "detail": error.words})]
    root = Path(info["DockerRootDir"])
    disk = _disk("Image", root, _IMAGES_NEED_MB) if root.is_dir() else []  # it may be another machine's
    pool = network_findings(settings.network_pool, networks, _routes(), _instance(settings.data_dir))
    return [*engine_findings(info), *disk, *pool, *gpus]


async def _ask_engine(settings: Settings) -> tuple[dict[str, Any], list[dict[str, Any]], list[Finding]]:
    engine = Engine(address(settings.docker_host))
    try:
        info = await engine.call("GET", "/info")
        return info, await engine.call("GET", "/networks"), await _gpus(settings, engine, info)
    finally:
        await engine.close()


async def _gpus(settings: Settings, engine: Engine, info: dict[str, Any]) -> list[Finding]:
    if settings.fake_gpus:
        gpus: Gpus = FixedGpus(read_fake_gpus(settings.fake_gpus))
    elif engine.address.host.startswith("unix://"):
        ours = {"label": [f"{INSTANCE_LABEL}={_instance(settings.data_dir)}"]}

        async def containers() -> frozenset[str]:
            listed = await engine.call("GET", "/containers/json", params=filters(**ours))
            return frozenset(each["Id"] for each in listed)

        gpus = MachineGpus(containers)
    else:
        return []  # on a machine that is not this one
    found = await gpus.find(info)
    way = await gpus.way(tuple(gpu.uuid for gpu in found.gpus), info)
    return list(gpu_findings(nvidia_cards(), found, way, standard_images()))


def nvidia_cards(devices: Path = Path("/sys/bus/pci/devices")) -> int:
    """NVIDIA's GPUs on the PCI bus of this machine, whether or not there is a driver for them."""
    return sum(
        _read(device / "vendor") == _NVIDIA and _read(device / "class").startswith(_DISPLAYS)
        for device in devices.glob("*")
    )


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""


def _instance(data_dir: Path) -> str:
    file = data_dir / "instance"
    return file.read_text().strip() if file.exists() else ""


def _routes() -> dict[str, str]:
    """Subnet → interface of the IPv4 routes of this machine, the default route left out."""
    routes = {}
    for line in Path("/proc/net/route").read_text().splitlines()[1:]:
        interface, destination, *_, mask = line.split()[:8]
        network = IPv4Network((_address(destination), str(_address(mask))))
        if network.prefixlen:
            routes[str(network)] = interface
    return routes


def _address(text: str) -> IPv4Address:
    return IPv4Address(int.from_bytes(bytes.fromhex(text), "little"))
