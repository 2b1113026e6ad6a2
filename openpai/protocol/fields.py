"""The types of single fields: what OpenPAI's server accepted for each, made plain.

Its schema let some values pass that mean nothing (negative cores, zero memory). They are accepted here as
well, turned into the nearest value that does no harm, and `warnings` tells the user.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from openpai.protocol.scalars import print_scalar

NAME = r"^[a-zA-Z0-9_-]{1,255}$"
IDENTIFIER = r"^[a-zA-Z_][a-zA-Z0-9_]*$"


class Model(BaseModel):
    """A part of the protocol: immutable, camelCase outside, no unknown fields, no guessing between types."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", alias_generator=to_camel, regex_engine="rust-regex"
    )


def _whole(value: object) -> object:
    """2.0 is the integer 2, as in JSON Schema; whatever else is no integer stays for pydantic to refuse."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _text(value: object) -> object:
    return print_scalar(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _truth(value: object) -> object:
    """OpenPAI went by JavaScript's truth; the texts that plainly say no are read as such."""
    if isinstance(value, str):
        return value.lower() not in ("", "no", "off", "false", "0")
    return value if isinstance(value, bool) else value is not None and value != 0


def _empty_is_default(value: object) -> object:
    return "default" if value in (None, "") else _text(value)


def at_least(minimum: int, otherwise: int) -> AfterValidator:
    """Values below `minimum` become `otherwise`."""
    return AfterValidator(lambda value: value if value >= minimum else otherwise)


def is_default(value: object) -> bool:
    """Whether a completion threshold is left to its default: null or 0 (`false` is a mistake)."""
    return value is None or (value == 0 and not isinstance(value, bool))


def threshold(default: int) -> tuple[BeforeValidator, AfterValidator]:
    """A completion threshold: null and 0 mean the default, a negative number means never (None)."""
    return (
        BeforeValidator(lambda value: default if is_default(value) else _whole(value)),
        AfterValidator(lambda value: None if value is None or value < 0 else value),
    )


Integer = Annotated[int, BeforeValidator(_whole)]
Natural = Annotated[int, Field(ge=0), BeforeValidator(_whole)]
Positive = Annotated[int, Field(ge=1), BeforeValidator(_whole)]
Name = Annotated[str, Field(pattern=NAME)]
Identifier = Annotated[str, Field(pattern=IDENTIFIER)]
Strings = Annotated[tuple[str, ...], Field(strict=False)]
SomeStrings = Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
Truth = Annotated[bool, BeforeValidator(_truth), WithJsonSchema({})]
LooseText = Annotated[
    str | None, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number", "null"]})
]
ClusterName = Annotated[
    str, BeforeValidator(_empty_is_default), WithJsonSchema({"type": ["string", "number", "null"]})
]
Version = str | Integer | float
ProtocolVersion = Annotated[
    Literal[2],
    BeforeValidator(lambda value: 2 if value == "2" else _whole(value)),
    WithJsonSchema({"enum": [2, "2"]}),
]
Anything = dict[str, Any]
