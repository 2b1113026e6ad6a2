"""Templates of a whole document checked at submission, before anything is rendered for a task.

Works on plain values of any shape, so that a missing parameter is told together with all other mistakes.
"""

from collections.abc import Iterator, Mapping

from openpai.protocol.findings import Finding, Path, items, mapping
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
    for role in mapping(document, "taskRoles"):
        scope = {**values, **_sources(document, mapping(document["taskRoles"], role))}
        for path, command in _commands(document, role):
            _render(renderer, command, scope, COMMAND_PASSES, path)
    distinct = {(finding.code, finding.path, finding.needle): finding for finding in renderer.findings}
    return list(distinct.values())


def _render(
    renderer: Renderer, text: object, scope: Scope, passes: tuple[tuple[str, ...], ...], path: Path
) -> None:
    if isinstance(text, str):
        renderer.render(text, scope, *passes, path=path)


def _sources(document: Mapping[str, object], role: Mapping[str, object]) -> dict[str, object]:
    """`script`, `output` and `data` of a role: the prerequisites that it names."""
    found: dict[str, object] = {}
    for prerequisite in items(document, "prerequisites"):
        if isinstance(prerequisite, Mapping):
            kind, name = prerequisite.get("type"), prerequisite.get("name")
            if kind in _SOURCES and name is not None and role.get(str(kind)) == name:
                found.setdefault(str(kind), prerequisite)
    return found


def _commands(document: Mapping[str, object], role: str) -> Iterator[tuple[Path, object]]:
    for index, command in enumerate(items(mapping(document["taskRoles"], role), "commands")):
        yield ("taskRoles", role, "commands", index), command
    wanted = mapping(document, "defaults").get("deployment")
    for number, deployment in enumerate(items(document, "deployments")):
        if isinstance(deployment, Mapping) and wanted is not None and deployment.get("name") == wanted:
            around = mapping(mapping(deployment, "taskRoles"), role)
            for field in ("preCommands", "postCommands"):
                for index, command in enumerate(items(around, field)):
                    yield ("deployments", number, "taskRoles", role, field, index), command
