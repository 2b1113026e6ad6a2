"""What the engine says of images and registries → what the contract speaks of."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpai.backends.docker.fetched import origin
from openpai.backends.docker.translate import to_ms
from openpai.errors import PaiError
from openpai.images.disk.room import ImageDisk
from openpai.images.facts import ImageConfig, LocalImage
from openpai.images.reference import parse_reference
from openpai.images.registry.registries import RegistrySettings

_GO_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i386": "386", "i686": "386"}
_CONTAINERD = Path("/var/lib/containerd")
_IN_CONTAINERD = "io.containerd.snapshotter"  # the newer image store of the engine


def registry_settings(info: Mapping[str, Any]) -> RegistrySettings:
    """How the engine reaches registries, by its `/info`."""
    config = info.get("RegistryConfig") or {}
    indexes: Mapping[str, Mapping[str, Any]] = config.get("IndexConfigs") or {}
    insecure = {name for name, index in indexes.items() if not index.get("Secure", True)}
    return RegistrySettings(
        mirrors=tuple(config.get("Mirrors") or ()),
        insecure=frozenset(insecure | set(config.get("InsecureRegistryCIDRs") or ())),
        http_proxy=info.get("HttpProxy") or "",
        https_proxy=info.get("HttpsProxy") or "",
        no_proxy=info.get("NoProxy") or "",
    )


def architecture(info: Mapping[str, Any]) -> str:
    """The machine's architecture in Go's word; `/info` has the kernel's ("x86_64")."""
    said = str(info["Architecture"])
    return _GO_ARCHITECTURES.get(said, said)


def image_folder(info: Mapping[str, Any]) -> Path:
    """Where images lie, as the engine sees it."""
    root = Path(info["DockerRootDir"])
    own = root / "containerd"  # where the engine started containerd itself
    return _CONTAINERD if in_containerd(info) and not own.is_dir() and _CONTAINERD.is_dir() else root


def in_containerd(info: Mapping[str, Any]) -> bool:
    """Whether the engine has containerd keep its images."""
    return any(_IN_CONTAINERD in word for pair in info.get("DriverStatus") or () for word in pair)


def disk_of(folder: Path) -> ImageDisk:
    """The file system of a folder. What it sets aside for root is neither free nor there, as `df` counts it."""
    seen = os.statvfs(folder)
    total = seen.f_blocks - seen.f_bfree + seen.f_bavail
    return ImageDisk(total * seen.f_frsize, seen.f_bavail * seen.f_frsize)


def listed_image(entry: Mapping[str, Any]) -> LocalImage:
    """An image as the engine's list has it."""
    return _image(entry, int(entry["Created"]) * 1000, None)


def local_image(inspect: Mapping[str, Any]) -> LocalImage:
    """An inspected image."""
    told = inspect.get("Config") or {}
    config = ImageConfig(
        architecture=inspect.get("Architecture") or "",
        os=inspect.get("Os") or "linux",
        variant=inspect.get("Variant") or "",
        environment=dict(_variable(line) for line in told.get("Env") or ()),
        labels=told.get("Labels") or {},
        diff_ids=tuple((inspect.get("RootFS") or {}).get("Layers") or ()),
    )
    created = inspect.get("Created")  # a builder may leave it out
    return _image(inspect, (to_ms(created) if created else None) or 0, config)


def _image(entry: Mapping[str, Any], created_at: int, config: ImageConfig | None) -> LocalImage:
    named = {name: origin(name) for name in _familiar(entry.get("RepoTags"))}
    pulled = _familiar(entry.get("RepoDigests"))
    return LocalImage(
        id=entry["Id"],
        names=tuple(name for name, fetched_from in named.items() if fetched_from is None),
        digests=tuple(dict.fromkeys((*pulled, *(digest for digest in named.values() if digest)))),
        size_bytes=int(entry["Size"]),
        created_at=created_at,
        config=config,
    )


def _familiar(names: Sequence[str] | None) -> tuple[str, ...]:
    """Without the `<none>:<none>` that stands for an image without a name."""
    return tuple(_one_familiar(name) for name in names or () if "<none>" not in name)


def _one_familiar(name: str) -> str:
    try:
        return str(parse_reference(name))
    except PaiError:  # a name that older engines accepted
        return name


def _variable(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    return name, value
