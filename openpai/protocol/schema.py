"""JSON Schema of the job YAML, for editors: completion, explanations, first mistakes while typing."""

from copy import deepcopy
from functools import cache
from typing import Any

from openpai.messages import chinese_fields
from openpai.protocol.job import Job

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(language: str = "en") -> dict[str, Any]:
    """The schema (draft 2020-12), made from the models, with explanations in "en" or "zh". The caller may change it.

    It cannot say what concerns several fields: names that must exist or be unique, templates, and that no key
    stands twice. `parse` has the last word.
    """
    return deepcopy(_schema(language))


@cache
def _schema(language: str) -> dict[str, Any]:
    schema = Job.model_json_schema(by_alias=True)
    _tidy(schema)
    if language == "zh":
        _explain_in_chinese(schema)
    return {"$schema": DIALECT, **schema, "title": "OpenPAI job, protocol version 2"}


def _tidy(node: Any) -> None:
    """Make pydantic's schema say what the models do, in what editors understand."""
    if isinstance(node, list):
        for item in node:
            _tidy(item)
        return
    if not isinstance(node, dict):
        return
    if "patternProperties" in node:
        node["additionalProperties"] = False
    node.pop("discriminator", None)  # OpenAPI's word; `const` of `type` says the same
    if node.get("default") == []:
        del node["default"]  # an empty list may not be written
    for name, field in node.get("properties", {}).items():
        field["title"] = name
        if name == "minSucceededInstances":
            del field["default"]  # the role's number of instances, which no schema can say
    for value in node.values():
        _tidy(value)


def _explain_in_chinese(schema: dict[str, Any]) -> None:
    for name, model in (("Job", schema), *schema["$defs"].items()):
        model.pop("description", None)  # of a model: each field that holds one says more
        for field, text in chinese_fields()[name].items():
            model["properties"][field]["description"] = text
