"""The report as a page: complete, well-formed, and from nowhere else."""

import re
from html.parser import HTMLParser

import pytest

from openpai.messages import LANGUAGES
from openpai.simulator.durations import duration
from openpai.simulator.page.axis import Axis, count_axis, duration_axis, share_axis, time_axis, wait_axis
from openpai.simulator.page.html import longer_than, page
from openpai.simulator.policies import POLICIES
from openpai.simulator.runs import run_all
from tests.simulator.clusters import job, made_trace, nodes

_VOID = {"meta", "line", "rect", "polyline"}


class Structure(HTMLParser):
    """Checks that what is opened is closed, in order; gathers texts and tags."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in _VOID or tag == "polyline":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def shown(language: str, trace: str = "jobs.csv", count: int = 120) -> str:
    clusters = {"small.yaml": nodes(8, {"a": 1, "<b>": 1}), "large.yaml": nodes(8, {"a": 2, "<b>": 2})}
    policies = [POLICIES[name] for name in ("quota", "private")]
    runs = run_all(made_trace(1, count, ["a", "<b>"]), clusters, policies, lambda *told: None)
    return page(trace, runs, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_well_formed_and_has_every_chart_and_table(language: str) -> None:
    structure = Structure()
    structure.feed(shown(language))
    assert structure.open == []
    assert structure.seen.count("svg") == 6
    assert structure.seen.count("table") == 3
    for name in ("quota · small.yaml", "private · large.yaml", "<b>"):
        assert name in structure.texts
    assert not [text for text in structure.texts if "simulator." in text or "‹" in text]


def test_it_needs_nothing_from_anywhere() -> None:
    text = shown("en")
    assert not re.search(r"https?:|//|@import|url\(|<script|<link|<img|src=|href=", text)


def test_names_of_others_are_shown_and_not_obeyed() -> None:
    text = shown("en", trace="<script>alert(1)</script>.csv")
    assert "<script" not in text
    assert "<b>" not in text
    assert "&lt;b&gt;" in text


def test_a_trace_of_one_job_has_a_page_too() -> None:
    runs = run_all([job(0, 5, [1], "a")], {"c": nodes(8, {"a": 1})}, [POLICIES["cells"]], lambda *told: None)
    structure = Structure()
    structure.feed(page("jobs.csv", runs, "en"))
    assert structure.open == []


def marks(axis: Axis) -> list[str]:
    return [tick.text for tick in axis.ticks]


def test_axes_are_marked_with_round_values() -> None:
    assert marks(share_axis(0.29)) == ["0 %", "8 %", "16 %", "24 %", "32 %"]
    assert marks(count_axis(1414)) == ["0", "500", "1,000", "1,500"]
    assert marks(count_axis(0)) == ["0", "1"]
    assert marks(wait_axis(7200)) == ["1 min", "10 min", "1 h", "6 h"]
    assert marks(duration_axis(-3 * 3600, 8.5 * 3600)) == ["-5 h", "0", "5 h", "10 h"]
    assert marks(duration_axis(0, 0)) == ["0", "1 s"]
    assert marks(time_axis(0, 9000)) == ["0", "1 h", "2 h"]
    assert marks(time_axis(0, 30 * 3600)) == ["0", "6 h", "12 h", "18 h", "24 h", "30 h"]
    assert marks(time_axis(1504521041, 1504521041 + 6 * 86400)) == [
        f"2017-09-{day:02}" for day in range(5, 11)
    ]


@pytest.mark.parametrize("low", [0.0, -1.0, -47.0, -3e5, -9e7])
@pytest.mark.parametrize("high", [0.0, 0.3, 1.0, 59.0, 61.0, 5e4, 3e6, 2e9])
def test_what_is_on_an_axis_is_within_it(low: float, high: float) -> None:
    axis = duration_axis(low, high)
    assert axis.low <= low
    assert high <= axis.high
    assert 0.0 in [tick.at for tick in axis.ticks]
    assert 2 <= len(axis.ticks) <= 14
    assert [axis.place(axis.low), axis.place(axis.high)] == [0, 1]


def test_shares_of_jobs_that_waited_longer() -> None:
    assert longer_than([0, 60, 120, 600], [60, 100, 600]) == [0.5, 0.5, 0.0]
    assert longer_than([], [60]) == [0.0]


def test_spans_of_time_are_short() -> None:
    told = [duration(each) for each in (0, 0.04, 0.5, 59, 60, 3599, 86400, 8_640_000, -90)]
    assert told == ["0", "0", "0.5 s", "59 s", "1 min", "60 min", "1 d", "100 d", "-1.5 min"]
