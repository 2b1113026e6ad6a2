"""What the fields of a job say about one another: names that must exist, and must not exist twice.

Works on plain values of any shape, so that these mistakes are told together with those of the models.
"""

from collections.abc import Iterator, Mapping

from openpai.protocol.findings import Finding, Path, items, listed, mapping
from openpai.protocol.job import normalise_role_name

_ONE_OF_TYPE = {"dockerImage": "dockerimage", "data": "data", "output": "output", "script": "script"}


def references(document: Mapping[str, object]) -> Iterator[Finding]:
    """Every name in `document` that points nowhere or is given twice."""
    yield from _duplicates(document)
    yield from _unknown_prerequisites(document)
    yield from _deployments(document)
    yield from _role_names(document)


def prerequisite_names(document: Mapping[str, object]) -> Iterator[tuple[int, str, str]]:
    """Position, type and name of every prerequisite that has both."""
    for index, prerequisite in enumerate(items(document, "prerequisites")):
        if isinstance(prerequisite, Mapping):
            kind, name = prerequisite.get("type"), prerequisite.get("name")
            if isinstance(kind, str) and isinstance(name, str):
                yield index, kind, name


def _duplicates(document: Mapping[str, object]) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for index, kind, name in prerequisite_names(document):
        if (kind, name) in seen:
            path: Path = ("prerequisites", index, "name")
            yield Finding("DuplicatePrerequisite", path, {"type": kind, "name": name})
        seen.add((kind, name))


def _unknown_prerequisites(document: Mapping[str, object]) -> Iterator[Finding]:
    known: dict[str, dict[str, None]] = {"any": {}}  # type → names, in order
    for _, kind, name in prerequisite_names(document):
        known.setdefault(kind, {})[name] = None
        known["any"][name] = None
    for role in mapping(document, "taskRoles"):
        for path, kind, wanted in _wanted_prerequisites(mapping(document["taskRoles"], role)):
            if isinstance(wanted, str) and wanted not in known.get(kind, {}):
                params = {"name": wanted, "type": kind, "known": listed(known.get(kind, {}))}
                yield Finding("UnknownPrerequisite", ("taskRoles", role, *path), params)


def _wanted_prerequisites(role: Mapping[str, object]) -> Iterator[tuple[Path, str, object]]:
    """Field, type and name of everything that a role refers to."""
    for field, kind in _ONE_OF_TYPE.items():
        yield (field,), kind, role.get(field)
    for index, name in enumerate(items(role, "prerequisites")):
        yield ("prerequisites", index), "any", name


def _deployments(document: Mapping[str, object]) -> Iterator[Finding]:
    seen: dict[str, None] = {}
    for index, deployment in enumerate(items(document, "deployments")):
        name = deployment.get("name") if isinstance(deployment, Mapping) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            yield Finding("DuplicateDeployment", ("deployments", index, "name"), {"name": name})
        seen[name] = None
    wanted = mapping(document, "defaults").get("deployment")
    if wanted is not None and not isinstance(wanted, bool | list | dict) and str(wanted) not in seen:
        params = {"name": str(wanted), "known": listed(seen)}
        yield Finding("UnknownDeployment", ("defaults", "deployment"), params)


def _role_names(document: Mapping[str, object]) -> Iterator[Finding]:
    """Environment variables hold normalised role names, so two roles must not become one there."""
    first: dict[str, str] = {}
    for role in mapping(document, "taskRoles"):
        normal = normalise_role_name(role)
        if normal in first:
            params = {"first": first[normal], "second": role, "normalised": normal}
            yield Finding("AmbiguousRoleNames", ("taskRoles", role), params, at_key=True)
        first.setdefault(normal, role)
