"""The fields of the job YAML as tables, from the JSON Schema that `pai schema` prints."""

from collections.abc import Mapping
from typing import Any

from docs.make.pages import cell, table
from openpai.protocol.schema import json_schema

_HEAD = {"en": ("field", "type", "default", "meaning"), "zh": ("字段", "类型", "默认值", "含义")}
_REQUIRED = {"en": "**required**", "zh": "**必填**"}
_TYPES = {
    "en": {"mapping": "mapping", "list": "list of {of}", "any": "any"},
    "zh": {"mapping": "映射", "list": "{of}列表", "any": "任意"},
}


_SAID = ("by default", "默认")  # then the meaning says more than a value


def fields(model: str, language: str) -> str:
    """The table of one model of the schema; `Job` is the whole document."""
    schema = json_schema(language)
    node = schema if model == "Job" else schema["$defs"][model]
    required = node.get("required", ())
    rows = [
        (
            f"`{name}`",
            cell(_type(field, language)),
            _REQUIRED[language] if name in required else _default(field),
            cell(field["description"]),
        )
        for name, field in node["properties"].items()
    ]
    return table(_HEAD[language], rows)


def _default(field: Mapping[str, Any]) -> str:
    value = field.get("default")
    if value in (None, "") or any(words in field["description"] for words in _SAID):
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
