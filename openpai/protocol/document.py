"""YAML text → plain JSON values, with the place of every key and value. Called by `parse` only.

Built straight from the parser's events: one pass, no recursion in C, and every limit is checked before memory
is spent. A hostile text (alias bomb, deep nesting, megabytes) costs milliseconds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from openpai.errors import PaiError, Params, Problem
from openpai.protocol.findings import Finding, Path, spell
from openpai.protocol.scalars import Scalar, print_scalar, resolve

MAX_BYTES = 1 << 20
MAX_NODES = 50_000  # counted with aliases expanded, as everything after this file sees the values
MAX_CHARACTERS = 2 << 20  # of all texts, with aliases expanded
MAX_DEPTH = 64

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_TAGGED_KINDS = {"int": "integer", "float": "number", "bool": "boolean", "null": "null"}
_SURROGATES = re.compile(r"\\(?:u([dD][89abAB]\w\w)\\u([dD][c-fC-F]\w\w)|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the text: line and column from 1; `start` and `end` count characters from 0."""

    line: int
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed text: `value`, where its keys and values stand, and the duplicate keys found on the way."""

    text: str
    value: object
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
        return _Reader(loader, clean).read()
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
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    reason = " ".join(part for part in (error.context, error.problem) if part)
    row = text.splitlines()[line - 1 : line]
    if row and row[0][column - 1 : column] == "\t":
        return Problem("YamlTab", {}, line, column)
    if "mapping values are not allowed" in reason:
        return Problem("YamlColon", {}, line, column)
    return Problem("YamlSyntax", {"reason": reason}, line, column)


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: object
    nodes: int
    characters: int
    height: int


@dataclass(slots=True)
class _Reader:
    """Turns events into values, counting what they would cost with aliases expanded."""

    loader: Any
    text: str
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, _Anchored] = field(default_factory=dict)
    nodes: int = 0
    characters: int = 0
    deepest: int = 0

    def read(self) -> Document:
        self.loader.get_event()  # the stream's start
        if isinstance(self.loader.get_event(), yaml.StreamEndEvent):
            raise PaiError(Problem("NotAMapping", {"actual": "empty"}, 1, 1))
        value = self.node(self.loader.get_event(), (), 1)
        self.loader.get_event()  # the document's end
        extra = self.loader.get_event()
        if not isinstance(extra, yaml.StreamEndEvent):
            raise self.error("YamlSeveralDocuments", extra)
        if not isinstance(value, dict):
            place = self.values[()]
            params = {"actual": "empty" if value is None else kind_of(value)}
            raise PaiError(Problem("NotAMapping", params, place.line, place.column))
        return Document(self.text, value, self.keys, self.values, tuple(self.problems))

    def error(self, code: str, event: Any, **params: str | int) -> PaiError:
        mark = event.start_mark
        return PaiError(Problem(code, params, mark.line + 1, mark.column + 1))

    def node(self, event: Any, path: Path, depth: int) -> object:
        self.values[path] = _place(event)
        self.spend(event, depth, 1, 0)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, depth)
        nodes, characters, deepest, self.deepest = self.nodes, self.characters, self.deepest, depth
        if isinstance(event, yaml.ScalarEvent):
            value: object = self.scalar(event, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self.sequence(event, path, depth)
        else:
            value = self.mapping(event, path, depth)
        if event.anchor is not None:
            height = self.deepest - depth
            self.anchors[event.anchor] = _Anchored(
                value, self.nodes - nodes, self.characters - characters, height
            )
        self.deepest = max(deepest, self.deepest)
        return value

    def spend(self, event: Any, depth: int, nodes: int, characters: int) -> None:
        """Count a node and refuse what is more than a job can be."""
        self.nodes += nodes
        self.characters += characters
        self.deepest = max(self.deepest, depth)
        for what, size, limit in (
            ("depth", depth, MAX_DEPTH),
            ("values", self.nodes, MAX_NODES),
            ("characters", self.characters, MAX_CHARACTERS),
        ):
            if size > limit:
                raise self.error("YamlTooComplex", event, what=what, limit=limit)

    def alias(self, event: Any, depth: int) -> object:
        target = self.anchors.get(event.anchor)
        if target is None:
            raise self.error("YamlAlias", event, name=event.anchor)
        self.spend(event, depth + target.height, target.nodes, target.characters)
        return target.value

    def scalar(self, event: Any, depth: int) -> Scalar:
        text: str = event.value
        self.spend(event, depth, 0, len(text))
        if event.tag is None:
            return resolve(text) if event.implicit[0] else text
        kind = event.tag.removeprefix(_TAG)
        if kind in ("!", "str", "timestamp"):
            return text
        value = resolve(text)
        if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if _TAGGED_KINDS.get(kind) != kind_of(value):
            raise self.error("YamlTag", event, tag=event.tag)
        return value

    def sequence(self, event: Any, path: Path, depth: int) -> list[object]:
        if event.tag not in (None, "!", _TAG + "seq"):
            raise self.error("YamlTag", event, tag=event.tag)
        items: list[object] = []
        while not isinstance(following := self.loader.get_event(), yaml.SequenceEndEvent):
            items.append(self.node(following, (*path, len(items)), depth + 1))
        return items

    def mapping(self, event: Any, path: Path, depth: int) -> dict[str, object]:
        if event.tag not in (None, "!", _TAG + "map"):
            raise self.error("YamlTag", event, tag=event.tag)
        entries: dict[str, object] = {}
        merged: set[str] = set()  # keys that came with `<<`, which a key of the mapping's own may replace
        while not isinstance(key := self.loader.get_event(), yaml.MappingEndEvent):
            name = self.key(key)
            inner = (*path, name)
            if name == "<<" and key.tag is None and key.implicit[0]:
                self.merge(key, self.node(self.loader.get_event(), inner, depth + 1), entries, merged)
            elif name in entries and name not in merged:
                self.duplicate(key, inner)
                self.node(self.loader.get_event(), (*inner, "<second>"), depth + 1)
            else:
                self.keys[inner] = _place(key)
                entries[name] = self.node(self.loader.get_event(), inner, depth + 1)
                merged.discard(name)
        return entries

    def key(self, event: Any) -> str:
        if isinstance(event, yaml.AliasEvent) and event.anchor in self.anchors:
            value = self.anchors[event.anchor].value
            if not isinstance(value, dict | list):
                return print_scalar(value)
        if not isinstance(event, yaml.ScalarEvent):
            raise self.error("YamlKey", event)
        self.spend(event, 1, 1, len(event.value))
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(event.value, 1, len(event.value), 0)
        return str(event.value)

    def merge(self, key: Any, source: object, entries: dict[str, object], merged: set[str]) -> None:
        for mapping in source if isinstance(source, list) else [source]:
            if not isinstance(mapping, dict):
                raise self.error("YamlMerge", key)
            for name, value in mapping.items():
                if name not in entries:
                    entries[name] = value
                    merged.add(name)

    def duplicate(self, event: Any, path: Path) -> None:
        params: Params = {"field": str(path[-1]), "first": self.keys[path].line}
        mark = event.start_mark
        self.problems.append(Problem("YamlDuplicateKey", params, mark.line + 1, mark.column + 1, spell(path)))


def kind_of(value: object) -> str:
    """The YAML word for a value's type, as messages use it."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list() | tuple():
            return "list"
        case _:
            return "mapping"


def _place(event: Any) -> Place:
    start = event.start_mark
    return Place(start.line + 1, start.column + 1, start.index, event.end_mark.index)
