"""How far the images of a job have come, as one line with a bar. Pure; the screen draws it."""

from rich.cells import cell_len, set_cell_size

from openpai.cli.language import say
from openpai.cli.units import duration, size
from openpai.client.replies import ImagePull, Pull

_BAR = 24  # columns


class Pulls:
    """The images being pulled."""

    def __init__(self) -> None:
        self._pulls: dict[str, Pull | ImagePull] = {}

    def take(self, pull: Pull | ImagePull) -> None:
        """An image came further."""
        known = self._pulls.get(pull["image"])
        if known is None or (pull["doneBytes"] or 0) >= (known["doneBytes"] or 0):
            self._pulls[pull["image"]] = pull  # tasks that need the same image wait for the same pull

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
        return all(_is_here(pull) for pull in self._pulls.values())

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def speed(self) -> int:
        """Bytes per second over the last seconds; 0 while that is not known."""
        return sum(pull["bytesPerSecond"] for pull in self._pulls.values())

    @property
    def left(self) -> int | None:
        """Seconds until the last of them is here; None while that is not known."""
        lefts = [pull["remainingSeconds"] for pull in self._pulls.values() if not _is_here(pull)]
        return max((left for left in lefts if left is not None), default=None) if None not in lefts else None

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
        if self.speed:
            parts.append(f"{size(self.speed)}/s")
        if self.left is not None:
            parts.append(say("pull.left", left=duration(self.left)))
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


def _is_here(pull: Pull | ImagePull) -> bool:
    return 0 < pull["layersTotal"] <= pull["layersDone"]
