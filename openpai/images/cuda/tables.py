"""Which driver and which GPUs a CUDA version needs: questions to NVIDIA's tables in `tables.toml`. Pure."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NotRequired, TypedDict

from openpai.images.cuda.requirement import Version, read_version


@dataclass(frozen=True, slots=True)
class Generation:
    """A GPU generation: its name, the first CUDA version whose kernels run on it, the last that makes any."""

    name: str
    first: str
    last: str | None


class _Row(TypedDict):
    name: str
    capabilities: Mapping[str, str]
    last: NotRequired[str]


@dataclass(frozen=True, slots=True)
class _Tables:
    releases: Mapping[str, str]  # CUDA version → the driver that came with it
    knows: Sequence[tuple[int, str]]  # driver branch → the newest CUDA version that it knows, ascending
    minor_version: Mapping[int, str]  # CUDA's major version → the driver that is enough
    branches: Mapping[
        str, tuple[int, ...]
    ]  # CUDA version → driver branches that cuda-compat works with, ascending
    brands: frozenset[str]
    generations: Mapping[tuple[int, int], Generation]


def driver_for(cuda: str) -> str | None:
    """The oldest driver that runs a CUDA version ("12.4" or "12.4.1"), without a compatibility package; None where
    the tables do not know.

    >>> driver_for("10.0"), driver_for("10.1"), driver_for("12.4")
    ('410.48', '418.39', '525.60.13')
    """
    version = read_version(cuda)
    if not version:
        return None
    own = release_driver(cuda)
    shared = _tables().minor_version.get(version[0])
    return min((driver for driver in (own, shared) if driver), key=_key, default=None)


def release_driver(cuda: str) -> str | None:
    """The driver that came with a CUDA version: all that it can do, it can do with this one."""
    return _tables().releases.get(major_minor(cuda) or "")


def cuda_of(driver: str) -> str | None:
    """The newest CUDA version that a driver knows: "0" for one older than the tables, None for one that is newer
    or unreadable.

    >>> cuda_of("470.57.02"), cuda_of("9999.1")
    ('11.4', None)
    """
    branch, known = _branch(driver), _tables().knows
    if branch is None or branch > known[-1][0]:
        return None
    return next((cuda for its, cuda in reversed(known) if its <= branch), "0")


def is_forward_compatible(cuda: str, driver: str, brand: str) -> bool:
    """Whether the package cuda-compat of that CUDA version lets it run on this older driver and kind of GPU."""
    version = _key(cuda)
    rows = [(_key(row), branches) for row, branches in _tables().branches.items()]
    before = [branches for row, branches in rows if row[:1] == version[:1] and row <= version[:2]]
    return bool(before) and _branch(driver) in before[-1] and brand in _tables().brands


def generation_of(capability: tuple[int, int]) -> Generation | None:
    """The generation of a compute capability; None for one that the tables do not know."""
    return _tables().generations.get(capability)


def brand_of(model: str) -> str:
    """What NVIDIA's tools call the brand, from a GPU's name: "Tesla V100" → "tesla", "NVIDIA H100" → "nvidia"."""
    bare = model.lower().removeprefix("nvidia ")
    brand = next((brand for start, brand in _BRANDS.items() if bare.startswith(start)), None)
    return brand or ("nvidia" if bare != model.lower() else "unknown")


def major_minor(cuda: str) -> str | None:
    """ "12.4" of "12.4.1"; None where it is no version."""
    version = read_version(cuda)
    return f"{version[0]}.{version[1] if len(version) > 1 else 0}" if version else None


_BRANDS = {
    "tesla": "tesla",
    "geforce": "geforce",
    "titan": "titan",
    "quadro rtx": "quadrortx",
    "quadro": "quadro",
    "rtx": "nvidiartx",
    "nvs": "nvs",
    "grid": "grid",
}


def _key(version: str) -> Version:
    return read_version(version) or ()


def _branch(driver: str) -> int | None:
    version = read_version(driver)
    return version[0] if version else None


@cache
def _tables() -> _Tables:
    data = tomllib.loads(files("openpai.images.cuda").joinpath("tables.toml").read_text("utf-8"))
    compatibility = data["forward_compatibility"]
    return _Tables(
        releases=data["releases"],
        knows=sorted((int(driver.partition(".")[0]), cuda) for cuda, driver in data["releases"].items()),
        minor_version={int(major): driver for major, driver in data["minor_version"].items()},
        branches={cuda: tuple(branches) for cuda, branches in compatibility["branches"].items()},
        brands=frozenset(compatibility["brands"]),
        generations=_generations(data["generations"]),
    )


def _generations(rows: Sequence[_Row]) -> dict[tuple[int, int], Generation]:
    """A kernel for compute capability 8.0 runs on 8.6 and 8.9 too: the oldest CUDA of the same major counts."""
    makes = {_capability(text): cuda for row in rows for text, cuda in row["capabilities"].items()}
    generations = {}
    for row in rows:
        for text in row["capabilities"]:
            major, minor = _capability(text)
            runs = [cuda for (its, lower), cuda in makes.items() if its == major and lower <= minor]
            generations[major, minor] = Generation(row["name"], min(runs, key=_key), row.get("last"))
    return generations


def _capability(text: str) -> tuple[int, int]:
    major, minor = text.split(".")
    return int(major), int(minor)
