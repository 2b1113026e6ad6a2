"""How far the images of a job have come, as one line with a bar. Pure; the screen draws it."""

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from openpai.cli.language import say
from openpai.cli.units import duration, size
from openpai.client.replies import Pull

_BAR = 24  # columns
_RECENT = 10.0  # seconds over which the speed is taken


@dataclass(frozen=True, slots=True)
class _Sample:
    seconds: float
    done: int


class Pulls:
    """The images being pulled. Times are seconds of any steady clock."""

    def __init__(self) -> None:
        self._pulls: dict[str, Pull] = {}
        self._samples: list[_Sample] = []

    def take(self, pull: Pull, seconds: float) -> None:
        """An image came further."""
        known = self._pulls.get(pull["image"])
        if known is None or (pull["doneBytes"] or 0) >= (known["doneBytes"] or 0):
            self._pulls[pull["image"]] = pull  # tasks that need the same image wait for the same pull
        self._samples.append(_Sample(seconds, self.done))
        while len(self._samples) > 2 and seconds - self._samples[0].seconds > _RECENT:
            self._samples.pop(0)

    @property
    def done(self) -> int:
        """Bytes that are here."""
        return sum(pull["doneBytes"] or 0 for pull in self._pulls.values())

    @property
    def total(self) -> int:
        """Bytes in all; 0 while that is not known."""
        totals = [pull["totalBytes"] or 0 for pull in self._pulls.values()]
        return sum(totals) if all(totals) else 0

    @property
    def complete(self) -> bool:
        return all(
            pull["layersTotal"] and pull["layersDone"] >= pull["layersTotal"] for pull in self._pulls.values()
        )

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    def speed(self) -> float:
        """Bytes per second over the last seconds; 0 while that is not known."""
        first, last = self._samples[0], self._samples[-1]
        passed = last.seconds - first.seconds
        return max(0.0, (last.done - first.done) / passed) if passed > 0 else 0.0

    def text(self) -> str:
        """Image, bytes, speed, time left."""
        names = ", ".join(self._pulls)
        parts = [say("pull.image", image=names)]
        if self.total:
            parts.append(f"{self.share:.0%}")
            parts.append(f"{size(self.done)} / {size(self.total)}")
        elif self.done:
            parts.append(size(self.done))
        else:
            parts.append(self._layers())
        if speed := self.speed():
            parts.append(f"{size(speed)}/s")
            if self.total:
                parts.append(say("pull.left", left=duration((self.total - self.done) / speed)))
        return "  ".join(parts)

    def _layers(self) -> str:
        done = sum(pull["layersDone"] for pull in self._pulls.values())
        total = sum(pull["layersTotal"] for pull in self._pulls.values())
        return say("pull.layers", done=done, total=total)

    def bar(self, width: int) -> str:
        """The text with a bar before it, cut to `width` columns."""
        filled = round(self.share * _BAR)
        bar = f"{'━' * filled}{'╌' * (_BAR - filled)}  " if width >= 60 else ""
        line = bar + self.text()
        return line if cell_len(line) <= width else set_cell_size(line, width - 1) + "…"
