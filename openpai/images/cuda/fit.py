"""Whether an image runs on the machines that there are, and if not, why not: numbers, not guesses. Pure.

Only for tasks with GPUs: without one, whatever CUDA an image holds is never used.

What cannot run is told from what may not run. A driver that is too old, or a GPU whose kernels the CUDA version no
longer makes, fails in every program. A GPU that is newer than the CUDA version has no ready-made kernels in it, but
a program that brings PTX has the driver compile them: that is a warning.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openpai.errors import Params, Problem
from openpai.images.cuda.machine import Gpu, Machine
from openpai.images.cuda.needs import Needs
from openpai.images.cuda.requirement import Demand, Properties, Requirement, Version, read_version, unmet
from openpai.images.cuda.tables import (
    Generation,
    brand_of,
    cuda_of,
    generation_of,
    is_forward_compatible,
    release_driver,
)

_LONGEST_LIST = 8  # machines named in one text
_BRIEF: Mapping[str, str] = {  # of each refusal, in no language
    "NoNvidiaGpu": "{machine}: 0 NVIDIA GPU",
    "NoNvidiaDriver": "{machine}: NVIDIA driver = none",
    "DriverTooOld": "{machine}: driver {driver} < {needed}",
    "GpuTooOld": "{machine}: {gpu} ({generation}), CUDA {cuda} > {last}",
    "CudaRequirementUnmet": "{machine}: {property} {there}, {demand}",
}


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether an image runs on one machine. `code` says why not, or what may go wrong; "" where all is well."""

    machine: str
    ok: bool
    code: str = ""
    params: Params = field(default_factory=dict)

    @property
    def problem(self) -> Problem | None:
        return Problem(self.code, self.params) if self.code else None

    @property
    def brief(self) -> str:
        """Why not, in a few words of no language: "gpu-2: driver 470.57 < 525.60.13"; "" where it runs."""
        return "" if self.ok else _BRIEF[self.code].format_map(self.params)


@dataclass(frozen=True, slots=True)
class Preflight:
    """Whether an image runs anywhere. `refusal`: nowhere, and why; `nodes`: where it does, None for anywhere."""

    fits: tuple[Fit, ...] = ()
    refusal: Problem | None = None
    warnings: tuple[Problem, ...] = ()
    nodes: frozenset[str] | None = None


def preflight(image: str, needs: Needs | None, machines: Iterable[Machine], gpu: int) -> Preflight:
    """Where tasks of `gpu` GPUs with this image can run. Without GPUs, needs or known machines: anywhere."""
    fits = tuple(fit(needs, machine, gpu) for machine in machines)
    if needs is None or gpu <= 0 or not fits:
        return Preflight(fits)
    nodes = frozenset(one.machine for one in fits if one.ok)
    if not nodes:
        return Preflight(fits, _refusal(image, fits), needs.problems, nodes)
    warnings = needs.problems + tuple(one.problem for one in fits if one.ok and one.problem)
    refused = [one for one in fits if not one.ok and one.code != "NoNvidiaGpu"]
    if refused:
        some = _told_of(refused, "ImageFitsSomeNodes", image, len(nodes), len(nodes) + len(refused))
        warnings = (some, *warnings)
    return Preflight(fits, None, warnings, None if len(nodes) == len(fits) else nodes)


def fit(needs: Needs | None, machine: Machine, gpu: int = 1) -> Fit:
    """Whether an image with these needs runs on a machine, in a task of `gpu` GPUs.

    A task may get any of the machine's GPUs: the one that suits least decides. One that never answered is left out.
    """
    if needs is None or gpu <= 0:
        return Fit(machine.name, True)
    if not machine.gpus:
        return Fit(machine.name, False, "NoNvidiaGpu", {"machine": machine.name})
    if machine.driver is None:
        return Fit(machine.name, False, "NoNvidiaDriver", {"machine": machine.name})
    kinds = {(gpu.model, gpu.compute_capability): gpu for gpu in machine.gpus if gpu.uuid}
    fits = [_fit_gpu(needs, machine, machine.driver, gpu) for gpu in kinds.values()]
    return min(fits, key=lambda one: (one.ok, not one.code), default=Fit(machine.name, True))


