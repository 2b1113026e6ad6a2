"""How far a pull has come, added up from what the engine reports per layer. Pure."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openpai.backends.contract import PullProgress

SPEED_OVER_S = 10.0
"""The time over which the speed is taken: long enough to be calm, short enough to be of now."""

_SAMPLE_EVERY_S = 0.5
_DONE = ("Pull complete", "Already exists")


@dataclass(slots=True)
class _Layer:
    done: int = 0
    total: int = 0
    complete: bool = False
    known: bool = False  # whether `total` is, or does not matter any more


class Progress:
    """Adds up one pull. Times are seconds of any steady clock."""

    def __init__(self, image: str) -> None:
        self._image = image
        self._layers: dict[str, _Layer] = {}
        self._samples: deque[tuple[float, int]] = deque()

    def feed(self, event: Mapping[str, Any]) -> None:
        """Take in one line of the engine's stream; lines that are not about a layer change nothing."""
        status = event.get("status", "")
        name = event.get("id")
        if not name or status.startswith("Pulling from"):
            return
        layer = self._layers.setdefault(name, _Layer())
        if status == "Downloading":
            detail = event.get("progressDetail") or {}
            layer.done = detail.get("current", layer.done)
            layer.total = max(detail.get("total", 0), layer.total, layer.done)
            layer.known = True
        elif status in ("Download complete", "Extracting", *_DONE):
            layer.done = layer.total
            layer.complete = status in _DONE
            layer.known = True

    def now(self, seconds: float) -> PullProgress:
        """As of this moment, the speed with it."""
        layers = self._layers.values()
        done, total = sum(layer.done for layer in layers), sum(layer.total for layer in layers)
        speed = self._speed(seconds, done)
        left = None
        if speed and done < total and all(layer.known for layer in layers):
            left = -(-(total - done) // speed)
        return PullProgress(
            image=self._image,
            done_bytes=done,
            total_bytes=total,
            layers_done=sum(layer.complete for layer in layers),
            layers_total=len(layers),
            bytes_per_second=speed,
            remaining_s=left,
        )

    def _speed(self, seconds: float, done: int) -> int:
        samples = self._samples
        if not samples or seconds - samples[-1][0] >= _SAMPLE_EVERY_S:
            samples.append((seconds, done))
        while len(samples) > 1 and seconds - samples[0][0] > SPEED_OVER_S:
            samples.popleft()
        since, earlier = samples[0]
        return max(0, round((done - earlier) / (seconds - since))) if seconds > since else 0
