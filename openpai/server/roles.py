"""What the job file says of its roles that replies need: their order, their ports and their images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpai.lifecycle.records import TaskAttempt
from openpai.protocol.hived import priority_of, wanted_of
from openpai.protocol.plugins import TENSORBOARD_PORT, asked_by_role
from openpai.protocol.template import render_values
from openpai.runtime.ports import ports_of
from openpai.server.attempts import Ports
from openpai.server.job_shapes import HivedReply


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of a job in the order of its file, the ports of each one's tasks, and the images that they use.

    `board`: the port of the TensorBoard beside the first task, where the job asks for one. `gangs`: the name of each
    one's affinity group within the job; empty where tasks start one by one. `guaranteed`: its cells are to be charged
    to its virtual cluster.
    """

    order: Sequence[str]
    ports: Mapping[str, Ports]
    images: Sequence[str]
    board: Ports = field(default_factory=dict)
    gangs: Mapping[str, str] = field(default_factory=dict)
    guaranteed: bool = True

    def ports_of(self, role: str, index: int) -> Ports:
        """The ports of one task; the first one's with that of its TensorBoard, where it has one."""
        return {**self.ports[role], **(self.board if (role, index) == (self.order[0], 0) else {})}

    def hived_of(self, task: TaskAttempt, full_name: str) -> HivedReply:
        """What OpenPAI tells of a task's place among the cells. A job that was to be guaranteed its cells, and only
        uses what is idle, was downgraded."""
        gang = self.gangs.get(task.role)
        idle = task.cells is not None and task.cells.on_idle
        return HivedReply(
            affinityGroupName=f"{full_name}/{gang}" if gang else None,
            lazyPreempted=idle and self.guaranteed and task.placed_at is not None,
        )


def roles_of(document: Mapping[str, Any]) -> Roles:
    """From a document that was admitted."""
    roles = document["taskRoles"]
    uris = {p["name"]: p["uri"] for p in document["prerequisites"] if p["type"] == "dockerimage"}
    images = dict.fromkeys(uris[role["dockerImage"]] for role in roles.values())
    ports = {name: _ports(role) for name, role in roles.items()}
    extras = document.get("extras") or {}
    together = extras.get("gangAllocation") is not False
    return Roles(
        order=tuple(roles),
        ports=ports,
        images=tuple(images),
        board=_board(document, next(iter(roles))),
        gangs={name: wanted_of(extras, name).group or "default" for name in roles} if together else {},
        guaranteed=priority_of(extras) >= 0,
    )


def _board(document: Mapping[str, Any], role: str) -> Ports:
    """The port of the TensorBoard beside the first task, by its plugin's name; none where there is none."""
    scope = {"parameters": document.get("parameters", {})}
    for asked in asked_by_role(document, role):
        if asked.name == "tensorboard" and isinstance(asked.parameters, Mapping):
            port = render_values(asked.parameters.get("port", TENSORBOARD_PORT), scope)
            return {asked.name: str(port)}
    return {}


def _ports(role: Mapping[str, Any]) -> Ports:
    labels = role["resourcePerInstance"].get("ports") or {}
    given = ports_of({label: int(count) for label, count in labels.items()})
    return {label: ",".join(map(str, ports)) for label, ports in given.items()}
