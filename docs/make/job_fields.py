"""The fields of the job YAML as tables, from the JSON Schema that `pai schema` prints.

The English meaning is the schema's own description, the Chinese one stands in job_fields.zh.toml; a test holds
it to the same fields.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from docs.make.pages import cell, table
from openpai.protocol.schema import json_schema

_HEAD = {"en": ("field", "type", "default", "meaning"), "zh": ("字段", "类型", "默认值", "含义")}
_REQUIRED = {"en": "**required**", "zh": "**必填**"}
_TYPES = {
    "en": {"mapping": "mapping", "list": "list of {of}", "any": "any"},
    "zh": {"mapping": "映射", "list": "{of}列表", "any": "任意"},
}


def fields(model: str, language: str) -> str:
    """The table of one model of the schema; `Job` is the whole document."""
    schema = json_schema()
    node = schema if model == "Job" else schema["$defs"][model]
    required = node.get("required", ())
    rows = [
        (
            f"`{name}`",
            cell(_type(field, language)),
            _REQUIRED[language] if name in required else _default(field),
            cell(meaning(model, name, field, language)),
        )
        for name, field in node["properties"].items()
    ]
    return table(_HEAD[language], rows)


def meaning(model: str, name: str, field: Mapping[str, Any], language: str) -> str:
    return str(field["description"]) if language == "en" else chinese()[model][name]


@cache
def chinese() -> Mapping[str, Mapping[str, str]]:
    """Model → field → meaning."""
    return tomllib.loads(Path(__file__).with_name("job_fields.zh.toml").read_text("utf-8"))


def _default(field: Mapping[str, Any]) -> str:
    value = field.get("default")
    if value in (None, "") or "by default" in field["description"]:  # the meaning says more than a value
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _type(field: Mapping[str, Any], language: str) -> str:
    words = _TYPES[language]
    if "enum" in field or "const" in field:
        values = field.get("enum", [field.get("const")])
        return ", ".join(
            f'`"{value}"`' if str(value).isdecimal() and isinstance(value, str) else f"`{value}`"
            for value in values
        )
    if "anyOf" in field or "oneOf" in field:
        kinds = [_type(kind, language) for kind in field.get("anyOf", field.get("oneOf", ()))]
        return " / ".join(dict.fromkeys(kinds))
    if "$ref" in field:
        return words["mapping"]
    match field.get("type"):
        case "array":
            return words["list"].format(of=_type(field["items"], language))
        case "object":
            return words["mapping"]
        case None:
            return words["any"]
        case [*kinds]:
            return " / ".join(kinds)
        case kind:
            return str(kind) + _limits(field)


def _limits(field: Mapping[str, Any]) -> str:
    return f" ≥ {field['minimum']}" if "minimum" in field else ""
