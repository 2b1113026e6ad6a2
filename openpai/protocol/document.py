"""YAML text → plain JSON values, with the place of every key and value. Called by `parse` only.

The text's own troubles are here: size, encoding, syntax. What the parser's events mean is in `events`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from openpai.errors import PaiError, Problem
from openpai.protocol.events import Place, read_events
from openpai.protocol.findings import Finding, Path

MAX_BYTES = 1 << 20

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SURROGATES = re.compile(r"\\(?:u([dD][89abAB]\w\w)\\u([dD][c-fC-F]\w\w)|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed text: `value`, where its keys and values stand, and its duplicate keys."""

    text: str
    value: dict[str, object]
    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]
    problems: tuple[Problem, ...] = ()

    def locate(self, finding: Finding) -> Problem:
        """The finding as a problem with its place in the text.

        What does not stand in the text (a missing field, an alias's inside) is placed at what holds it.
        """
        path = finding.path
        first, second = (self.keys, self.values) if finding.at_key else (self.values, self.keys)
        for length in range(len(path), -1, -1):
            place = first.get(path[:length]) or second.get(path[:length])
            if place is not None:
                needle = finding.needle if length == len(path) else ""
                return finding.problem().at(*self._inside(place, needle))
            first, second = self.keys, self.values
        return finding.problem()

    def _inside(self, place: Place, needle: str) -> tuple[int, int]:
        found = self.text.find(needle, place.start, place.end) if needle else -1
        if found < 0:
            return place.line, place.column
        return _line_and_column(self.text, found)


def load(text: str | bytes) -> Document:
    """Read one YAML (or JSON) document. Duplicate keys are collected in `problems`, the first one counts.

    Raises PaiError: YamlTooLarge, YamlTooComplex, YamlNotText, YamlSyntax and its relatives, NotAMapping.
    """
    clean = _decode(text)
    loader = _Loader(clean)
    try:
        return Document(clean, *read_events(loader))
    except yaml.MarkedYAMLError as error:
        raise PaiError(_syntax_problem(error, clean)) from None
    except yaml.reader.ReaderError:
        bad = yaml.reader.Reader.NON_PRINTABLE.search(clean)
        line, column = _line_and_column(clean, bad.start() if bad else 0)
        raise PaiError(Problem("YamlNotText", {}, line, column)) from None
    finally:
        loader.dispose()


def _decode(text: str | bytes) -> str:
    """Text without byte order mark, within the size limit."""
    size = len(text)
    if isinstance(text, str) and size <= MAX_BYTES:
        size = len(text.encode(errors="replace"))
    if size > MAX_BYTES:
        raise PaiError(Problem("YamlTooLarge", {"size": size, "limit": MAX_BYTES}))
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-16" if text[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
        text.encode()
    except UnicodeError as error:
        before = text[: getattr(error, "start", 0)]
        start = before.decode(errors="replace") if isinstance(before, bytes) else before
        raise PaiError(Problem("YamlNotText", {}, *_line_and_column(start, len(start)))) from None
    return _join_surrogates(text.removeprefix("\ufeff"))


def _join_surrogates(text: str) -> str:
    r"""JSON writes an emoji as two escapes (`\ud83d\ude00`), which YAML does not know: put the character."""
    if "\\u" not in text or not text.lstrip().startswith("{"):
        return text

    def join(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        return bytes.fromhex(match[1] + match[2]).decode("utf-16-be")

    return _SURROGATES.sub(join, text)


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _syntax_problem(error: yaml.MarkedYAMLError, text: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    if mark and error.context_mark and mark.index >= len(text):
        mark = error.context_mark  # where the bracket opened says more than where the text ends
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    reason = " ".join(part for part in (error.context, error.problem) if part)
    row = text.splitlines()[line - 1 : line]
    if row and row[0][column - 1 : column] == "\t":
        return Problem("YamlTab", {}, line, column)
    if "mapping values are not allowed" in reason:
        return Problem("YamlColon", {}, line, column)
    return Problem("YamlSyntax", {"reason": reason}, line, column)
