"""What an image needs of a GPU machine: from the catalogue, else from what the image says of itself. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from openpai.errors import Problem
from openpai.images.cuda.requirement import Requirement, Version, read_requirements, read_version
from openpai.images.cuda.tables import driver_for, major_minor
from openpai.images.facts import ImageConfig

_VERSION_LABELS = ("com.nvidia.cuda.version", "com.nvidia.cuda_version")
_DRIVER_LABELS = (
    "com.nvidia.volumes.needed",
)  # of images for nvidia-docker 1: they need a driver, and say no more
_COMPAT = re.compile(r"cuda-compat-([0-9]+)-([0-9]+)")


@dataclass(frozen=True, slots=True)
class Needs:
    """What an image needs.

    `cuda`: its CUDA version ("12.4"), None where it only says that it wants a GPU; `at_least`: it may be newer than
    that. `min_driver`: the driver for it, None where `requirements` say that. `requirements`: what NVIDIA's
    container tools check before they start it. `compat`: the CUDA version of the compatibility package in it.
    `problems`: what of its words cannot be read.
    """

    cuda: str | None = None
    at_least: bool = False
    min_driver: str | None = None
    requirements: tuple[Requirement, ...] = ()
    compat: str | None = None
    problems: tuple[Problem, ...] = ()


def needs_of(
    config: ImageConfig | None, cuda: str | None = None, min_driver: str | None = None
) -> Needs | None:
    """What an image needs; `cuda` and `min_driver` are the catalogue's, which knows better than the image.

    None where nobody says anything of CUDA: a CPU image, or one whose author left it out.
    """
    environment = config.environment if config else {}
    labels = config.labels if config else {}
    if cuda or min_driver:
        version = major_minor(cuda or "")
        driver = min_driver or driver_for(cuda or "")
        return Needs(version, min_driver=driver, compat=_compat(environment, version))
    requirements, problems = read_requirements(environment)
    said, unreadable = _version_said(environment, labels)
    demanded = _cuda_demanded(requirements)
    compat = _compat(environment, said or demanded)
    speaks = (
        said or requirements or problems or unreadable or compat or any(labels.get(n) for n in _DRIVER_LABELS)
    )
    if not speaks:
        return None
    is_demanded = demanded is not None and (said is None or _key(said) <= _key(demanded))
    return Needs(
        cuda=said or demanded or compat,
        at_least=said is None,
        min_driver=None if is_demanded else driver_for(said or compat or ""),
        requirements=requirements,
        compat=compat,
        problems=problems + unreadable,
    )


def _version_said(
    environment: Mapping[str, str], labels: Mapping[str, str]
) -> tuple[str | None, tuple[Problem, ...]]:
    """The CUDA version that the image names, and the problem where the name is no version."""
    unreadable: tuple[Problem, ...] = ()
    candidates = [("CUDA_VERSION", environment), *((name, labels) for name in _VERSION_LABELS)]
    for name, place in candidates:
        text = place.get(name, "")
        numbers = re.match(r"v?([0-9]+(?:\.[0-9]+)*)", text)
        if numbers and (version := major_minor(numbers[1])):
            return version, unreadable
        if text:
            unreadable += (Problem("CudaVersionUnreadable", {"variable": name, "text": text[:200]}),)
    return None, unreadable


def _cuda_demanded(requirements: tuple[Requirement, ...]) -> str | None:
    """The highest CUDA version that a requirement asks the driver for."""
    demanded = [
        demand.value
        for requirement in requirements
        for alternative in requirement.alternatives
        for demand in alternative
        if demand.property == "cuda" and demand.operator in (">=", ">", "=")
    ]
    return major_minor(max(demanded, key=_key)) if demanded else None


def _compat(environment: Mapping[str, str], cuda: str | None) -> str | None:
    package = _COMPAT.match(environment.get("NV_CUDA_COMPAT_PACKAGE", ""))
    if package:
        return f"{package[1]}.{package[2]}"
    return cuda if "_CUDA_COMPAT_PATH" in environment else None  # as NVIDIA's framework images say it


def _key(version: str) -> Version:
    return read_version(version) or ()
