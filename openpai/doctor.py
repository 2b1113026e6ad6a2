"""Looks for what keeps a server on this machine from running jobs; each finding says what to do about it."""

import asyncio
import shutil
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from openpai.backends.docker.connection import address
from openpai.backends.docker.engine import Engine, EngineError
from openpai.backends.docker.health import Finding, disk_finding, engine_findings, network_findings
from openpai.cluster.read import read_cluster
from openpai.errors import NoContact, PaiError, Params
from openpai.settings import Settings

__all__ = ["Finding", "diagnose"]

_DATA_NEEDS_MB = 1024
_IMAGES_NEED_MB = 10_240


def diagnose(settings: Settings) -> Sequence[Finding]:
    """Every check: data directory, cluster file, engine, control groups, disk, network pool."""
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
        info, networks = asyncio.run(_ask_engine(settings.docker_host))
    except NoContact as error:
        return [Finding("engine", "fail", error.first.code, error.first.params)]
    except EngineError as error:
        return [Finding("engine", "fail", "EngineFailed", {"act": "tell of itself", "detail": error.words})]
    root = Path(info["DockerRootDir"])
    disk = _disk("Image", root, _IMAGES_NEED_MB) if root.is_dir() else []  # it may be another machine's
    pool = network_findings(settings.network_pool, networks, _routes(), _instance(settings.data_dir))
    return [*engine_findings(info), *disk, *pool]


async def _ask_engine(docker_host: str | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    engine = Engine(address(docker_host))
    try:
        return await engine.call("GET", "/info"), await engine.call("GET", "/networks")
    finally:
        await engine.close()


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
