"""Secrets of a document: taken out before it is stored or shown, put back before it runs.

Masking works on the parsed document. Secret are all values under `secrets`, and what an `auth` holds besides
user name and registry, unless it only refers to a secret (`<% $secrets.name %>`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openpai.protocol.findings import Finding, Path, items, mapping

MASK = "******"

_PUBLIC = frozenset({"username", "registryuri"})
_ONLY_A_REFERENCE = re.compile(r"\s*<%\s*\$secrets[.\[][^<>%]*%>\s*")

Json = dict[str, Any]


def mask(document: Mapping[str, object]) -> tuple[Json, dict[str, object]]:
    """A copy of `document` with `******` for every secret, and the secrets by JSON pointer."""
    held = {_pointer(path): value for path, value in _secret_values(document)}
    return _replaced(document, {path: MASK for path, _ in _secret_values(document)}), held


def unmask(masked: Mapping[str, object], held: Mapping[str, object]) -> Json:
    """The document that `mask` has split into these two."""
    places = {_pointer(path): path for path, _ in _secret_values(masked)}
    return _replaced(masked, {places[pointer]: value for pointer, value in held.items()})


def restore(document: Mapping[str, object], masked: Mapping[str, object], held: Mapping[str, object]) -> Json:
    """`document`, a perhaps changed copy of the masked one, with its `******` filled in where held.

    A password goes only to the image that it was given for: same name, image, user and registry, at whatever
    position; so moving entries about never sends a password to another registry.
    """
    passwords = {_owner(masked, path): held.get(_pointer(path)) for path, _ in _secret_values(masked)}
    found: dict[Path, object] = {}
    for path, value in _secret_values(document):
        owner = _owner(document, path)
        if value == MASK and passwords.get(owner) is not None:
            found[path] = passwords[owner]
    return _replaced(document, found)


def still_masked(document: Mapping[str, object]) -> Iterator[Finding]:
    """`******` where a secret should be: a masked config was submitted again."""
    for path, value in _secret_values(document):
        if value == MASK:
            yield Finding("MaskedSecret", path, {"name": str(path[-1])})


def _secret_values(document: Mapping[str, object]) -> Iterator[tuple[Path, object]]:
    secrets = document.get("secrets")
    if isinstance(secrets, Mapping):
        for name, value in secrets.items():
            yield ("secrets", name), value
    elif "secrets" in document:
        yield ("secrets",), secrets
    for index, prerequisite in enumerate(items(document, "prerequisites")):
        if not isinstance(prerequisite, Mapping) or "auth" not in prerequisite:
            continue
        path: Path = ("prerequisites", index, "auth")
        auth = prerequisite["auth"]
        if not isinstance(auth, Mapping):
            yield path, auth
            continue
        for key, value in auth.items():
            if key not in _PUBLIC and not (isinstance(value, str) and _ONLY_A_REFERENCE.fullmatch(value)):
                yield (*path, key), value


def _owner(document: Mapping[str, object], path: Path) -> str:
    """What a secret belongs to, wherever it stands."""
    if path[0] == "secrets":
        return repr(path)
    prerequisite: Any = items(document, "prerequisites")[int(path[1])]
    auth = mapping(prerequisite, "auth")
    keys = [prerequisite.get(key) for key in ("type", "name", "uri")]
    return repr((keys, auth.get("username"), auth.get("registryuri"), path[2:]))


def _pointer(path: Path) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _replaced(document: Mapping[str, object], values: Mapping[Path, object]) -> Json:
    """A copy of `document` with these values; what is not on the way to one is shared."""
    copy = dict(document)
    branches: dict[str | int, dict[Path, object]] = {}
    for path, value in values.items():
        if len(path) == 1:
            copy[str(path[0])] = value
        else:
            branches.setdefault(path[0], {})[path[1:]] = value
    for key, inside in branches.items():
        copy[str(key)] = _branch(copy[str(key)], inside)
    return copy


def _branch(value: Any, inside: dict[Path, object]) -> object:
    if not isinstance(value, list):
        return _replaced(value, inside)
    as_mapping = _replaced(
        {str(i): item for i, item in enumerate(value)},
        {(str(path[0]), *path[1:]): new for path, new in inside.items()},
    )
    return list(as_mapping.values())
