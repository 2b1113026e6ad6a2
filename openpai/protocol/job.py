"""The job: protocol version 2 as immutable values, defaults filled in. What every room above talks about."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from openpai.protocol.fields import (
    Anything,
    ClusterName,
    Identifier,
    LooseText,
    Model,
    Name,
    Natural,
    ProtocolVersion,
    SomeStrings,
    Version,
)
from openpai.protocol.findings import mapping
from openpai.protocol.hived import Wanted, priority_of, wanted_of
from openpai.protocol.prerequisites import DockerImage, Prerequisite
from openpai.protocol.task_role import TaskRole

NO_COMMANDS: tuple[str, ...] = ()


class DeploymentRole(Model):
    """Commands that a deployment puts around a role's own."""

    pre_commands: SomeStrings = Field(
        NO_COMMANDS, description="Run before the role's commands, in the same shell."
    )
    post_commands: SomeStrings = Field(
        NO_COMMANDS, description="Run after the role's commands, in the same shell."
    )


class Deployment(Model):
    """A named set of commands around those of the roles; used when `defaults.deployment` names it."""

    name: Name = Field(description="The name that `defaults.deployment` refers to.")
    task_roles: Annotated[dict[str, DeploymentRole], Field(min_length=1)] = Field(
        description="Commands per task role."
    )


class Defaults(Model):
    """Where and how the job runs unless said otherwise. Unknown keys are ignored with a warning."""

    model_config = ConfigDict(extra="ignore")

    virtual_cluster: ClusterName = Field(
        "default", description="Name of the virtual cluster whose cells the job uses."
    )
    deployment: LooseText = Field(None, description="Name of the deployment to use; by default none.")


class Job(Model):
    """A job of protocol version 2."""

    protocol_version: ProtocolVersion = Field(description="Version of the protocol: 2.")
    name: Name = Field(description="Name of the job: letters, digits, `_` and `-`.")
    type: Literal["job"] = Field(description="`job`.")
    version: Version = Field("latest", description="For people; means nothing to the platform.")
    contributor: str = Field("", description="Who wrote it.")
    description: str = Field("", description="What it does.")
    prerequisites: Annotated[tuple[Prerequisite, ...], Field(strict=False, min_length=1)] = Field(
        (), description="Images, scripts, data and outputs that task roles refer to."
    )
    parameters: Anything = Field(
        default_factory=dict, description="Values for commands: `<% $parameters.name %>`."
    )
    secrets: Anything = Field(
        default_factory=dict,
        repr=False,
        description="Values that nobody is shown again: `<% $secrets.name %>` in commands and `auth`.",
    )
    job_retry_count: Natural = Field(0, description="Retries of the whole job; 0 by default.")
    task_roles: Annotated[dict[Identifier, TaskRole], Field(min_length=1)] = Field(
        description="The groups of tasks, by name."
    )
    deployments: Annotated[tuple[Deployment, ...], Field(strict=False, min_length=1)] = Field(
        (), description="Named sets of commands around those of the roles."
    )
    defaults: Defaults = Field(default_factory=Defaults, description="Virtual cluster and deployment.")
    extras: Anything = Field(
        default_factory=dict,
        description="Free-form: scheduling, storages, plugins. What the platform does not know is kept.",
    )

    @property
    def virtual_cluster(self) -> str:
        """The virtual cluster that the job asks for."""
        return self.defaults.virtual_cluster

    @property
    def gang(self) -> bool:
        """Whether all tasks start together or none; only a literal `false` turns it off."""
        return self.extras.get("gangAllocation") is not False

    @property
    def locks_images(self) -> bool:
        """Whether every task and retry uses the image that a tag named at submission; only a literal `false` turns
        it off."""
        return self.extras.get("lockImages") is not False

    @property
    def stop_grace_s(self) -> float | None:
        """`extras.stopGracePeriodSeconds`, where it is an amount of time: seconds from SIGTERM to SIGKILL."""
        wanted = self.extras.get("stopGracePeriodSeconds")
        return wanted if isinstance(wanted, int | float) and wanted is not True and wanted >= 0 else None

    @property
    def priority(self) -> int:
        """How urgent it is: -1 for one that gives way to all others, else 0 to 1000."""
        return priority_of(self.extras)

    @property
    def lazy(self) -> bool:
        """Whether it goes on with what is idle, rather than be ended for a more urgent one of its virtual cluster."""
        return mapping(self.extras, "hivedScheduler").get("lazyPreemptionEnable") is True

    def wanted(self, role: str) -> Wanted:
        """Which cells the tasks of `role` ask for, and with whom they start together."""
        return wanted_of(self.extras, role)

    @property
    def priority_class(self) -> str | None:
        """`extras.hivedScheduler.jobPriorityClass`, where it is a text."""
        hived = self.extras.get("hivedScheduler")
        wanted = hived.get("jobPriorityClass") if isinstance(hived, Mapping) else None
        return wanted if isinstance(wanted, str) else None

    @property
    def task_count(self) -> int:
        """Tasks of all roles together."""
        return sum(role.instances for role in self.task_roles.values())

    @property
    def deployment(self) -> Deployment | None:
        """The active deployment: the one that `defaults.deployment` names."""
        wanted = self.defaults.deployment
        return next((d for d in self.deployments if d.name == wanted), None)

    @property
    def images(self) -> Mapping[str, DockerImage]:
        """All docker images by name."""
        return {p.name: p for p in self.prerequisites if isinstance(p, DockerImage)}

    def prerequisite(self, kind: str, name: str) -> Any:
        """The prerequisite of this type and name; KeyError when there is none."""
        for prerequisite in self.prerequisites:
            if prerequisite.type == kind and prerequisite.name == name:
                return prerequisite
        raise KeyError((kind, name))

    def role_image(self, role: str) -> DockerImage:
        """The image that tasks of `role` run in."""
        return self.images[self.task_roles[role].docker_image]


def normalise_role_name(name: str) -> str:
    """Lower-case letters and digits only: the form of a role's name in environment variables.

    >>> normalise_role_name("Task_Role_1")
    'taskrole1'
    """
    return "".join(c for c in name.lower() if c.isascii() and c.isalnum())
