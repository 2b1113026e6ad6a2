"""The `WWW-Authenticate` header of RFC 9110: how a server wants to be shown who asks. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_SCHEME = re.compile(_TOKEN)
_TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]+=*(?=\s*(?:,|$))")
_PARAM = re.compile(
    rf'({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))'
)  # unquoted URLs are seen, though illegal
_BETWEEN = re.compile(r"[\s,]*")
_ELSE = re.compile(r"[^,]*")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way in. `scheme` and the names of the parameters are in lower case."""

    scheme: str
    params: Mapping[str, str] = field(default_factory=dict)


def parse_challenges(header: str) -> tuple[Challenge, ...]:
    """All challenges of the header, several headers joined by commas; what is no challenge is passed over.

    >>> parse_challenges('Basic realm="a, b", Bearer realm="https://x/token",service=y')[1].params["service"]
    'y'
    """
    found: list[Challenge] = []
    position = _after(_BETWEEN, header, 0)
    while position < len(header):
        scheme = _SCHEME.match(header, position)
        if scheme is None:
            position = _after(_ELSE, header, position)
        else:
            params, position = _params(header, scheme.end())
            found.append(Challenge(scheme[0].lower(), params))
        position = _after(_BETWEEN, header, position)
    return tuple(found)


def _params(header: str, position: int) -> tuple[Mapping[str, str], int]:
    params: dict[str, str] = {}
    position += len(header[position:]) - len(header[position:].lstrip())
    if token68 := _TOKEN68.match(header, position):
        return params, token68.end()
    while param := _PARAM.match(header, _after(_BETWEEN, header, position)):
        quoted, bare = param[2], param[3]
        params[param[1].lower()] = bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        position = param.end()
    return params, position


def _after(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
