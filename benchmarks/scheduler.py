"""The scheduler alone, in one process: what a decision costs, small and large. Nothing runs and nothing is stored.

A decision is `decide` and, where the gang gets cells, `apply`. The load is made with a fixed seed. Times are those of
the process on its core.
"""

import os
import random
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from math import log10
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from typing import TypeVar

from benchmarks.clusters import gang, mixed_gangs, promised_gpus, racks
from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Decision, Gang, Start, Wait
from openpai.scheduler.inspect import Opened
from openpai.scheduler.queue import Waiting, take_turns
from openpai.simulator.report import percentile

_FILLED, _SMALL, _LARGE = 500, 500, 5_000  # nodes
_GPUS = 8  # of a node
_LOAD = 0.9
_CHURN = 3_000  # decisions that are measured
_QUEUE = 1_000  # gangs that wait
_PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20


def scheduler() -> dict[str, float]:
    """The aims stand beside the figures that have one."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        start_s, idle_mib, busy_mib = fresh.submit(_start_up).result()
    large, small = _Load(_LARGE), _Load(_SMALL)
    taken, taken_small = large.churn(), small.churn()
    return {
        **_fill(),
        "40,000 GPUs: start-up, s (aim < 5)": start_s,
        "40,000 GPUs: memory of the idle scheduler, MiB": idle_mib,
        "40,000 GPUs, 90 % in use: memory, MiB (aim < 1,024)": busy_mib,
        "40,000 GPUs, 90 % in use: decision, mean, ms": fmean(taken) * 1000,
        "40,000 GPUs, 90 % in use: decision, p50, ms": percentile(taken, 50) * 1000,
        "40,000 GPUs, 90 % in use: decision, p99, ms (aim ≤ 7.9)": percentile(taken, 99) * 1000,
        "40,000 GPUs, 90 % in use: release, mean, ms": fmean(large.releases) * 1000,
        "4,000 GPUs, 90 % in use: decision, p99, ms": percentile(taken_small, 99) * 1000,
        "4,000 GPUs, 90 % in use: decision, p50, ms": percentile(taken_small, 50) * 1000,
        "10 times the GPUs: p50 grows as GPUs to the power of": log10(
            percentile(taken, 50) / percentile(taken_small, 50)
        ),
        f"40,000 GPUs, {_QUEUE:,} gangs wait: a round of the queue, ms": large.round_s() * 1000,
        "40,000 GPUs: who has what, for the worst of these, s (aim < 1)": large.rooms_s(),
        "40,000 GPUs, 90 % in use: all cells as they are, s": large.cells_s(None),
        "40,000 GPUs, 90 % in use: the racks alone, with what is in them, s": large.cells_s([]),
        **_wide(),
    }


def _start_up() -> tuple[float, float, float]:
    """Seconds, and MiB with nothing running and under load; in a process where nothing was before."""
    cluster = racks(_LARGE)
    before = _memory_mib()
    taken, load = _timed(lambda: _Load(_LARGE, cluster))
    idle = _memory_mib() - before
    load.fill()
    return taken, idle, _memory_mib() - before


def _fill() -> dict[str, float]:
    """An empty cluster is filled to the last GPU with jobs of one."""
    cluster = racks(_FILLED)
    scheduler = Scheduler(cluster)
    of = [vc for vc in cluster.virtual_clusters for _ in range(promised_gpus(cluster, vc))]
    random.Random(1).shuffle(of)
    taken = sorted(_place(scheduler, gang(f"job-{number}", vc, 10, 1))[0] for number, vc in enumerate(of))
    assert len(scheduler.held) == _FILLED * _GPUS
    return {
        "4,000 one-GPU jobs on 500 nodes, s (aim < 8)": sum(taken),
        "4,000 one-GPU jobs on 500 nodes, decisions/s (aim ≥ 500)": len(taken) / sum(taken),
        "4,000 one-GPU jobs on 500 nodes, p99 of a decision, ms": percentile(taken, 99) * 1000,
    }


def _wide() -> dict[str, float]:
    """A gang of 512 tasks of 8 GPUs in an idle cluster of 40,000: it gets whole racks."""
    scheduler = Scheduler(racks(_LARGE))
    taken, decision = _place(scheduler, gang("wide", "vc0", 10, 8, tasks=512))
    assert isinstance(decision, Start)
    assert len({place.node.partition("-")[0] for place in decision.placement.tasks.values()}) == 64
    return {"a gang of 512 tasks of 8 GPUs, s (aim < 1)": taken}


class _Load:
    """A scheduler under a mixed load, without end."""

    def __init__(self, nodes: int, cluster: Cluster | None = None) -> None:
        self._scheduler = Scheduler(cluster or racks(nodes))
        self._gpus = nodes * _GPUS
        self._used = 0
        self._running: dict[str, int] = {}
        self._chance = random.Random(2)
        self._coming = mixed_gangs(3)
        self._waiting: list[Waiting] = []
        self.releases: list[float] = []

    def fill(self) -> None:
        while self._used < _LOAD * self._gpus:
            self._come(next(self._coming))

    def churn(self) -> list[float]:
        """Fills the cluster, then has gangs come and go: the times of the decisions since it was full, ascending."""
        self.fill()
        return sorted(self._step() for _ in range(_CHURN))

    def round_s(self) -> float:
        """Everybody's turn, in a cluster that has no room for any of those that wait."""
        coming = mixed_gangs(4, name="waits")
        waiting: list[Waiting] = []
        while len(waiting) < _QUEUE:
            more = [Waiting(next(coming), (number, "")) for number in range(_QUEUE)]
            decisions = take_turns(self._scheduler, [*waiting, *more]).decisions
            waiting = [each for each in (*waiting, *more) if isinstance(decisions[each.gang.name], Wait)]
        waiting = self._waiting = waiting[:_QUEUE]
        taken, turns = _timed(lambda: take_turns(self._scheduler, waiting))
        assert all(isinstance(each, Wait) for each in turns.decisions.values())
        return taken

    def rooms_s(self) -> float:
        """How the parts of the cluster stand for a gang that waits, and who has them: the longest of all."""
        return max(_timed(partial(self._scheduler.rooms, each.gang))[0] for each in self._waiting)

    def cells_s(self, opened: Opened) -> float:
        """How all cells are, or only those that are opened."""
        return _timed(partial(self._scheduler.physical, opened))[0]

    def _step(self) -> float:
        """One gang comes, after so many have gone that there is room for it on average."""
        while self._used >= _LOAD * self._gpus:
            self._go(self._chance.choice(list(self._running)))
        return self._come(next(self._coming))

    def _come(self, gang: Gang) -> float:
        taken, decision = _place(self._scheduler, gang)
        if isinstance(decision, Wait):
            return taken
        victims = () if isinstance(decision, Start) else decision.victims
        for victim in victims:
            self._go(victim)
        if victims:
            _place(self._scheduler, gang)
        self._running[gang.name] = sum(len(place.leaves) for place in decision.placement.tasks.values())
        self._used += self._running[gang.name]
        return taken

    def _go(self, name: str) -> None:
        taken, _ = _timed(lambda: self._scheduler.release(name))
        self.releases.append(taken)
        self._used -= self._running.pop(name)


def _place(scheduler: Scheduler, gang: Gang) -> tuple[float, Decision]:
    return _timed(lambda: _decide(scheduler, gang))


def _decide(scheduler: Scheduler, gang: Gang) -> Decision:
    decision = scheduler.decide(gang)
    if not isinstance(decision, Wait):
        scheduler.apply(gang, decision)
    return decision


_Result = TypeVar("_Result")


def _timed(act: Callable[[], _Result]) -> tuple[float, _Result]:
    begun = time.process_time()
    result = act()
    return time.process_time() - begun, result


def _memory_mib() -> float:
    resident = Path("/proc/self/statm").read_text().split()[1]
    return int(resident) * _PAGE_MIB
