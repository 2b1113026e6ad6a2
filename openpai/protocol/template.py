"""Templates: `<% $parameters.lr %>`, `<% $secrets.token %>`, `<% $data.uri[0] %>` in commands and `auth`.

Values are put in as they are, without any escaping: a shell sees what the user wrote. Commands are rendered
in two passes, secrets last, so that a parameter or a data address may itself refer to a secret (as under
OpenPAI); what a secret's value holds is never read as a template.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from openpai.errors import PaiError, Params
from openpai.protocol.findings import MOST_FINDINGS, Finding, Path, listed
from openpai.protocol.job import Job
from openpai.protocol.prerequisites import DockerImage
from openpai.protocol.scalars import print_scalar, resolve

Scope = Mapping[str, object]
"""What templates may refer to: the name after `$` → its value."""

MAX_RENDERED = 8 << 20  # characters; a large parameter used ten thousand times must not fill the memory

_TAG = re.compile(r"<%((?:(?!<%|%>).)*)%>", re.DOTALL)
_REFERENCE = re.compile(r"\$(parameters|secrets|script|output|data)((?:[.\[].*)?)", re.DOTALL)
_INDEX = re.compile(r"\[(\d+)\]")
_MISSING = object()
_CODES = {"parameters": ("UnknownParameter", "EmptyParameter"), "secrets": ("UnknownSecret", "EmptySecret")}
WARNINGS = frozenset({"TemplateUntouched", "TemplateUnclosed"})


@dataclass(slots=True)
class Renderer:
    """Puts values into texts and collects what it finds: mistakes, and tags that stay as they are."""

    findings: list[Finding] = field(default_factory=list)
    left: int = MAX_RENDERED

    def render(self, text: str, scope: Scope, *passes: Sequence[str], path: Path = ()) -> str:
        """`text` with its tags over `scope` replaced; each pass puts in the values of the names it lists."""
        if "<%" not in text:
            self._spend(text, path)
            return text
        known = {name for names in passes for name in names}
        if len(self.findings) < MOST_FINDINGS:
            self.findings.extend(_untouched(text, scope, known, path))
        for names in passes:
            text = _TAG.sub(lambda tag, names=names: self._put(tag, scope, names, path), text)  # type: ignore[misc]
        self._spend(text, path)
        return text

    def _put(self, tag: re.Match[str], scope: Scope, names: Sequence[str], path: Path) -> str:
        root, keys = _read(tag[1])
        if root not in names or root not in scope:
            return tag[0]
        value, known = _look_up(scope[root], keys)
        if value is not _MISSING and value is not None:
            printed = print_scalar(value)
            self._spend(printed, path)
            return printed
        if root in _CODES and len(self.findings) < MOST_FINDINGS:
            unknown, empty = _CODES[root]
            name = ".".join(keys)
            params: Params = {"name": name, "known": known} if value is _MISSING else {"name": name}
            self.findings.append(
                Finding(unknown if value is _MISSING else empty, path, params, needle=tag[0])
            )
        return tag[0]

    def _spend(self, text: str, path: Path) -> None:
        self.left -= len(text)
        if self.left < 0:
            raise PaiError(Finding("RenderedTooLarge", path, {"limit": MAX_RENDERED}).problem())


def render_commands(job: Job, role_name: str) -> str:
    """The script that tasks of `role_name` run: the active deployment's commands around the role's own.

    Holds secrets in clear. Raises PaiError for a tag without a value (`parse` has refused such jobs).
    """
    role, scope = job.task_roles[role_name], role_scope(job, role_name)
    around = job.deployment.task_roles.get(role_name) if job.deployment else None
    commands = role.commands
    if around is not None:
        commands = (*around.pre_commands, *commands, *around.post_commands)
    renderer = Renderer()
    lines = [renderer.render(command.strip(), scope, *COMMAND_PASSES) for command in commands]
    _refuse(renderer)
    return "\n".join(lines).strip()


def role_scope(job: Job, role_name: str) -> Scope:
    """What templates of a role may refer to."""
    role = job.task_roles[role_name]
    scope: dict[str, object] = {"parameters": job.parameters, "secrets": job.secrets}
    for kind, name in (("script", role.script), ("output", role.output), ("data", role.data)):
        if name is not None:
            scope[kind] = job.prerequisite(kind, name).model_dump(by_alias=True, exclude_unset=True)
    return scope


def render_values(value: object, scope: Scope) -> object:
    """`value` with all texts in it rendered. A text that is one template and nothing else becomes what YAML reads in
    its value: a number stays one. Raises PaiError for a tag without a value."""
    renderer = Renderer()
    rendered = _render_values(value, scope, renderer)
    _refuse(renderer)
    return rendered


def _render_values(value: object, scope: Scope, renderer: Renderer) -> object:
    match value:
        case str():
            text = renderer.render(value, scope, *COMMAND_PASSES)
            return resolve(text) if text != value and _TAG.fullmatch(value.strip()) else text
        case Mapping():
            return {key: _render_values(inner, scope, renderer) for key, inner in value.items()}
        case list() | tuple():
            return [_render_values(inner, scope, renderer) for inner in value]
        case _:
            return value


COMMAND_PASSES: tuple[tuple[str, ...], ...] = (("parameters", "script", "output", "data"), ("secrets",))
AUTH_PASSES: tuple[tuple[str, ...], ...] = (("secrets",),)


def render_auth(job: Job, image: DockerImage) -> tuple[str, str, str] | None:
    """User name, password and registry ("" where not given) for pulling `image`; None where none is given."""
    if image.auth is None:
        return None
    renderer = Renderer()
    scope = {"secrets": job.secrets}
    auth = image.auth
    username, password, registry = (
        renderer.render(text, scope, *AUTH_PASSES).strip()
        for text in (auth.username, auth.password, auth.registryuri)
    )
    _refuse(renderer)
    return (username, password, registry) if username or password or registry else None


def _refuse(renderer: Renderer) -> None:
    wrong = [finding.problem() for finding in renderer.findings if finding.code not in WARNINGS]
    if wrong:
        raise PaiError(*wrong)


def _read(inside: str) -> tuple[str, list[str]]:
    """Name and keys of a tag's inside; ("", []) when it is no reference."""
    match = _REFERENCE.fullmatch(inside.strip())
    if match is None:
        return "", []
    return match[1], [key for key in _INDEX.sub(r".\1", match[2]).split(".") if key]


