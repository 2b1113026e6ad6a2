"""The fields of the short form of the cluster file."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_snake

from openpai.cluster.hived_models import Text
from openpai.protocol.fields import NAME, Model, Natural, Positive

THE_ONLY = ""
"""Stands for the SKU where a number alone was written."""


def _kebab(name: str) -> str:
    return to_snake(name).replace("_", "-")


def _of_the_only(value: object) -> object:
    return {THE_ONLY: value} if isinstance(value, int | float) and not isinstance(value, bool) else value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _nothing(value: object) -> object:
    return {} if value is None else value


class _Part(Model):
    model_config = ConfigDict(extra="ignore", alias_generator=_kebab)


class PerGpu(_Part):
    """What each GPU has of its machine, where that is not an equal share of three quarters."""

    cpu: Positive
    memory: Text


class NodeEntry(_Part):
    """Equal machines. `cpu_cells`: cells of one core, for jobs without a GPU."""

    cpu: Positive
    memory: Text
    gpus: Natural = 0
    sku: Annotated[Text, Field(pattern=NAME)] | None = None
    per_gpu: PerGpu | None = None
    cpu_cells: Natural | None = None
    inside: dict[Annotated[str, Field(pattern=NAME)], Positive] | None = None


PerSku = Annotated[dict[str, Natural], BeforeValidator(_of_the_only)]
Names = Annotated[tuple[Text, ...], BeforeValidator(_listed), Field(strict=False, min_length=1)]


class UserRules(_Part):
    """How users share: the most that each may have at a time, and whether who has least goes first."""

    tasks: Positive | None = None
    gpus: Natural | None = None
    fair: bool | None = None


class VirtualClusterEntry(_Part):
    """What a virtual cluster is promised; all of it together. `groups`: who may use it, where that is not everybody;
    `users`: how they share it."""

    racks: PerSku = Field(default_factory=dict)
    nodes: PerSku = Field(default_factory=dict)
    cells: PerSku = Field(default_factory=dict)
    share: Text | None = None
    pinned: dict[Annotated[str, Field(pattern=NAME)], Text] = Field(default_factory=dict)
    groups: Names | None = None
    users: UserRules = Field(default_factory=UserRules)


class ShortFile(_Part):
    """The file. Without `nodes` they are those that are found; without `virtual_clusters` there is one with all.
    `users`: the most that each may have in all virtual clusters, and whether all of these are shared fairly."""

    nodes: dict[str, NodeEntry] | None = None
    racks: dict[Annotated[str, Field(pattern=NAME)], Names] = Field(default_factory=dict)
    virtual_clusters: (
        dict[
            Annotated[str, Field(pattern=NAME)],
            Annotated[VirtualClusterEntry, BeforeValidator(_nothing)],
        ]
        | None
    ) = None
    users: UserRules = Field(default_factory=UserRules)
