"""A scheduler in a world where whoever is to give way has done so at once."""

from collections.abc import Callable, Mapping
from typing import Any

from openpai.scheduler.gang import Decision, Gang, Held, Placement, Preempt, Start
from openpai.simulator.engine import Engine


class AtOnce:
    """An engine of which every decision that is applied is a start. `started` and `ended` are told of every gang that
    starts, and of every one that is to `end` for another."""

    def __init__(
        self, engine: Engine, started: Callable[[Gang, Placement], None], ended: Callable[[str], None]
    ) -> None:
        self._engine = engine
        self._started = started
        self._ended = ended

    @property
    def held(self) -> Mapping[str, Held]:
        """What is reserved for gangs that wait: here that is never anything."""
        return {}

    @property
    def version(self) -> int:
        return self._engine.version

    def decide(self, gang: Gang, keep_off: Any = None) -> Decision:
        return self._engine.decide(gang) if keep_off is None else self._engine.decide(gang, keep_off)

    def earmark(self, gang: Gang, before: Any = None) -> Any:
        return self._engine.earmark(gang, before) if before else self._engine.earmark(gang)

    def apply(self, gang: Gang, decision: Start | Preempt) -> None:
        self._engine.apply(gang, decision)
        if isinstance(decision, Preempt):
            for victim in decision.victims:
                self._ended(victim)
            self._apply_anew(gang)
        else:
            self._started(gang, decision.placement)

    def _apply_anew(self, gang: Gang) -> None:
        decision = self._engine.decide(gang)
        assert isinstance(decision, Start), f"{gang.name} has room, and does not start"
        self.apply(gang, decision)

    def release(self, name: str) -> None:
        """The queue takes back what is reserved for a gang that waits: here that is never anything."""

    def end(self, name: str) -> None:
        """A gang that runs is gone."""
        self._engine.release(name)
