"""What the job file says of its roles that replies need: their order, their ports and their images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpai.protocol.plugins import TENSORBOARD_PORT, asked_by_role
from openpai.protocol.template import render_values
from openpai.runtime.ports import ports_of
from openpai.server.attempts import Ports


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of a job in the order of its file, the ports of each one's tasks, and the images that they use.

    `board`: the port of the TensorBoard beside the first task, where the job asks for one.
    """

    order: Sequence[str]
    ports: Mapping[str, Ports]
    images: Sequence[str]
    board: Ports = field(default_factory=dict)

    def ports_of(self, role: str, index: int) -> Ports:
        """The ports of one task; the first one's with that of its TensorBoard, where it has one."""
        return {**self.ports[role], **(self.board if (role, index) == (self.order[0], 0) else {})}


def roles_of(document: Mapping[str, Any]) -> Roles:
    """From a document that was admitted."""
    roles = document["taskRoles"]
    uris = {p["name"]: p["uri"] for p in document["prerequisites"] if p["type"] == "dockerimage"}
    images = dict.fromkeys(uris[role["dockerImage"]] for role in roles.values())
    ports = {name: _ports(role) for name, role in roles.items()}
    return Roles(tuple(roles), ports, tuple(images), _board(document, next(iter(roles))))


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
