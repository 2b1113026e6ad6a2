"""What the job file says of its roles that replies need: their order, their ports and their images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpai.runtime.ports import ports_of
from openpai.server.attempts import Ports


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of a job in the order of its file, the ports of each one's tasks, and the images that they use."""

    order: Sequence[str]
    ports: Mapping[str, Ports]
    images: Sequence[str]


def roles_of(document: Mapping[str, Any]) -> Roles:
    """From a document that was admitted."""
    roles = document["taskRoles"]
    uris = {p["name"]: p["uri"] for p in document["prerequisites"] if p["type"] == "dockerimage"}
    images = dict.fromkeys(uris[role["dockerImage"]] for role in roles.values())
    return Roles(tuple(roles), {name: _ports(role) for name, role in roles.items()}, tuple(images))


def _ports(role: Mapping[str, Any]) -> Ports:
    labels = role["resourcePerInstance"].get("ports") or {}
    given = ports_of({label: int(count) for label, count in labels.items()})
    return {label: ",".join(map(str, ports)) for label, ports in given.items()}
