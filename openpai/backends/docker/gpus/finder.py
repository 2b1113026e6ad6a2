"""The GPUs and the driver of the engine's machine as they are now, at most a few seconds ago."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import structlog

from openpai.backends.docker.gpus.access import Way, no_way_to, way_for, ways
from openpai.backends.docker.gpus.health import problem_of
from openpai.backends.docker.gpus.nearness import levels
from openpai.backends.docker.gpus.owners import strangers
from openpai.backends.docker.gpus.probe import Look, Probe
from openpai.errors import Problem
from openpai.images.cuda.fake import FakeGpus
from openpai.images.cuda.machine import Gpu, GpuLevel

log = structlog.get_logger()

RECENT_S = 3.0
_NO_GPUS_FOR_S = 60.0
_PATIENCE_S = 10.0
"""Then the driver counts as silent: a healthy one answers in milliseconds, one that sleeps in seconds."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Found:
    """The driver's version (None where there is none), and the GPUs by their places. `failure`: NVML is there and does
    not answer: its words. `sleeping`: places of those whose persistence mode is off."""

    driver: str | None = None
    gpus: tuple[Gpu, ...] = ()
    levels: tuple[GpuLevel, ...] = ()
    described: bool = False
    failure: str = ""
    sleeping: frozenset[int] = frozenset()


class Gpus(Protocol):
    """Where GPUs come from. `info` is what the engine says of itself."""

    async def find(self, info: Mapping[str, Any]) -> Found:
        """What there is."""

    async def way(self, gpus: tuple[str, ...], info: Mapping[str, Any]) -> Way:
        """How a container gets the GPUs of these UUIDs."""


class FixedGpus:
    """Those of a description, which are not there; none where there is no description."""

    def __init__(self, fake: FakeGpus | None = None) -> None:
        self._found = Found(fake.driver, fake.gpus, fake.levels, described=True) if fake else Found()

    async def find(self, info: Mapping[str, Any]) -> Found:
        return self._found

    async def way(self, gpus: tuple[str, ...], info: Mapping[str, Any]) -> Way:
        return Way.DESCRIBED


class MachineGpus:
    """Those of this machine. `containers` gives the ids of our containers that run: whoever else holds a GPU is a
    stranger, and it is not free."""

    def __init__(self, containers: Callable[[], Awaitable[frozenset[str]]]) -> None:
        self._containers = containers
        self._probe = Probe()
        self._one_at_a_time = asyncio.Lock()
        self._looking: asyncio.Future[Look] | None = None
        self._last = Found()
        self._until = 0.0
        self._unseen: frozenset[int] = frozenset()

    async def find(self, info: Mapping[str, Any]) -> Found:
        async with self._one_at_a_time:
            now = asyncio.get_running_loop().time()
            if now >= self._until:
                found = await self._find(info)
                _tell(self._last, found)
                self._last = found
                self._until = now + (RECENT_S if found.gpus or found.failure else _NO_GPUS_FOR_S)
            return self._last

    async def way(self, gpus: tuple[str, ...], info: Mapping[str, Any]) -> Way:
        names, _ = await asyncio.to_thread(ways, info)
        return way_for(gpus, names)

    async def _find(self, info: Mapping[str, Any]) -> Found:
        look = await self._look()
        if look is None:
            words = f"no answer within {_PATIENCE_S:g} s"
            silent = (
                replace(gpu, bad=Problem("GpuSilent", {"gpu": place, "detail": words}))
                for place, gpu in enumerate(self._last.gpus)
            )
            return replace(self._last, gpus=tuple(silent), failure=words)
        # After the look, so that none is missed which began before it.
        ours = await self._containers() if look.holders else frozenset()
        names, runtime = await asyncio.to_thread(ways, info) if look.cards else (frozenset(), False)
        gpus = []
        for place, (card, reading) in enumerate(zip(look.cards, look.readings, strict=True)):
            others = strangers((look.holders[pid] for pid in reading.holders), ours, self._unseen)
            bad = problem_of(place, reading, others) or no_way_to(card.uuid, names, runtime)
            gpus.append(Gpu(card.model, card.uuid, card.compute_capability, card.memory_mb, bad, others))
        self._unseen = frozenset(pid for pid, each in look.holders.items() if not each.seen)
        near = levels(look.nearness)
        return Found(look.driver, tuple(gpus), near, failure=look.failure, sleeping=look.sleeping)

    async def _look(self) -> Look | None:
        """None while the driver does not answer; the same look is then waited for, without patience."""
        patience = _PATIENCE_S if self._looking is None else 0
        looking = self._looking = self._looking or _apart(self._probe.look)
        await asyncio.wait({looking}, timeout=patience)
        if not looking.done():
            return None
        self._looking = None
        return looking.result()


def _tell(before: Found, now: Found) -> None:
    """Into the log, what became of a GPU since the last look."""
    if now.failure and now.failure != before.failure:
        log.warning("the driver of the gpus does not answer", detail=now.failure)
    for place, gpu in enumerate(now.gpus):
        old = before.gpus[place].bad if place < len(before.gpus) else None
        if gpu.bad and gpu.bad != old:
            log.warning(
                "gpu is bad", gpu=place, uuid=gpu.uuid, code=gpu.bad.code, problem=dict(gpu.bad.params)
            )
        elif old and not gpu.bad:
            log.info("gpu is well again", gpu=place, uuid=gpu.uuid)


def _apart(work: Callable[[], _T]) -> asyncio.Future[_T]:
    """Does it on a thread that nobody waits for at the end: a driver that hangs must not keep a server from ending."""
    future: concurrent.futures.Future[_T] = concurrent.futures.Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:
            log.exception("gpus cannot be looked at")
            future.set_exception(error)

    threading.Thread(target=run, name="nvml", daemon=True).start()
    return asyncio.wrap_future(future)
