"""What an image demands of the machine that runs it: the grammar of `NVIDIA_REQUIRE_*`. Pure.

As libnvidia-container and the NVIDIA Container Toolkit read it, which refuse to start a container whose demands are
not met: alternatives are separated by spaces, what one alternative demands together by commas, and every variable
must be satisfied. `cuda>=12.4 brand=tesla,driver>=535,driver<536` is "a driver for CUDA 12.4, or driver 535 with a
Tesla". `NVIDIA_DISABLE_REQUIRE=true` turns all of it off. An image with `CUDA_VERSION` and without
`NVIDIA_REQUIRE_CUDA` counts as if it demanded that CUDA.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, cast

from openpai.errors import Problem

Property = Literal["cuda", "driver", "arch", "brand"]
Version = tuple[int, ...]

_PREFIX = "NVIDIA_REQUIRE_"
_ELSEWHERE = "NVIDIA_REQUIRE_JETPACK"  # other rules, for other machines
_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_DEMAND = re.compile(r"([a-z]+)(>=|<=|!=|=|<|>)([^<>=!]+)", re.IGNORECASE)
_VERSION = re.compile(r"[0-9]{1,9}(\.+[0-9]{1,9})*\.*")
_PROPERTIES = frozenset({"cuda", "driver", "arch", "brand"})


@dataclass(frozen=True, slots=True)
class Demand:
    """One comparison, such as `driver>=535`."""

    property: Property
    operator: str
    value: str

    def __str__(self) -> str:
        return f"{self.property}{self.operator}{self.value}"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one variable demands: all demands of at least one alternative. None at all: it demands nothing."""

    variable: str
    alternatives: tuple[tuple[Demand, ...], ...]


@dataclass(frozen=True, slots=True)
class Properties:
    """What demands are compared with; None is not known, and meets every demand, as with NVIDIA's own tools."""

    cuda: Version | None
    driver: Version | None
    arch: Version | None
    brand: str | None


def read_requirements(
    environment: Mapping[str, str],
) -> tuple[tuple[Requirement, ...], tuple[Problem, ...]]:
    """What an image's environment demands, and what of it cannot be read (CudaRequirementUnreadable): left out."""
    requirements: list[Requirement] = []
    problems: list[Problem] = []
    if environment.get("NVIDIA_DISABLE_REQUIRE") in _TRUE:
        return (), ()
    for variable, text in sorted(_demanding(environment).items()):
        try:
            requirements.append(Requirement(variable, _alternatives(text)))
        except ValueError as error:
            params = {"variable": variable, "text": text[:200], "part": str(error)[:200]}
            problems.append(Problem("CudaRequirementUnreadable", params))
    return tuple(requirements), tuple(problems)


def unmet(requirement: Requirement, properties: Properties) -> Demand | None:
    """The first demand of the first alternative that is not met; None where the requirement is satisfied."""
    first: Demand | None = None
    for alternative in requirement.alternatives:
        missing = next((demand for demand in alternative if not _is_met(demand, properties)), None)
        if missing is None:
            return None
        first = first or missing
    return first


def read_version(text: str) -> Version | None:
    """Numbers between dots, zeros at the end left out, so that 12.0 is 12; None where it is not a version.

    >>> read_version("470.57.02"), read_version("12.0"), read_version("cu118")
    ((470, 57, 2), (12,), None)
    """
    if not _VERSION.fullmatch(text):
        return None
    numbers = [int(number) for number in re.findall(r"[0-9]+", text)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _demanding(environment: Mapping[str, str]) -> dict[str, str]:
    demanding = {
        name: text
        for name, text in environment.items()
        if name.startswith(_PREFIX) and not name.startswith(_ELSEWHERE)
    }
    version = re.match(r"v?([0-9]{1,9}(?:\.[0-9]{1,9})?)(?![0-9])", environment.get("CUDA_VERSION", ""))
    if version and not environment.get(f"{_PREFIX}CUDA"):
        demanding["CUDA_VERSION"] = f"cuda>={version[1]}"
    return demanding


def _alternatives(text: str) -> tuple[tuple[Demand, ...], ...]:
    """Raises ValueError with the part that is no demand."""
    return tuple(
        tuple(_demand(part) for part in alternative.split(",") if part)
        for alternative in text.split(" ")
        if alternative.strip(",")
    )


def _demand(text: str) -> Demand:
    match = _DEMAND.fullmatch(text)
    if match is None or match[1].lower() not in _PROPERTIES:
        raise ValueError(text)
    name, operator, value = cast(Property, match[1].lower()), match[2], match[3]
    can_compare = operator in ("=", "!=") if name == "brand" else read_version(value) is not None
    if not can_compare:
        raise ValueError(text)
    return Demand(name, operator, value)


def _is_met(demand: Demand, properties: Properties) -> bool:
    if demand.property == "brand":
        return properties.brand is None or (properties.brand == demand.value.lower()) == (
            demand.operator == "="
        )
    there: Version | None = getattr(properties, demand.property)
    wanted = read_version(demand.value)
    return there is None or wanted is None or _compare(there, demand.operator, wanted)


def _compare(left: Version, operator: str, right: Version) -> bool:
    sign = next((a - b for a, b in zip_longest(left, right, fillvalue=0) if a != b), 0)
    match operator:
        case "=":
            return sign == 0
        case "!=":
            return sign != 0
        case ">=":
            return sign >= 0
        case "<=":
            return sign <= 0
        case ">":
            return sign > 0
        case _:
            return sign < 0
