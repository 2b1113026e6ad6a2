"""`taskRoles`: groups of equal tasks, their resources, completion policy and commands."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, field_validator, model_validator

from openpai.protocol.fields import (
    Identifier,
    Integer,
    Model,
    Positive,
    ProtocolVersion,
    SomeStrings,
    Strings,
    Truth,
    at_least,
    is_default,
    threshold,
)

DEFAULT_SHM_MB = 512
LEAST_MEMORY_MB = 512  # for an amount that is no amount: room for the default /dev/shm
STANDARD_PORTS = {"ssh": 1, "http": 1}


class Completion(Model):
    """When this role ends the job. None means never."""

    min_failed_instances: Annotated[int | None, *threshold(1)] = Field(
        1, description="So many failed tasks fail the job; 1 by default, -1 for never."
    )
    min_succeeded_instances: Annotated[int | None, *threshold(1)] = Field(
        1,
        description="So many succeeded tasks make the job succeed; by default all `instances`, -1 for never.",
    )


class ContainerOptions(Model):
    """Extra settings of a role's containers. Unknown ones are ignored with a warning."""

    model_config = ConfigDict(extra="ignore")

    shm_mb: Annotated[Integer, at_least(1, DEFAULT_SHM_MB)] = Field(
        DEFAULT_SHM_MB, alias="shmMB", description="Size of /dev/shm in MiB, inside memoryMB; 512 by default."
    )
    infiniband: Truth = Field(False, description="Kept; this version gives no InfiniBand device.")


class ResourcePerInstance(Model):
    """What each task of the role gets."""

    cpu: Annotated[Integer, at_least(1, 1)] = Field(description="Whole CPU cores.")
    memory_mb: Annotated[Integer, at_least(1, LEAST_MEMORY_MB)] = Field(
        alias="memoryMB", description="Memory in MiB; a task that takes more is killed."
    )
    gpu: Annotated[Integer, at_least(0, 0)] = Field(description="Whole GPUs; 0 for none.")
    ports: dict[Identifier, Annotated[Integer, at_least(0, 0)]] = Field(
        default_factory=lambda: dict(STANDARD_PORTS),
        min_length=1,
        description="Number of ports per label, such as `board: 1`; `ssh` and `http` are always there.",
    )

    @field_validator("ports", mode="after")
    @classmethod
    def _standard_ports(cls, ports: dict[str, int]) -> dict[str, int]:
        """`ssh` and `http` are always there, with at least one port each."""
        together = STANDARD_PORTS | ports
        return {label: max(count, STANDARD_PORTS.get(label, 0)) for label, count in together.items()}


class TaskRole(Model):
    """A group of equal tasks."""

    protocol_version: ProtocolVersion = Field(2, description="Version of the protocol; ignored here.")
    instances: Positive = Field(1, description="Number of tasks; 1 by default.")
    completion: Completion = Field(default_factory=Completion, description="When this role ends the job.")
    task_retry_count: Annotated[Integer, at_least(-2, 0)] = Field(
        0,
        description="Retries of a single task, where `extras.gangAllocation` is `false`; -1 after every failure, "
        "-2 after a success too.",
    )
    prerequisites: Strings = Field((), description="Names of prerequisites whose plugins act, in this order.")
    docker_image: str = Field(description="Name of the `dockerimage` prerequisite to run in.")
    data: str | None = Field(None, description="Name of the `data` prerequisite for `$data`.")
    output: str | None = Field(None, description="Name of the `output` prerequisite for `$output`.")
    script: str | None = Field(None, description="Name of the `script` prerequisite for `$script`.")
    extra_container_options: ContainerOptions = Field(
        default_factory=ContainerOptions, description="Shared memory."
    )
    resource_per_instance: ResourcePerInstance = Field(description="What each task gets.")
    commands: SomeStrings = Field(description="Joined by line breaks into the script that each task runs.")

    @model_validator(mode="before")
    @classmethod
    def _all_must_succeed(cls, role: Any) -> Any:
        """`minSucceededInstances` defaults to the number of instances, which only the role knows."""
        if not isinstance(role, dict):
            return role
        completion, instances = role.get("completion", {}), role.get("instances", 1)
        if not isinstance(completion, dict) or not isinstance(instances, int | float):
            return role
        if is_default(completion.get("minSucceededInstances")):
            role = {**role, "completion": {**completion, "minSucceededInstances": instances}}
        return role
