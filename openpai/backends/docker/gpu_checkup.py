"""Whether jobs can have the GPUs of a machine, from the driver up to the images. Pure; `doctor` asks it."""

from collections.abc import Iterable, Iterator, Sequence

from openpai.backends.docker.gpus.access import Way
from openpai.backends.docker.gpus.finder import Found
from openpai.backends.docker.health import Finding
from openpai.errors import Params
from openpai.images.catalogue.entries import CatalogueImage
from openpai.images.cuda.fit import fit
from openpai.images.cuda.machine import NO_WAY_INTO_CONTAINERS, Machine
from openpai.images.cuda.needs import needs_of
from openpai.images.cuda.requirement import read_version
from openpai.images.cuda.tables import cuda_of

_WAYS = {Way.CDI: "CDI", Way.RUNTIME: "NVIDIA Container Runtime"}


def gpu_findings(cards: int, found: Found, way: Way, images: Iterable[CatalogueImage]) -> Iterator[Finding]:
    """`cards`: NVIDIA's GPUs on the PCI bus of the machine; `found`: what the driver says; `way`: how the engine gives
    all of them to a container; `images`: those that jobs may want to run."""
    if found.described:
        yield Finding("gpus", "warn", "GpusDescribed", {"count": len(found.gpus)})
        return
    if found.failure:
        yield Finding("gpus", "fail", "GpuDriverSilent", {"detail": found.failure})
    elif found.driver is None and cards:
        yield Finding("gpus", "fail", "GpuDriverMissing", {"count": cards})
    elif found.driver is None:
        yield Finding("gpus", "ok", "NoGpuHere")
    if found.driver is None:
        return
    yield _driver(cards, found, found.driver)
    yield from _bad(found)
    yield from _ways(found, way)
    if found.sleeping:
        sleeping = ", ".join(map(str, sorted(found.sleeping)))
        yield Finding("gpus", "warn", "GpuPersistenceOff", {"gpus": sleeping})
    yield from _images(found, found.driver, list(images))


def _driver(cards: int, found: Found, driver: str) -> Finding:
    models = list(dict.fromkeys(gpu.model for gpu in found.gpus if gpu.model))
    has: Params = {
        "driver": driver,
        "cuda": cuda_of(driver) or "?",
        "count": len(found.gpus),
        "models": ", ".join(models),
    }
    if cards > len(found.gpus):
        return Finding("gpus", "fail", "GpusMissing", {**has, "cards": cards})
    return Finding("gpus", "ok", "GpuDriverOk", has)


def _bad(found: Found) -> Iterator[Finding]:
    for gpu in found.gpus:
        if gpu.bad and gpu.bad.code not in NO_WAY_INTO_CONTAINERS:
            held = gpu.bad.code == "GpuHeld"
            yield Finding("gpus", "warn" if held else "fail", gpu.bad.code, gpu.bad.params)


def _ways(found: Found, way: Way) -> Iterator[Finding]:
    """One finding for all GPUs: they fail for the same reason."""
    missing = [gpu.bad for gpu in found.gpus if gpu.bad and gpu.bad.code in NO_WAY_INTO_CONTAINERS]
    if missing:
        yield Finding("gpus in containers", "fail", missing[0].code, missing[0].params)
    elif found.gpus:
        yield Finding("gpus in containers", "ok", "GpuWayOk", {"way": _WAYS[way]})


def _images(found: Found, driver: str, images: Sequence[CatalogueImage]) -> Iterator[Finding]:
    machine = Machine("", "", driver, tuple(gpu for gpu in found.gpus if gpu.model))
    wanting = [image for image in images if image.kind == "gpu"]
    fits = [fit(needs_of(None, image.cuda, image.min_driver), machine) for image in wanting]
    needed = [str(each.params["needed"]) for each in fits if each.code == "DriverTooOld"]
    if needed and machine.gpus:
        newest = max(needed, key=lambda version: read_version(version) or ())
        has: Params = {"driver": driver, "count": len(needed), "total": len(wanting), "needed": newest}
        yield Finding("gpus", "warn", "DriverBehindImages", has)
