"""Runtime plugins of a job: which ones act in the tasks of a role, in which order, with which parameters.

Two places ask for one: `extras["com.microsoft.pai.runtimeplugin"]`, and a prerequisite of a role whose `plugin` is
`com.microsoft.pai.runtimeplugin.<name>`; those of prerequisites come first. Parameters may hold templates, so they
are rendered before they are read. What a plugin does with them is for `runtime/plugins/` to know.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from openpai.protocol.fields import Model, Truth
from openpai.protocol.findings import Path, items, mapping
from openpai.protocol.job import Job
from openpai.protocol.scalars import print_scalar
from openpai.protocol.template import render_values, role_scope

PLUGINS = "com.microsoft.pai.runtimeplugin"
"""The key of `extras`, and what the `plugin` of a prerequisite begins with."""

TENSORBOARD_PORT = 6006
BARRIER_MINUTES = 30

_OF_PREREQUISITE = frozenset(
    {
        *("protocolVersion", "name", "version", "contributor", "description", "type"),
        *("uri", "plugin", "require", "failurePolicy"),
    }
)
"""Keys of a prerequisite that are no parameters of its plugin."""


def _text(value: object) -> object:
    return print_scalar(value) if isinstance(value, int | float) else value


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]


class _Parameters(Model):
    """Parameters of a plugin; unknown ones are ignored with a warning."""

    model_config = ConfigDict(extra="ignore")


class Callback(_Parameters):
    """Commands for one event of a task."""

    event: Literal["taskStarts", "taskSucceeds", "taskFinishes"]
    commands: Texts


class Cmd(_Parameters):
    """Commands around those of the role."""

    pre_commands: Texts = ()
    post_commands: Texts = ()
    callbacks: Annotated[tuple[Callback, ...], Field(strict=False)] = ()

    def at(self, event: str) -> tuple[str, ...]:
        """The commands for an event of a callback."""
        own = {"taskStarts": self.pre_commands, "taskSucceeds": self.post_commands}.get(event, ())
        return (
            *own,
            *(line for callback in self.callbacks if callback.event == event for line in callback.commands),
        )


class UserSsh(_Parameters):
    """Public keys of people; `system`, those of the user's profile, is not there yet."""

    type: Literal["custom", "system", "none"] | None = None
    value: Text | None = None


class Ssh(_Parameters):
    """An SSH server in each task: for the other tasks of the job (`jobssh`), for people (`userssh`)."""

    jobssh: Truth = False
    sshbarrier: Truth = False
    sshbarrier_timeout: Annotated[float, Field(ge=0)] = BARRIER_MINUTES
    userssh: UserSsh | None = None

    @property
    def user_keys(self) -> tuple[str, ...]:
        """Public keys, one a line of an `authorized_keys`."""
        written = self.userssh.value if self.userssh and self.userssh.type else None
        return tuple(line.strip() for line in (written or "").splitlines() if line.strip())


class Tensorboard(_Parameters):
    """A TensorBoard beside the first task of the job. `logdir`: name → folder."""

    port: Annotated[int, Field(ge=1, le=65535)] = TENSORBOARD_PORT
    logdir: Annotated[dict[str, Text], Field(min_length=1)]


class TeamwiseStorage(_Parameters):
    """Names of storages; `openpai.protocol.storages` reads them."""


