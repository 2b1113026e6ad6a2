"""A TOML file of the admin's: read anew when it changes, without a restart, and checked field by field.

A file with mistakes changes nothing: the last good one holds. Each mistake is told with its line, which tomllib does
not know.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Generic, TypeVar

from openpai.errors import PaiError, Params, Problem

_Stamp = tuple[int, int, int]  # when changed, how large, which file

_Content = TypeVar("_Content")


class LiveFile(Generic[_Content]):
    """The file at a path, which need not be there: then it says `empty`. `read` makes sense of its table, and raises
    PaiError with a problem per mistake, each with the `path` of its field."""

    def __init__(self, path: Path, read: Callable[[Mapping[str, object]], _Content], empty: _Content) -> None:
        self._path = path
        self._read = read
        self._empty = empty
        self._stamp: _Stamp | None = None
        self._good = empty
        self._problems: tuple[Problem, ...] = ()

    @property
    def path(self) -> Path:
        return self._path

    def current(self) -> _Content:
        """What the file says now; while it has mistakes, what it said before them. Reads it only when it changed."""
        self._look()
        return self._good

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The mistakes of the file as it is now."""
        self._look()
        return self._problems

    def _look(self) -> None:
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if stamp == self._stamp:
                return
            self._stamp = stamp
            text = self._path.read_text("utf-8")
            self._good, self._problems = read_text(text, self._path, self._read), ()
        except FileNotFoundError:
            self._stamp, self._good, self._problems = None, self._empty, ()
        except PaiError as error:
            self._problems = error.problems
        except (OSError, UnicodeDecodeError) as error:
            reason = error.reason if isinstance(error, UnicodeDecodeError) else error.strerror
            params = {"file": str(self._path), "reason": reason or str(error)}
            self._problems = (Problem("AdminFileUnreadable", params),)


def read_text(text: str, file: Path, read: Callable[[Mapping[str, object]], _Content]) -> _Content:
    """The text of a file. Raises PaiError with every mistake: its file, line, field, and what to do."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = int(found[1]) if (found := re.search(r"at line (\d+)", str(error))) else text.count("\n") + 1
        params: Params = {"file": str(file), "line": line, "reason": str(error)}
        raise PaiError(Problem("AdminFileSyntax", params, line=line)) from error
    try:
        return read(table)
    except PaiError as error:
        raise PaiError(*(_placed(problem, text, file) for problem in error.problems)) from error


Fields = Mapping[str, tuple[Callable[[object], bool], str]]
"""Field → whether a value will do, and the code of the text that says what would."""


def check_fields(
    table: Mapping[str, object], path: str, fields: Fields, needed: tuple[str, ...] = ()
) -> list[Problem]:
    """Fields that are unknown, wrong or missing."""
    missing = [name for name in needed if name not in table]
    problems = [_missing(path, name, needed) for name in missing]
    for name, value in table.items():
        at = below(path, name)
        if name not in fields:
            near = get_close_matches(name, fields, n=1) or [*fields]
            known = ", ".join(near)
            problems.append(Problem("AdminFileUnknownField", {"field": at, "known": known}, path=at))
        elif not fields[name][0](value):
            problems.append(wrong(at, fields[name][1]))
    return problems


def below(path: str, name: str) -> str:
    """The path of a field of a table; "" is the file itself."""
    return f"{path}.{name}" if path else name


def wrong(path: str, expected: str) -> Problem:
    """A value that will not do; `expected` is the code of the text that says what would."""
    return Problem("AdminFileWrongValue", {"field": path, "cause": expected}, path=path)


def _missing(path: str, name: str, needed: tuple[str, ...]) -> Problem:
    params = {"field": below(path, name), "needed": ", ".join(needed)}
    return Problem("AdminFileMissingField", params, path=path)


def _placed(problem: Problem, text: str, file: Path) -> Problem:
    line = line_of(text, problem.path or "")
    return replace(problem, params={"file": str(file), "line": line, **problem.params}, line=line)


_STEP = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?")
_HEADER = re.compile(r"\s*\[{1,2}\s*([\w.\"'-]+)\s*\]{1,2}\s*(?:#.*)?")


def line_of(text: str, path: str) -> int:
    """The line, from 1, where a field such as `image[1].driver` or `prepull[2]` stands.

    tomllib does not tell it. A field that is written in a way not foreseen here gets the line of its table.
    """
    lines = text.splitlines()
    start, end = 0, len(lines)
    at = 0
    for name, number in _STEP.findall(path):
        tables = [row for row, line in enumerate(lines) if _header(line) == name]
        wanted = int(number or 0)
        if wanted < len(tables):
            at = tables[wanted]
            later = (row for row, line in enumerate(lines) if row > at and _header(line))
            start, end = at + 1, next(later, len(lines))
            continue
        at = _key_line(lines, name, range(start, end), at)
        if number:
            at = _element_line(text, path, lines, at, wanted)
    return at + 1


def _header(line: str) -> str | None:
    found = _HEADER.fullmatch(line)
    return found[1].strip("\"'") if found else None


def _key_line(lines: Sequence[str], name: str, rows: range, otherwise: int) -> int:
    key = re.compile(rf"[\"']?(?:\w+\.)?{re.escape(name)}[\"']?\s*=")
    return next((row for row in rows if key.match(lines[row].strip())), otherwise)


def _element_line(text: str, path: str, lines: Sequence[str], start: int, number: int) -> int:
    """Where the element of a list stands: lists of names are written with one name per line, or on one line."""
    name = path.partition("[")[0]
    value = tomllib.loads(text)[name][number]
    return next((row for row in range(start, len(lines)) if str(value) in lines[row]), start)
