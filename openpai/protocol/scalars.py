"""What an unquoted YAML word means: YAML 1.2 as js-yaml 3 read it, which is what OpenPAI's users wrote for.

Only true and false are booleans (`yes` is text), `010` is octal. Unlike js-yaml, dates (`2024-01-31`), clock
times (`1:30`), `.inf` and `.nan` stay the text that the user wrote: JSON has no such values, and a template
that prints them should print what stands in the file.
"""

import math
import re
from decimal import Decimal

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"([-+]?)(?:0b([01][01_]*)|0x([0-9a-fA-F][0-9a-fA-F_]*)|0([0-7_]+)|(0|[1-9][0-9_]*))")
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9_]*)(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?")
_BASES = (2, 16, 8, 10)
_LONGEST_NUMBER = 100  # characters; more is an identifier, and printing it back would be slow


def resolve(word: str) -> Scalar:
    """The value of a plain (unquoted, untagged) scalar.

    >>> [resolve(w) for w in ("yes", "true", "010", "1e-3", "08", "2020-01-01", "~")]
    ['yes', True, 8, 0.001, '08', '2020-01-01', None]
    """
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in "-+.0123456789" or word[-1] == "_" or len(word) > _LONGEST_NUMBER:
        return word
    if (match := _INTEGER.fullmatch(word)) is not None:
        return _integer(match)
    if _FLOAT.fullmatch(word) is None:
        return word
    number = float(word.replace("_", ""))
    return number if math.isfinite(number) else word


def _integer(match: re.Match[str]) -> int:
    sign, *digits = match.groups()
    for text, base in zip(digits, _BASES, strict=True):
        if text is not None:
            number = int(text.replace("_", "") or "0", base)
            return -number if sign == "-" else number
    raise AssertionError("one alternative of _INTEGER always matches")


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


def print_scalar(value: object) -> str:
    """A value as JavaScript's `String()` prints it, so that templates give what they gave under OpenPAI.

    Whole numbers beyond 2^53 are printed exactly. Null is "" (as inside a printed list).

    >>> [print_scalar(v) for v in (1.0, 1e-3, 1e21, True, [1, [2, None]], {})]
    ['1', '0.001', '1e+21', 'true', '1,2,', '[object Object]']
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return _print_float(value)
        case list() | tuple():
            return ",".join(print_scalar(item) for item in value)
        case dict():
            return "[object Object]"
        case _:
            return str(value)


def _print_float(number: float) -> str:
    """ECMAScript's Number::toString: plain digits between 1e-7 and 1e21, else with an exponent."""
    if number == 0 or not math.isfinite(number):
        return "0" if number == 0 else "NaN" if math.isnan(number) else f"{'-' * (number < 0)}Infinity"
    _, digits, exponent = Decimal(repr(abs(number))).normalize().as_tuple()
    mantissa = "".join(map(str, digits))
    sign = "-" if number < 0 else ""
    point = len(mantissa) + int(exponent)  # where the point stands, counted in digits from the left
    if 0 < point <= 21:
        whole, fraction = mantissa[:point].ljust(point, "0"), mantissa[point:]
        return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{mantissa}"
    head = mantissa[0] + (f".{mantissa[1:]}" if len(mantissa) > 1 else "")
    return f"{sign}{head}e{point - 1:+d}"