MODELS: Mapping[str, type[BaseModel]] = {
    "cmd": Cmd,
    "ssh": Ssh,
    "tensorboard": Tensorboard,
    "teamwise_storage": TeamwiseStorage,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A plugin as a file asks for it; `parameters` stand at `path`, and are not looked at yet.

    `roles`: the only ones it is for; None: those that name its prerequisite, or where there is none, all.
    """

    name: str
    at: Path
    path: Path
    parameters: object
    ignores_failure: bool
    roles: tuple[object, ...] | None = None


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin of a task, its parameters rendered: they may hold secrets. `ignores_failure`: the task goes on
    when it fails."""

    name: str
    parameters: BaseModel = field(repr=False)
    ignores_failure: bool = False


def plugins_of(job: Job, role: str) -> list[Plugin]:
    """The plugins of this role's tasks, in the order in which they act. For a job that `parse` has admitted."""
    document = {
        "prerequisites": [p.model_dump(by_alias=True, exclude_unset=True) for p in job.prerequisites],
        "taskRoles": {role: {"prerequisites": job.task_roles[role].prerequisites}},
        "extras": job.extras,
    }
    scope = role_scope(job, role)
    return [
        Plugin(
            asked.name, model.model_validate(render_values(asked.parameters, scope)), asked.ignores_failure
        )
        for asked in asked_by_role(document, role)
        if (model := MODELS.get(asked.name)) is not None
    ]


def asked_by_role(document: Mapping[str, object], role: str) -> Iterator[Asked]:
    """The plugins that a role's tasks have, of a document of any shape."""
    of_prerequisites = list(asked_by_prerequisites(document))
    named = items(mapping(mapping(document, "taskRoles"), role), "prerequisites")
    for name in with_required(document, named):
        for index, asked in of_prerequisites:
            if mapping_at(document, index).get("name") == name:
                yield asked
    for asked in asked_by_extras(document):
        if asked.roles is None or role in asked.roles:
            yield asked


def with_required(document: Mapping[str, object], named: Sequence[object]) -> list[str]:
    """The names of prerequisites, each after those that it requires, directly or not; every one stands once. In a
    ring, what is named first comes last."""
    requires = required_by_name(document)
    ordered: dict[str, None] = {}
    entered: set[str] = set()

    def enter(name: str) -> None:
        if name in entered:
            return
        entered.add(name)
        for other in requires.get(name, ()):
            enter(other)
        ordered[name] = None

    for name in named:
        if isinstance(name, str):
            enter(name)
    return list(ordered)


def required_by_name(document: Mapping[str, object]) -> dict[str, list[str]]:
    """What each prerequisite requires, by name: what stands in its `require`."""
    required: dict[str, list[str]] = {}
    for index, _ in enumerate(items(document, "prerequisites")):
        prerequisite = mapping_at(document, index)
        name = prerequisite.get("name")
        if isinstance(name, str):
            wanted = [other for other in items(prerequisite, "require") if isinstance(other, str)]
            required.setdefault(name, []).extend(wanted)
    return required


def asked_by_prerequisites(document: Mapping[str, object]) -> Iterator[tuple[int, Asked]]:
    """Position and plugin of every prerequisite that has one of ours."""
    for index, _ in enumerate(items(document, "prerequisites")):
        prerequisite = mapping_at(document, index)
        plugin = prerequisite.get("plugin")
        if isinstance(plugin, str) and plugin.startswith(PLUGINS + "."):
            path: Path = ("prerequisites", index)
            parameters = {key: value for key, value in prerequisite.items() if key not in _OF_PREREQUISITE}
            ignores = prerequisite.get("failurePolicy") == "ignore"
            yield (
                index,
                Asked(plugin.removeprefix(PLUGINS + "."), (*path, "plugin"), path, parameters, ignores),
            )


def asked_by_extras(document: Mapping[str, object]) -> Iterator[Asked]:
    """Every plugin that `extras` asks for by a name."""
    for index, entry in enumerate(items(mapping(document, "extras"), PLUGINS)):
        if isinstance(entry, Mapping) and isinstance(name := entry.get("plugin"), str):
            path: Path = ("extras", PLUGINS, index)
            roles = entry.get("taskroles")
            yield Asked(
                name,
                (*path, "plugin"),
                (*path, "parameters"),
                entry.get("parameters") or {},
                entry.get("failurePolicy") == "ignore",
                tuple(roles) if isinstance(roles, list | tuple) else None,
            )


def mapping_at(document: Mapping[str, object], index: int) -> Mapping[str, object]:
    """A prerequisite; empty where it is none."""
    found = items(document, "prerequisites")[index]
    return found if isinstance(found, Mapping) else {}
