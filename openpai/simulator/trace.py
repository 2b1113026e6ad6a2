"""A job trace as CSV, with a header: what was submitted when, how large it is, and how long it runs.

The columns are in `docs/en/simulator.md`. Some are known under two names, so that the public form of the Philly trace
is read as it is.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import repeat
from typing import TypeVar

from openpai.errors import PaiError, Problem
from openpai.scheduler.gang import HIGHEST, OPPORTUNISTIC
from openpai.simulator.classes import CLASSES, DEFAULT_CLASS

DEFAULT_VIRTUAL_CLUSTER = "default"

_TOLD = 10  # mistakes of a file; the rest is counted
_LONGEST_S = 100 * 365 * 86400.0
_MOST = 1_000_000

_COLUMNS: Mapping[str, str] = {
    "submit_time": "submit_time",
    "timestamp": "submit_time",
    "duration": "duration",
    "gpus": "gpus",
    "num_gpus": "num_gpus",
    "tasks": "tasks",
    "virtual_cluster": "virtual_cluster",
    "vc": "virtual_cluster",
    "cluster": "virtual_cluster",
    "priority": "priority",
    "user": "user",
    "sku": "sku",
    "name": "name",
    "gpu_time": "",  # follows from others
}
"""A column of a file → the field that it is; empty: it says nothing new."""

_NEEDED = (("submit_time", "timestamp"), ("duration",), ("gpus", "num_gpus"))


@dataclass(frozen=True, slots=True)
class TraceJob:
    """A job of a trace. `submitted` and `duration` in seconds; `tasks`: the leaf cells of each; `sku`: the leaf type
    that it must have, None for any."""

    name: str
    submitted: float
    duration: float
    tasks: tuple[int, ...]
    virtual_cluster: str
    priority: int
    user: str = ""
    sku: str | None = None

    @property
    def cells(self) -> int:
        return sum(self.tasks)


@dataclass(frozen=True, slots=True)
class Trace:
    """Jobs in the order of their submission, and the columns that were not read."""

    jobs: tuple[TraceJob, ...]
    unread: tuple[str, ...] = ()


def parse_trace(lines: Iterable[str], file: str, cells_of_node: int) -> Trace:
    """The jobs of a file's lines. A total of `num_gpus` above `cells_of_node` becomes tasks of that size and a rest.

    Raises PaiError with a problem per mistake: file, line, field.
    """
    rows = _rows(lines, file)
    first, _ = next(rows, ([], 1))
    header = [name.strip() for name in first]
    jobs, problems = _read(_Format(file, len(header), _places(header, file), cells_of_node), rows)
    if problems:
        raise PaiError(*problems)
    if not jobs:
        raise _wrong("TraceEmpty", file, 1)
    jobs.sort(key=lambda job: job.submitted)
    return Trace(tuple(jobs), tuple(name for name in header if name not in _COLUMNS))


def _rows(lines: Iterable[str], file: str) -> "_Rows":
    """The rows that are not empty, each with the number of its last line."""
    reader = csv.reader(lines, strict=True)
    try:
        yield from ((row, reader.line_num) for row in reader if row)
    except csv.Error as error:
        raise _wrong("TraceSyntax", file, reader.line_num, reason=str(error)) from error


_Rows = Iterator[tuple[list[str], int]]


def _places(header: Sequence[str], file: str) -> Mapping[str, int]:
    """Field → its column. The first of two names for a field counts."""
    for names in _NEEDED:
        if not any(name in header for name in names):
            raise _wrong("TraceColumnMissing", file, 1, field=" / ".join(names), known=", ".join(header))
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(_COLUMNS.get(name, ""), place)
    return places


@dataclass(frozen=True, slots=True)
class _Format:
    """How the rows of one file are read."""

    file: str
    width: int
    places: Mapping[str, int]
    cells_of_node: int

    def job(self, row: Sequence[str], line: int) -> TraceJob:
        if len(row) != self.width:
            raise _wrong("TraceRow", self.file, line, fields=len(row), expected=self.width)
        return TraceJob(
            name=self._text(row, "name", str(line)),
            submitted=self._value(row, line, "submit_time", _moment),
            duration=self._value(row, line, "duration", _seconds),
            tasks=self._tasks(row, line),
            virtual_cluster=self._text(row, "virtual_cluster", DEFAULT_VIRTUAL_CLUSTER),
            priority=self._value(row, line, "priority", _priority, DEFAULT_CLASS),
            user=self._text(row, "user", ""),
            sku=self._text(row, "sku", "") or None,
        )

    def _tasks(self, row: Sequence[str], line: int) -> tuple[int, ...]:
        if "gpus" in self.places:
            return (self._value(row, line, "gpus", _count),) * self._value(row, line, "tasks", _count, "1")
        total = self._value(row, line, "num_gpus", _count)
        full, rest = divmod(total, self.cells_of_node)
        return (*repeat(self.cells_of_node, full), *([rest] if rest else []))

    def _text(self, row: Sequence[str], field: str, default: str) -> str:
        place = self.places.get(field)
        return (row[place].strip() if place is not None else "") or default

    def _value(
        self,
        row: Sequence[str],
        line: int,
        field: str,
        read: Callable[[str], "_Value"],
        default: str = "",
    ) -> "_Value":
        text = self._text(row, field, default)
        try:
            return read(text)
        except ValueError as error:
            cause = f"trace.{read.__name__.removeprefix('_')}"
            raise _wrong("TraceValue", self.file, line, field=field, value=text, cause=cause) from error


_Value = TypeVar("_Value")


def _read(form: _Format, rows: _Rows) -> tuple[list[TraceJob], list[Problem]]:
    jobs: list[TraceJob] = []
    problems: list[Problem] = []
    more = 0
    for row, line in rows:
        try:
            jobs.append(form.job(row, line))
        except PaiError as error:
            if len(problems) < _TOLD:
                problems += error.problems
            else:
                more += 1
    if more:
        problems.append(Problem("TraceMoreMistakes", {"file": form.file, "count": more}))
    return jobs, problems


def _wrong(code: str, file: str, line: int, **params: str | int) -> PaiError:
    return PaiError(Problem(code, {"file": file, "line": line, **params}, line=line))


def _moment(text: str) -> float:
    """Seconds from any moment, or a date and time: UTC where it does not say."""
    try:
        return _within(float(text), -_LONGEST_S, _LONGEST_S)
    except ValueError:
        moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _seconds(text: str) -> float:
    return _within(float(text), 0.0, _LONGEST_S)


def _count(text: str) -> int:
    return int(_within(int(text), 1, _MOST))


def _priority(text: str) -> int:
    return CLASSES[text] if text in CLASSES else int(_within(int(text), OPPORTUNISTIC, HIGHEST))


def _within(number: float, low: float, high: float) -> float:
    """The number; a ValueError outside of the bounds, and for what is no number (NaN)."""
    if not low <= number <= high:
        raise ValueError(number)
    return number
