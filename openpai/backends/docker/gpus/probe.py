"""One look at all GPUs of this machine, through a session with NVML that stays open between looks. Blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openpai.backends.docker.gpus.health import Reading
from openpai.backends.docker.gpus.nearness import Nearness
from openpai.backends.docker.gpus.nvml import Card, Nvml, NvmlFailed
from openpai.backends.docker.gpus.owners import Holder, holder

_UNKNOWN = Card("", "", (0, 0), 0)


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: the driver's version (None where there is none), each GPU's `cards` and `readings` by NVML's
    index, all processes that hold one. `failure`: NVML is there and does not answer: its words. `sleeping`: those whose
    persistence mode is off."""

    driver: str | None = None
    cards: tuple[Card, ...] = ()
    readings: tuple[Reading, ...] = ()
    holders: Mapping[int, Holder] = field(default_factory=dict)
    nearness: Nearness = field(default_factory=Nearness)
    failure: str = ""
    sleeping: frozenset[int] = frozenset()


class Probe:
    """Looks at this machine's GPUs. Not for two threads at a time."""

    def __init__(self) -> None:
        self._nvml: Nvml | None = None
        self._last = Look()

    def look(self) -> Look:
        """What there is; nothing where there is no NVML. What was known of a GPU stays known when it is lost."""
        try:
            nvml = self._nvml = self._nvml or Nvml()
        except FileNotFoundError:
            return Look()
        except NvmlFailed as error:
            return self._silent(str(error))
        self._last = self._read(nvml)
        if self._last.readings and all(reading.failure for reading in self._last.readings):
            self.close()  # as after the driver was loaded anew: the next look begins anew
        return self._last

    def close(self) -> None:
        """End the session with NVML."""
        if self._nvml is not None:
            self._nvml.close()
            self._nvml = None

    def _read(self, nvml: Nvml) -> Look:
        nvml.take_events()
        known = self._last.cards
        places = range(nvml.count)
        readings = tuple(nvml.read(place) for place in places)
        pids = frozenset(pid for reading in readings for pid in reading.holders)
        return Look(
            driver=nvml.driver,
            cards=tuple(nvml.card(at) or (known[at] if at < len(known) else _UNKNOWN) for at in places),
            readings=readings,
            holders={pid: holder(pid) for pid in pids},
            nearness=self._nearness(nvml),
            sleeping=frozenset(place for place in places if nvml.sleeps_when_idle(place)),
        )

    def _nearness(self, nvml: Nvml) -> Nearness:
        """Asked for only until all pairs are known: it does not change."""
        known = self._last.nearness
        if known.count == nvml.count and len(known.common) == nvml.count * (nvml.count - 1) // 2:
            return known
        return nvml.nearness()

    def _silent(self, words: str) -> Look:
        last = self._last
        readings = tuple(Reading(failure=words) for _ in last.cards)
        return Look(last.driver, last.cards, readings, nearness=last.nearness, failure=words)
