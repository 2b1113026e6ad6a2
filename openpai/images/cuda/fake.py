"""Described GPUs: from a line such as `4xV100-SXM2-32GB,2xT4,driver=535.104.05` to GPUs that are not there. Pure.

COUNTxMODEL             so many GPUs of a model; the count may be left out; several follow one another
driver=VERSION          NVIDIA's driver that would be there
socket=N, switch=N, nvlink=N   so many GPUs, one after the other, share that
bad=N, lost=N, held=N   the GPUs of these numbers (`1+3`, from 0 on) have memory errors, are lost, are in use by others
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from openpai.errors import Problem, fail
from openpai.images.cuda.machine import Gpu, GpuLevel, GpuProcess, Machine, held_by
from openpai.images.cuda.requirement import read_version

DEFAULT_DRIVER = "580.65.06"

_FAKE = "GPU-FAKE"
_MOST = 256
_COUNTED = re.compile(r"(\d+)[x×*](?=.)")
_MAKER = re.compile(r"^((nvidia|tesla|geforce)\W+)+")
_LEVELS = ("socket", "bridge", "switches", "switch", "nvlink")
_STRANGER = GpuProcess(4194304, "somebody")  # a number that no process of Linux has


@dataclass(frozen=True, slots=True)
class FakeGpus:
    """What a description says is there."""

    driver: str
    gpus: tuple[Gpu, ...]
    levels: tuple[GpuLevel, ...] = ()

    def machine(self, name: str, architecture: str, number: int = 0) -> Machine:
        """A machine with these GPUs; `number` tells its GPUs from those of other machines."""
        gpus = tuple(
            replace(gpu, uuid=f"{_FAKE}{number:04d}{gpu.uuid[len(_FAKE) + 4 :]}") for gpu in self.gpus
        )
        return Machine(name, architecture, self.driver, gpus, described=True, levels=self.levels)


@dataclass(slots=True)
class _Read:
    models: list[str] = field(default_factory=list)
    driver: str = DEFAULT_DRIVER
    sizes: dict[str, int] = field(default_factory=dict)
    marked: dict[int, str] = field(default_factory=dict)


def read_fake_gpus(text: str) -> FakeGpus:
    """The GPUs of a description. Raises FakeGpusPart, FakeGpuModel, FakeGpuNumber, FakeGpuGroups."""
    read = _Read()
    for part in text.split(","):
        name, equals, value = part.strip().partition("=")
        if equals:
            _option(read, part.strip(), name, value)
        else:
            _models(read, part.strip())
    if not 0 < len(read.models) <= _MOST:
        raise fail("FakeGpusPart", part=text)
    for place in read.marked:
        if place >= len(read.models):
            raise fail("FakeGpuNumber", number=place, count=len(read.models))
    gpus = tuple(_gpu(place, model, read.marked.get(place)) for place, model in enumerate(read.models))
    return FakeGpus(read.driver, gpus, tuple(_levels(read.sizes, len(gpus))))


def is_fake(uuid: str) -> bool:
    """Whether a GPU's UUID is one of a description."""
    return uuid.startswith(_FAKE)


def _models(read: _Read, part: str) -> None:
    counted = _COUNTED.match(part)
    count = int(counted[1]) if counted else 1
    model = _model(part[counted.end() :] if counted else part)
    if not 0 < count <= _MOST:
        raise fail("FakeGpusPart", part=part)
    read.models += [model] * count


def _model(name: str) -> str:
    """The model of this name, or the first whose name begins with its words."""
    wanted = _words(name)
    for model in _table():
        if "".join(_words(model)) == "".join(wanted):
            return model
    for model in _table():
        if wanted and _words(model)[: len(wanted)] == wanted:
            return model
    raise fail("FakeGpuModel", model=name, known=", ".join(_table()))


def _option(read: _Read, part: str, name: str, value: str) -> None:
    if name == "driver" and read_version(value):
        read.driver = value
    elif name in _LEVELS and value.isdecimal():
        read.sizes[name] = int(value)
    elif name in _PROBLEMS and re.fullmatch(r"\d+(\+\d+)*", value):
        read.marked |= {int(place): name for place in value.split("+")}
    else:
        raise fail("FakeGpusPart", part=part)


def _levels(sizes: Mapping[str, int], count: int) -> Iterator[GpuLevel]:
    inside = count
    for name, size in sorted(sizes.items(), key=lambda one: -one[1]):
        if not 0 < size < inside or inside % size:
            raise fail("FakeGpuGroups", level=name, size=size, count=inside)
        yield GpuLevel(name, tuple(tuple(range(at, at + size)) for at in range(0, count, size)))
        inside = size


def _gpu(place: int, model: str, mark: str | None) -> Gpu:
    capability, memory_mb = _table()[model]
    gpu = Gpu(model, f"{_FAKE}0000-0000-0000-0000-{place:012d}", capability, memory_mb)
    if mark is None:
        return gpu
    held = (_STRANGER,) if mark == "held" else ()
    return replace(gpu, bad=_PROBLEMS[mark](place), processes=held)


_PROBLEMS: Mapping[str, Callable[[int], Problem]] = {
    "bad": lambda place: Problem("GpuMemoryErrors", {"gpu": place, "count": 1}),
    "lost": lambda place: Problem("GpuLost", {"gpu": place}),
    "held": lambda place: held_by(place, (_STRANGER,)),
}


def _words(name: str) -> list[str]:
    """A model's name as it is compared: without its maker, case, and what is between the words."""
    return re.findall(r"[a-z0-9]+", _MAKER.sub("", name.lower()))


@cache
def _table() -> Mapping[str, tuple[tuple[int, int], int]]:
    """Model → compute capability, memory in MiB."""
    rows = tomllib.loads(files(__package__).joinpath("models.toml").read_text("utf-8"))["models"]
    return {name: (_capability(dotted), memory_mb) for name, dotted, memory_mb in rows}


def _capability(dotted: str) -> tuple[int, int]:
    major, minor = dotted.split(".")
    return int(major), int(minor)