def _look_up(value: object, keys: list[str]) -> tuple[object, str]:
    """The value at `keys`, or _MISSING with the names that would have been there."""
    for key in keys:
        holder, value = value, _MISSING
        if isinstance(holder, Mapping):
            value = holder.get(key, _MISSING)
        elif isinstance(holder, list | tuple) and key.isascii() and key.isdecimal() and len(key) < 9:
            value = holder[int(key)] if int(key) < len(holder) else _MISSING
        if value is _MISSING:
            names = range(len(holder)) if isinstance(holder, list | tuple) else holder
            return _MISSING, listed(names if isinstance(names, Mapping | range) else ())
    return value, ""


def _untouched(text: str, scope: Scope, known: set[str], path: Path) -> Iterator[Finding]:
    """Warnings for what looks like a template and is none."""
    for tag in islice(_TAG.finditer(text), MOST_FINDINGS):
        root, keys = _read(tag[1])
        stays = root not in known or root not in scope
        if not stays and root not in _CODES:
            stays = _look_up(scope[root], keys)[0] in (_MISSING, None)
        if stays:
            yield Finding("TemplateUntouched", path, {"tag": tag[0][:80]}, needle=tag[0])
    if "<%" in _TAG.sub("", text):
        yield Finding("TemplateUnclosed", path, {}, needle="<%")
