"""Charts as SVG. Colours are classes `s0`, `s1`, … of the page's style sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from openpai.simulator.page.axis import Axis

_WIDTH, _HEIGHT = 900, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 14, 10, 28
_BAR, _GAP = 13, 12
_NAMES, _FIGURES = 110, 70  # room for the names of groups of bars, and for the figures at their ends
COLOURS = 4


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one group: a value for each series, with the figure that stands beside it."""

    label: str
    values: Sequence[tuple[float, str]]


def line_chart(title: str, lines: Sequence[Line], across: Axis, up: Axis) -> str:
    return _figure(title, _HEIGHT, _grid_of_lines(across, up), _lines(lines, across, up))


def step_line(begin: float, width: float, means: Sequence[float]) -> list[tuple[float, float]]:
    """Means over equal parts of an axis, each drawn over its part."""
    corners = ((begin + (place + end) * width, mean) for place, mean in enumerate(means) for end in (0, 1))
    return list(corners)


def bar_chart(title: str, groups: Sequence[Bars], across: Axis) -> str:
    """Horizontal bars, one below another, in groups."""
    height = _TOP + _BOTTOM + sum(len(group.values) * _BAR + _GAP for group in groups)
    return _figure(title, height, _grid_of_bars(across, height), _bars(groups, across))


def legend(labels: Sequence[str]) -> str:
    entries = (
        f'<span class="key"><i class="s{place % COLOURS}"></i>{escape(label)}</span>'
        for place, label in enumerate(labels)
    )
    return f'<p class="legend">{"".join(entries)}</p>'


def _figure(title: str, height: int, *parts: Iterator[str]) -> str:
    inner = "".join(piece for part in parts for piece in part)
    return f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title, quote=True)}">{inner}</svg>'


def _x(axis: Axis, value: float) -> float:
    return _LEFT + axis.place(value) * (_WIDTH - _LEFT - _RIGHT)


def _bar_x(axis: Axis, value: float) -> float:
    return _NAMES + axis.place(value) * (_WIDTH - _NAMES - _FIGURES)


def _y(axis: Axis, value: float) -> float:
    return _HEIGHT - _BOTTOM - axis.place(value) * (_HEIGHT - _TOP - _BOTTOM)


def _grid_of_lines(across: Axis, up: Axis) -> Iterator[str]:
    for tick in up.ticks:
        y = _y(up, tick.at)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(tick.text)}</text>'
    for tick in across.ticks:
        x = _x(across, tick.at)
        yield f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="{_HEIGHT - _BOTTOM}" y2="{_HEIGHT - _BOTTOM + 4}"/>'
        yield f'<text x="{x:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(tick.text)}</text>'


def _lines(lines: Sequence[Line], across: Axis, up: Axis) -> Iterator[str]:
    """The first above the others."""
    for place, line in reversed(list(enumerate(lines))):
        corners = " ".join(f"{_x(across, x):.1f},{_y(up, y):.1f}" for x, y in line.points)
        name = f"<title>{escape(line.label)}</title>"
        yield f'<polyline class="line s{place % COLOURS}" points="{corners}">{name}</polyline>'


def _grid_of_bars(across: Axis, height: int) -> Iterator[str]:
    for tick in across.ticks:
        x = _bar_x(across, tick.at)
        kind = "zero" if tick.at == 0 else "grid"
        yield f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{height - _BOTTOM}"/>'
        yield f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle">{escape(tick.text)}</text>'


def _bars(groups: Sequence[Bars], across: Axis) -> Iterator[str]:
    top = _TOP + _GAP / 2
    zero = _bar_x(across, 0.0)
    for group in groups:
        middle = top + len(group.values) * _BAR / 2 + 4
        yield f'<text x="{_NAMES - 8}" y="{middle:.1f}" text-anchor="end">{escape(group.label)}</text>'
        for place, (value, text) in enumerate(group.values):
            end = _bar_x(across, value)
            left, width = min(zero, end), max(abs(end - zero), 0.5)
            yield (
                f'<rect class="bar s{place % COLOURS}" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" '
                f'height="{_BAR - 2}"/>'
                f'<text class="figure" x="{max(zero, end) + 5:.1f}" y="{top + 9:.1f}">{escape(text)}</text>'
            )
            top += _BAR
        top += _GAP
