"""How an engine gives GPUs to a container, each by its UUID so that it sees no other.

CDI where the engine has specifications that name them so, else NVIDIA's runtime through device requests. A container
without GPUs is told so too: where NVIDIA's runtime is the engine's default, it goes by this variable alone, and many
images have it set to "all".
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
import yaml

from openpai.errors import Problem

log = structlog.get_logger()

VISIBLE = "NVIDIA_VISIBLE_DEVICES"
FAKE = "PAI_FAKE_GPUS"
_NOTHING = "void"
"""NVIDIA's runtime leaves the container as it is; with "none" it would still get the driver's files."""

_KIND = "nvidia.com/gpu"
_CAPABILITIES = ["gpu", "compute", "utility", "video"]
_HOOK = "nvidia-container-runtime-hook"
_ENGINES_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SPEC_SUFFIXES = (".json", ".yaml", ".yml")
_LARGEST_SPEC = 16 << 20  # bytes


class Way(StrEnum):
    """How GPUs get into a container. `DESCRIBED`: there are none, and it is only told of them."""

    CDI = "cdi"
    RUNTIME = "runtime"
    DESCRIBED = "described"


def ways(info: Mapping[str, Any]) -> tuple[frozenset[str], bool]:
    """The CDI names of NVIDIA's devices that the engine of this machine knows, and whether it has NVIDIA's runtime:
    registered, or as the program that it looks for when it starts. Reads files."""
    runtime = "nvidia" in (info.get("Runtimes") or {}) or shutil.which(_HOOK, path=_ENGINES_PATH) is not None
    folders = info.get("CDISpecDirs") or []
    if not folders:
        return frozenset(), runtime
    discovered = info.get("DiscoveredDevices")
    if discovered is None:  # an engine that has CDI, and does not tell what it found
        names = frozenset(name for folder in folders for name in _named_in(Path(folder)))
    else:
        names = frozenset(str(each["ID"]) for each in discovered if each.get("Source") == "cdi")
    return frozenset(name for name in names if name.startswith(f"{_KIND}=")), runtime


def way_for(gpus: Iterable[str], names: frozenset[str]) -> Way:
    """How a container gets the GPUs of these UUIDs; where the engine has neither way, it refuses the second."""
    return Way.CDI if {cdi_name(uuid) for uuid in gpus} <= names else Way.RUNTIME


def no_way_to(uuid: str, names: frozenset[str], runtime: bool) -> Problem | None:
    """Why no container can get this GPU."""
    if runtime or cdi_name(uuid) in names:
        return None
    if names:
        return Problem("GpuNotInCdi", {"uuid": uuid, "known": ", ".join(sorted(names)[:8])})
    return Problem("NoGpuRuntime", {"detail": 'no CDI device "nvidia.com/gpu", no runtime "nvidia"'})


def cdi_name(uuid: str) -> str:
    return f"{_KIND}={uuid}"


def host_config(gpus: tuple[str, ...], way: Way) -> dict[str, Any]:
    """What of the engine's HostConfig gives these GPUs to a container."""
    if not gpus:
        return {}
    if way is Way.DESCRIBED:
        return {"Runtime": "runc"}  # NVIDIA's would look for them
    if way is Way.CDI:
        return {"DeviceRequests": [{"Driver": "cdi", "DeviceIDs": [cdi_name(uuid) for uuid in gpus]}]}
    request = {"Driver": "nvidia", "DeviceIDs": list(gpus), "Capabilities": [_CAPABILITIES]}
    return {"DeviceRequests": [request]}


def environment(gpus: tuple[str, ...], way: Way) -> dict[str, str]:
    """What a container is told of its GPUs. With CDI, whatever else looks at the variable is to add nothing."""
    if not gpus:
        return {VISIBLE: _NOTHING}
    told = {VISIBLE: _NOTHING if way is Way.CDI else ",".join(gpus)}
    return told | {FAKE: "1"} if way is Way.DESCRIBED else told


def _named_in(folder: Path) -> Iterator[str]:
    """The devices that the CDI specifications in a folder name. What cannot be read is left out, as by the engine."""
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix in _SPEC_SUFFIXES)
    except OSError:
        return  # it need not be there
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        if stat.st_size <= _LARGEST_SPEC:
            yield from _devices_of(file, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _devices_of(file: Path, changed_ns: int, size: int) -> tuple[str, ...]:
    """Read once for each change of the file: it may take a second."""
    try:
        spec = yaml.load(file.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return tuple(f"{spec['kind']}={device['name']}" for device in spec.get("devices") or ())
    except (OSError, yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
        log.warning("cdi specification cannot be read", file=str(file), detail=str(error))
        return ()
