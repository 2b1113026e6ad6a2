"""What is wrong with a job's plugins, and what of them has no effect. For documents of any shape."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pydantic import ValidationError

from openpai.errors import PaiError
from openpai.protocol.findings import Finding, Path, items, listed, mapping
from openpai.protocol.mistakes import mistakes
from openpai.protocol.plugins import (
    MODELS,
    PLUGINS,
    Asked,
    Cmd,
    Ssh,
    asked_by_extras,
    asked_by_prerequisites,
    asked_by_role,
    mapping_at,
    required_by_name,
    with_required,
)
from openpai.protocol.scalars import kind_of
from openpai.protocol.template import Scope, render_values

_NOT_HERE = frozenset({"git", "hook"})
"""Plugins of OpenPAI that do not exist here: their files are accepted, as they were there."""

_POLICIES = ("fail", "ignore")
_PUBLIC_KEY = re.compile(r"(?:\S.*\s)?(?:ssh-|ecdsa-|sk-)\S+\s+[A-Za-z0-9+/=]{16,}(?:\s.*)?")


def plugin_mistakes(document: Mapping[str, object]) -> Iterator[Finding]:
    """Why the job is refused."""
    yield from _shapes(document)
    for asked in _all(document):
        if asked.name in MODELS:
            yield from _parameters(document, asked)
        elif asked.name not in _NOT_HERE and not asked.ignores_failure:
            params = {"plugin": asked.name[:100], "known": listed(MODELS)}
            yield Finding("UnknownPlugin", asked.at, params)


def plugin_warnings(document: Mapping[str, object]) -> Iterator[Finding]:
    """What is accepted and has no effect."""
    for index, _ in enumerate(items(document, "prerequisites")):
        plugin = mapping_at(document, index).get("plugin")
        if isinstance(plugin, str) and plugin and not plugin.startswith(PLUGINS + "."):
            yield _not_run(plugin, ("prerequisites", index, "plugin"))
    yield from _requirements(document)
    for asked in _all(document):
        if asked.name not in MODELS:
            yield _not_run(asked.name, asked.at)
        else:
            yield from _without_effect(document, asked)
    for role in mapping(document, "taskRoles"):
        for asked in [asked for asked in asked_by_role(document, role) if asked.name == "ssh"][1:]:
            yield Finding("PluginTwice", asked.at, {"plugin": asked.name, "role": role})


def _requirements(document: Mapping[str, object]) -> Iterator[Finding]:
    """What of `require` cannot be met: OpenPAI accepted it, as it read none of it."""
    known = required_by_name(document)
    for index, _ in enumerate(items(document, "prerequisites")):
        prerequisite = mapping_at(document, index)
        name = prerequisite.get("name")
        for place, wanted in enumerate(items(prerequisite, "require")):
            path: Path = ("prerequisites", index, "require", place)
            if wanted not in known:
                yield Finding("RequirementUnknown", path, {"name": str(wanted)[:100], "known": listed(known)})
            elif name in with_required(document, [wanted]):
                yield Finding(
                    "RequirementRing", path, {"name": str(name)[:100], "required": str(wanted)[:100]}
                )


def _all(document: Mapping[str, object]) -> Iterator[Asked]:
    for _, asked in asked_by_prerequisites(document):
        yield asked
    yield from asked_by_extras(document)


def _shapes(document: Mapping[str, object]) -> Iterator[Finding]:
    """Whether entries are what they must be before their parameters are looked at."""
    entries = mapping(document, "extras").get(PLUGINS)
    path: Path = ("extras", PLUGINS)
    if entries and not isinstance(entries, list | tuple):
        yield _wrong_type(path, "list", entries)
    for index, entry in enumerate(items(mapping(document, "extras"), PLUGINS)):
        yield from _entry(entry, (*path, index))
    for index, _ in asked_by_prerequisites(document):
        yield from _policy(mapping_at(document, index), ("prerequisites", index))


def _entry(entry: object, path: Path) -> Iterator[Finding]:
    if not isinstance(entry, Mapping):
        yield _wrong_type(path, "mapping", entry)
        return
    if "plugin" not in entry:
        yield Finding("MissingField", (*path, "plugin"), {"field": "plugin"})
    for field, kinds, expected in (
        ("plugin", str, "string"),
        ("parameters", Mapping | None, "mapping"),
        ("taskroles", list | tuple | None, "list"),
    ):
        if not isinstance(entry.get(field, "" if field == "plugin" else None), kinds):
            yield _wrong_type((*path, field), expected, entry[field])
    yield from _policy(entry, path)


def _policy(entry: Mapping[str, object], path: Path) -> Iterator[Finding]:
    policy = entry.get("failurePolicy")
    if policy is not None and policy not in _POLICIES:
        params = {"field": "failurePolicy", "value": str(policy)[:60], "allowed": " | ".join(_POLICIES)}
        yield Finding("WrongValue", (*path, "failurePolicy"), params)


def _parameters(document: Mapping[str, object], asked: Asked) -> Iterator[Finding]:
    """Mistakes in the parameters, unless a template in them has no value, which is told elsewhere."""
    parameters = _rendered(document, asked)
    if not isinstance(parameters, Mapping):
        return
    try:
        read = MODELS[asked.name].model_validate(parameters)
    except ValidationError as error:
        for found in mistakes(error, parameters):
            yield replace(found, path=(*asked.path, *found.path))
        return
    if isinstance(read, Cmd) and read.callbacks and (read.pre_commands or read.post_commands):
        yield Finding("CmdPluginMixed", (*asked.path, "callbacks"), at_key=True)
    if isinstance(read, Ssh) and any(_PUBLIC_KEY.fullmatch(key) is None for key in _keys(read)):
        yield Finding("NoPublicKey", (*asked.path, "userssh", "value"))


def _keys(read: Ssh) -> list[str]:
    return [key for key in read.user_keys if not key.startswith("#")]


def _rendered(document: Mapping[str, object], asked: Asked) -> object:
    """The parameters with what is known without a role: `$data` and its like stay as they are. None where a template
    has no value."""
    scope: Scope = {name: mapping(document, name) for name in ("parameters", "secrets")}
    try:
        return render_values(asked.parameters, scope)
    except PaiError:
        return None


def _without_effect(document: Mapping[str, object], asked: Asked) -> Iterator[Finding]:
    known = [field.alias or name for name, field in MODELS[asked.name].model_fields.items()]
    written = asked.parameters if isinstance(asked.parameters, Mapping) else {}
    for name in written if known else ():
        if name not in known:
            params = {"field": name, "known": ", ".join(known)}
            yield Finding("IgnoredField", (*asked.path, name), params, at_key=True)
    if asked.name == "ssh" and mapping(written, "userssh").get("type") == "system":
        params = {"field": "userssh", "cause": "NoUserProfiles"}
        yield Finding("NotThereYet", (*asked.path, "userssh"), params, at_key=True)
    roles = mapping(document, "taskRoles")
    for index, role in enumerate(asked.roles or ()):
        if role not in roles:
            path: Path = (*asked.path[:-1], "taskroles", index)
            yield Finding("PluginRoleUnknown", path, {"role": str(role)[:100], "known": listed(roles)})


def _not_run(plugin: str, path: Path) -> Finding:
    params = {"field": "plugin", "cause": "PluginNotRun", "plugin": plugin[:100]}
    return Finding("NotThereYet", path, params, at_key=True)


def _wrong_type(path: Path, expected: str, value: object) -> Finding:
    field = next(part for part in reversed(path) if isinstance(part, str))
    return Finding("WrongType", path, {"field": field, "expected": expected, "actual": kind_of(value)})
