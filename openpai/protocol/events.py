"""YAML events → plain values and their places. Called by `document` only.

One pass over the parser's events, without recursion in C, and every limit is checked before memory is spent:
a hostile text (alias bomb, deep nesting) costs milliseconds.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from openpai.errors import PaiError, Params, Problem
from openpai.protocol.findings import Path, spell
from openpai.protocol.scalars import Scalar, kind_of, print_scalar, resolve

MAX_NODES = 50_000  # counted with aliases expanded, as everything after this file sees the values
MAX_CHARACTERS = 2 << 20  # of all texts, with aliases expanded
MAX_DEPTH = 64

_TAG = "tag:yaml.org,2002:"
_TAGGED_KINDS = {"int": "integer", "float": "number", "bool": "boolean", "null": "null"}


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the text: line and column from 1; `start` and `end` count characters from 0."""

    line: int
    column: int
    start: int
    end: int


class Read(NamedTuple):
    """What a text holds, where its keys and values stand, and the duplicate keys found on the way."""

    value: dict[str, object]
    keys: dict[Path, Place]
    values: dict[Path, Place]
    problems: tuple[Problem, ...]


def read_events(loader: Any) -> Read:
    """The document of a PyYAML loader. Raises PaiError, and yaml.YAMLError from the parser below."""
    reader = _Reader(loader)
    value = reader.read()
    return Read(value, reader.keys, reader.values, tuple(reader.problems))


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an alias stands for, and what it costs to write it out."""

    value: object
    nodes: int
    characters: int
    height: int


@dataclass(slots=True)
class _Reader:
    """Turns events into values, counting what they would cost with aliases expanded."""

    loader: Any
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, _Anchored] = field(default_factory=dict)
    nodes: int = 0
    characters: int = 0
    deepest: int = 0

    def read(self) -> dict[str, object]:
        """The one document of the stream."""
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
        return value

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


def _place(event: Any) -> Place:
    start = event.start_mark
    return Place(start.line + 1, start.column + 1, start.index, event.end_mark.index)
