"""The page itself: what it shows, in which order. Texts are of `messages/*/simulator.toml`."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files

from openpai.messages import message
from openpai.simulator.durations import duration
from openpai.simulator.outcome import Outcome
from openpai.simulator.page.axis import Axis, count_axis, duration_axis, share_axis, time_axis, wait_axis
from openpai.simulator.page.chart import Bars, Line, bar_chart, legend, line_chart, step_line
from openpai.simulator.report import Measure, over_time, scattered_share, span, used_share
from openpai.simulator.runs import Run, labels
from openpai.simulator.tables import Say, Table, delay_table, excess_table, summary_table

_STEPS = 240
_WAIT_POINTS = 120


def page(trace: str, runs: Sequence[Run], language: str) -> str:
    """A whole HTML document about runs of the same trace."""

    def say(code: str, **params: object) -> str:
        return message(f"simulator.{code}", params, language).text

    body = "\n".join((*_head(trace, runs, say), *_charts(runs, say), *_tables(runs, say)))
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    return (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(say('title', trace=trace))}</title>\n<style>\n{style}</style>\n{body}\n</html>\n"
    )


def _head(trace: str, runs: Sequence[Run], say: Say) -> Iterator[str]:
    outcome = runs[0].outcome
    begin, end = span(outcome)
    clusters = ", ".join(dict.fromkeys(f"{run.cluster} ({run.outcome.cells:,})" for run in runs))
    told = say("about", jobs=f"{len(outcome.jobs):,}", span=duration(end - begin), clusters=clusters)
    yield f"<h1>{escape(say('title', trace=trace))}</h1>"
    yield f'<p class="soft">{escape(told)}</p>'
    yield _table(summary_table(runs, say))


def _charts(runs: Sequence[Run], say: Say) -> Iterator[str]:
    names = labels(runs)
    yield from _over_time("used", runs, say, used_share, share_axis)
    yield from _over_time("waiting", runs, say, lambda _: lambda moment: float(moment.waiting), count_axis)
    yield from _over_time("scattered", runs, say, scattered_share, share_axis)
    yield from _section("waits", names, say, _waits(runs, say))
    yield from _section("by_vc", names, say, _by_virtual_cluster(runs, say))
    shared = [run for run in runs if run.excess]
    if shared:
        yield from _section("excess", labels(shared), say, _excess(shared, say))


def _section(code: str, names: Sequence[str], say: Say, chart: str) -> Iterator[str]:
    yield f"<h2>{escape(say(f'{code}.title'))}</h2>"
    yield f'<p class="soft">{escape(say(f"{code}.about"))}</p>'
    yield legend(names)
    yield f'<div class="wide">{chart}</div>'


def _over_time(
    code: str,
    runs: Sequence[Run],
    say: Say,
    measure: Callable[[Outcome], Measure],
    axis: Callable[[float], Axis],
) -> Iterator[str]:
    begin, end = span(runs[0].outcome)
    width = (end - begin) / _STEPS
    curves = [over_time(run.outcome, measure(run.outcome), begin, end, _STEPS) for run in runs]
    lines = [
        Line(name, step_line(begin, width, curve)) for name, curve in zip(labels(runs), curves, strict=True)
    ]
    highest = max(max(curve) for curve in curves)
    chart = line_chart(say(f"{code}.title"), lines, time_axis(begin, end), axis(highest))
    yield from _section(code, labels(runs), say, chart)


def _waits(runs: Sequence[Run], say: Say) -> str:
    """The share of jobs that waited longer than a time, for times on a logarithmic scale."""
    across = wait_axis(max(run.summary.delays.longest for run in runs))
    ratio = across.high / across.low
    times = [across.low * ratio ** (point / _WAIT_POINTS) for point in range(_WAIT_POINTS + 1)]
    lines = []
    for name, run in zip(labels(runs), runs, strict=True):
        waited = [each.waited for each in run.outcome.jobs if each.started is not None]
        shares = longer_than(waited, times)
        lines.append(Line(name, list(zip(times, shares, strict=True))))
    highest = max(line.points[0][1] for line in lines)
    return line_chart(say("waits.title"), lines, across, share_axis(highest))


def longer_than(waited: Sequence[float], times: Sequence[float]) -> list[float]:
    """For each of the times the share of these that are longer."""
    ascending = sorted(waited)
    count = len(ascending)
    return [(count - bisect_right(ascending, each)) / max(count, 1) for each in times]


def _by_virtual_cluster(runs: Sequence[Run], say: Say) -> str:
    return _duration_bars(say("by_vc.title"), [_means(run) for run in runs])


def _means(run: Run) -> Mapping[str, float]:
    """Virtual cluster → the mean time in the queue over all classes."""
    started: Counter[str] = Counter()
    waited: dict[str, float] = {}
    for row in run.summary.rows:
        started[row.virtual_cluster] += row.delays.started
        waited[row.virtual_cluster] = (
            waited.get(row.virtual_cluster, 0.0) + row.delays.mean * row.delays.started
        )
    return {name: total / max(started[name], 1) for name, total in waited.items()}


def _excess(runs: Sequence[Run], say: Say) -> str:
    return _duration_bars(
        say("excess.title"), [{each.virtual_cluster: each.mean for each in run.excess} for run in runs]
    )


def _duration_bars(title: str, series: Sequence[Mapping[str, float]]) -> str:
    """A group of bars for each name, those with the longest first; names that have only zeros come last."""
    names = sorted({name for values in series for name in values})
    names.sort(key=lambda name: -max(abs(values.get(name, 0.0)) for values in series))
    groups = [
        Bars(name, [(values.get(name, 0.0), duration(values.get(name, 0.0))) for values in series])
        for name in names
    ]
    values = [value for each in series for value in each.values()]
    return bar_chart(title, groups, duration_axis(min(*values, 0.0), max(*values, 0.0)))


def _tables(runs: Sequence[Run], say: Say) -> Iterator[str]:
    yield f"<h2>{escape(say('table.delays'))}</h2>"
    yield _table(delay_table(runs, say))
    if any(run.excess for run in runs):
        yield f"<h2>{escape(say('table.excess'))}</h2>"
        yield _table(excess_table(runs, say))


def _table(table: Table) -> str:
    def row(cells: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{_NAME if place < table.names else ''}>{escape(text)}</{tag}>"
            for place, text in enumerate(cells)
        )

    rows = "\n".join(f"<tr>{row(cells, 'td')}</tr>" for cells in table.rows)
    head = f"<thead><tr>{row(table.head, 'th')}</tr></thead>"
    return f'<div class="wide"><table>{head}\n<tbody>{rows}</tbody></table></div>'


_NAME = ' class="name"'