def _fit_gpu(needs: Needs, machine: Machine, driver: str, gpu: Gpu) -> Fit:
    generation = generation_of(gpu.compute_capability)
    refused = (
        _gpu_too_old(needs, gpu, generation)
        or _requirement_unmet(needs.requirements, driver, gpu)
        or _driver_too_old(needs, driver, gpu)
    )
    if refused:
        code, params = refused
        return Fit(machine.name, False, code, {"machine": machine.name, **params})
    if generation and needs.cuda and not needs.at_least and _key(needs.cuda) < _key(generation.first):
        params = {
            **_told(gpu, generation),
            "machine": machine.name,
            "cuda": needs.cuda,
            "first": generation.first,
        }
        return Fit(machine.name, True, "GpuNewerThanCuda", params)
    return Fit(machine.name, True)


_Refused = tuple[str, Params] | None


def _gpu_too_old(needs: Needs, gpu: Gpu, generation: Generation | None) -> _Refused:
    """A CUDA version makes no kernels for a generation that it dropped, and newer PTX does not compile for it."""
    if generation is None or generation.last is None or needs.cuda is None:
        return None
    if _key(needs.cuda) <= _key(generation.last):
        return None
    return "GpuTooOld", {**_told(gpu, generation), "cuda": needs.cuda, "last": generation.last}


def _requirement_unmet(requirements: Iterable[Requirement], driver: str, gpu: Gpu) -> _Refused:
    cuda = cuda_of(driver)
    brand = brand_of(gpu.model)
    there = {"cuda": cuda or "", "driver": driver, "arch": _dotted(gpu.compute_capability), "brand": brand}
    properties = Properties(
        cuda=read_version(cuda) if cuda else None,
        driver=read_version(driver),
        arch=read_version(there["arch"]),
        brand=brand,
    )
    for requirement in requirements:
        if demand := unmet(requirement, properties):
            return _told_unmet(requirement.variable, demand, there)
    return None


def _told_unmet(variable: str, demand: Demand, there: Mapping[str, str]) -> tuple[str, Params]:
    """A driver that is too old is told as that, whatever words ask for a newer one."""
    told = {"variable": variable, "demand": str(demand)}
    needed = {"cuda": release_driver(demand.value), "driver": demand.value}.get(demand.property)
    if needed and demand.operator in (">=", ">"):
        return "DriverTooOld", {
            "driver": there["driver"],
            "needed": needed,
            "demand": f"{variable}: {demand}",
        }
    return "CudaRequirementUnmet", {**told, "property": demand.property, "there": there[demand.property]}


def _driver_too_old(needs: Needs, driver: str, gpu: Gpu) -> _Refused:
    there, needed = read_version(driver), read_version(needs.min_driver or "")
    if needs.min_driver is None or there is None or needed is None or there >= needed:
        return None
    if needs.compat and is_forward_compatible(needs.compat, driver, brand_of(gpu.model)):
        return None
    demand = f"CUDA {needs.cuda}" if needs.cuda else f"driver>={needs.min_driver}"
    return "DriverTooOld", {"driver": driver, "needed": needs.min_driver, "demand": demand}


def _refusal(image: str, fits: tuple[Fit, ...]) -> Problem | None:
    if len(fits) == 1:
        return fits[0].problem
    return _told_of(fits, "ImageFitsNoNode", image, 0, len(fits))


def _told_of(refused: Iterable[Fit], code: str, image: str, fitting: int, total: int) -> Problem:
    reasons = [one.brief for one in refused]
    if len(reasons) > _LONGEST_LIST:
        reasons[_LONGEST_LIST:] = ["…"]
    return Problem(code, {"image": image, "fitting": fitting, "total": total, "reasons": "; ".join(reasons)})


def _told(gpu: Gpu, generation: Generation) -> dict[str, str]:
    return {"gpu": gpu.model, "capability": _dotted(gpu.compute_capability), "generation": generation.name}


def _dotted(capability: tuple[int, int]) -> str:
    return f"{capability[0]}.{capability[1]}"


def _key(version: str) -> Version:
    return read_version(version) or ()
