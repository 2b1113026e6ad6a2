"""Pydantic's errors in our words: one finding per mistake, with the remedy that fits it.

No sentence of pydantic reaches a user, and no value of a field that may hold a secret.
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from openpai.protocol.fields import IDENTIFIER, NAME
from openpai.protocol.findings import MOST_FINDINGS, Finding, Path
from openpai.protocol.job import Defaults, Deployment, DeploymentRole, Job
from openpai.protocol.prerequisites import Auth, Data, DockerImage, Output, Script
from openpai.protocol.scalars import kind_of
from openpai.protocol.task_role import Completion, ContainerOptions, ResourcePerInstance, TaskRole

_PREREQUISITES: Mapping[str, type[BaseModel]] = {
    "dockerimage": DockerImage, "script": Script, "output": Output, "data": Data,
}  # fmt: skip
_EXPECTED = {
    "string_type": "string",
    "int_type": "integer",
    "float_type": "number",
    "bool_type": "boolean",
    "tuple_type": "list",
    "dict_type": "mapping",
    "model_type": "mapping",
    "model_attributes_type": "mapping",
}
_RESOURCES = ("cpu", "memoryMB", "gpu")
_LONGEST_VALUE = 60


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


_CONTENTS: Mapping[str, Iterable[str]] = {
    "taskRoles.<role>": ("instances", "completion", "taskRetryCount", "commands"),
    "taskRoles.<role>.completion": _names(Completion),
    "taskRoles.<role>.resourcePerInstance": _names(ResourcePerInstance),
    "taskRoles.<role>.extraContainerOptions": _names(ContainerOptions),
    "defaults": _names(Defaults),
    "prerequisites[].auth": _names(Auth),
    "deployments[].taskRoles.<role>": _names(DeploymentRole),
    "extras": ("gangAllocation", "hivedScheduler", "storages"),
    "extras.hivedScheduler": ("jobPriorityClass",),
    "extras.hivedScheduler.taskRoles.<role>": ("skuType", "pinnedCellId"),
}
_HOMES = {name: place for place, names in _CONTENTS.items() for name in names}
"""Where a field belongs that people put elsewhere."""
_AT_THE_TOP = frozenset({"jobRetryCount", "parameters", "secrets", "deployments", "defaults", "extras"})


def mistakes(error: ValidationError, document: Mapping[str, object]) -> list[Finding]:
    """All that is wrong with `document` by its models, in the order of the fields."""
    wrong_types: dict[Path, list[str]] = {}
    found: list[Finding] = []
    for detail in error.errors(include_url=False, include_input=False)[:MOST_FINDINGS]:
        path, value, at_key = _walk(detail["loc"], document)
        kind = detail["type"]
        if kind in _EXPECTED:
            if path not in wrong_types:
                found.append(Finding("WrongType", path))
            wrong_types.setdefault(path, []).append(_EXPECTED[kind])
        else:
            found.extend(_mistake(kind, path, value, detail.get("ctx", {}), at_key=at_key))
    return [_wrong_type(f.path, wrong_types[f.path], document) if f.code == "WrongType" else f for f in found]


def _walk(location: tuple[int | str, ...], document: object) -> tuple[Path, object, bool]:
    """The field path of pydantic's location (which also holds names of union members) and the value there."""
    path: Path = ()
    value = document
    for part in location:
        if part == "[key]":
            return path, path[-1], True
        match value:
            case list() if isinstance(part, int):
                value = value[part]
            case Mapping() if part in value:
                value = value[part]
            case Mapping() if part == location[-1]:
                value = None  # the field is missing
            case _:
                continue
        path = (*path, part)
    return path, value, False


def _mistake(
    kind: str, path: Path, value: object, context: Mapping[str, Any], *, at_key: bool
) -> Iterator[Finding]:
    field = str(path[-1]) if path else ""
    match kind:
        case "extra_forbidden":
            yield _unknown(path, field)
        case "missing":
            resource = field in _RESOURCES and path[-2] == "resourcePerInstance"
            yield Finding("MissingResource" if resource else "MissingField", path, {"field": field})
        case "union_tag_not_found":
            yield Finding("MissingField", (*path, "type"), {"field": "type"})
        case "union_tag_invalid":
            yield _wrong_value((*path, "type"), context["tag"], " | ".join(_PREREQUISITES))
        case "too_short":
            if not value:  # pydantic also says so when all entries are wrong
                yield Finding("EmptyField", path, {"field": field})
        case "literal_error":
            yield _wrong_value(path, value, context["expected"].replace("'", ""))
        case "greater_than_equal":
            yield _wrong_value(path, value, f">= {context['ge']}")
        case "less_than_equal":
            yield _wrong_value(path, value, f"<= {context['le']}")
        case _:
            allowed = IDENTIFIER if at_key else NAME if kind == "string_pattern_mismatch" else kind
            yield _wrong_value(path, value, allowed, at_key=at_key)


def _wrong_value(path: Path, value: object, allowed: str, *, at_key: bool = False) -> Finding:
    shown = str(value)
    if len(shown) > _LONGEST_VALUE:
        shown = shown[:_LONGEST_VALUE] + "…"
    field = str(path[-2 if at_key else -1])  # a key that is wrong is a value of what holds it
    params = {"field": field, "value": shown, "allowed": allowed}
    return Finding("WrongValue", path, params, at_key=at_key)


def _wrong_type(path: Path, expected: list[str], document: Mapping[str, object]) -> Finding:
    _, value, _ = _walk(path, document)
    field = str(path[-1])
    if isinstance(value, float) and field in _RESOURCES:
        return Finding("FractionalResource", path, {"field": field, "value": value})
    return Finding(
        "WrongType", path, {"field": field, "expected": " | ".join(expected), "actual": kind_of(value)}
    )


def _unknown(path: Path, field: str) -> Finding:
    known = _names(_model_at(path[:-1]))
    if field in _AT_THE_TOP:
        return Finding("TopLevelField", path, {"field": field}, at_key=True)
    if field in _HOMES:
        return Finding("MisplacedField", path, {"field": field, "place": _HOMES[field]}, at_key=True)
    by_lower = {name.lower(): name for name in known}
    nearest = get_close_matches(field.lower(), by_lower, n=1, cutoff=0.0)[0]
    params = {"field": field, "nearest": by_lower[nearest], "known": ", ".join(known)}
    return Finding("UnknownField", path, params, at_key=True)


def _model_at(path: Path) -> type[BaseModel]:
    """The model that forbids unknown fields at `path`."""
    match path:
        case ("taskRoles", _):
            return TaskRole
        case ("taskRoles", _, "completion"):
            return Completion
        case ("taskRoles", _, "resourcePerInstance"):
            return ResourcePerInstance
        case ("prerequisites", _):
            return DockerImage  # the only type that does
        case ("deployments", _):
            return Deployment
        case ("deployments", _, "taskRoles", _):
            return DeploymentRole
        case _:
            return Job
