"""Templates of a whole document checked at submission, before anything is rendered for a task.

Works on plain values of any shape, so that a missing parameter is told together with all other mistakes.
"""

from collections.abc import Iterator, Mapping

from openpai.protocol.findings import Finding, Path, items, mapping
from openpai.protocol.plugins import asked_by_role
from openpai.protocol.template import AUTH_PASSES, COMMAND_PASSES, Renderer, Scope

_SOURCES = ("script", "output", "data")


def template_findings(document: Mapping[str, object]) -> list[Finding]:
    """Mistakes and warnings of all templates that will be rendered. Raises PaiError RenderedTooLarge."""
    renderer = Renderer()
    values = {name: mapping(document, name) for name in ("parameters", "secrets")}
    for index, prerequisite in enumerate(items(document, "prerequisites")):
        auth = mapping(prerequisite, "auth")
        for key in ("username", "password", "registryuri"):
            _render(renderer, auth.get(key), values, AUTH_PASSES, ("prerequisites", index, "auth", key))
    sources = _sources(document)
    around = _active_deployment(document)
    for name in mapping(document, "taskRoles"):
        role = mapping(document["taskRoles"], name)
        chosen = {
            kind: sources.get((kind, role.get(kind))) for kind in _SOURCES if isinstance(role.get(kind), str)
        }
        scope = {**values, **{kind: source for kind, source in chosen.items() if source is not None}}
        texts = (*_commands(name, role), *_around(name, *around), *_plugins(document, name))
        for path, command in texts:
            _render(renderer, command, scope, COMMAND_PASSES, path)
    distinct = {(finding.code, finding.path, finding.needle): finding for finding in renderer.findings}
    return list(distinct.values())


def _render(
    renderer: Renderer, text: object, scope: Scope, passes: tuple[tuple[str, ...], ...], path: Path
) -> None:
    if isinstance(text, str):
        renderer.render(text, scope, *passes, path=path)


def _sources(document: Mapping[str, object]) -> dict[tuple[str, object], object]:
    """The prerequisites that `$script`, `$output` and `$data` may stand for, by type and name."""
    found: dict[tuple[str, object], object] = {}
    for prerequisite in items(document, "prerequisites"):
        if isinstance(prerequisite, Mapping):
            kind, name = prerequisite.get("type"), prerequisite.get("name")
            if kind in _SOURCES and isinstance(name, str):
                found.setdefault((str(kind), name), prerequisite)
    return found


def _active_deployment(document: Mapping[str, object]) -> tuple[int, object]:
    """Position and body of the deployment that `defaults` names; no body when there is none."""
    wanted = mapping(document, "defaults").get("deployment")
    for index, deployment in enumerate(items(document, "deployments")):
        if isinstance(deployment, Mapping) and wanted is not None and deployment.get("name") == str(wanted):
            return index, deployment
    return 0, None


def _commands(name: str, role: Mapping[str, object]) -> Iterator[tuple[Path, object]]:
    for index, command in enumerate(items(role, "commands")):
        yield ("taskRoles", name, "commands", index), command


def _around(name: str, position: int, deployment: object) -> Iterator[tuple[Path, object]]:
    role = mapping(mapping(deployment, "taskRoles"), name)
    for field in ("preCommands", "postCommands"):
        for index, command in enumerate(items(role, field)):
            yield ("deployments", position, "taskRoles", name, field, index), command


def _plugins(document: Mapping[str, object], role: str) -> Iterator[tuple[Path, object]]:
    for asked in asked_by_role(document, role):
        yield from _texts(asked.parameters, asked.path)


def _texts(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    """Every text in `value`, with its place."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))
    elif isinstance(value, str):
        yield path, value
