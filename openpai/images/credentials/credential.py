"""A log-in for a registry, and where it came from. Pure."""

from dataclasses import dataclass, field
from typing import Literal

from openpai.images.reference import DOCKER_HUB

Source = Literal["job", "user", "group", "default", "docker-config"]
"""Who gave a credential: the job file, the user's or a group's stored ones, the admin's default, Docker's own file."""


@dataclass(frozen=True, slots=True)
class Credential:
    """User name and password for a registry; `registry` as it was given, "" for the image's own.

    `identity_token`: an OAuth2 refresh token instead of a password, as Docker's configuration may hold one.
    `owner`: the group's or user's name, for messages.
    """

    username: str
    password: str = field(repr=False)
    registry: str = ""
    source: Source = "job"
    owner: str = ""
    identity_token: str = field(default="", repr=False)


_HUB_HOSTS = frozenset(
    {DOCKER_HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com"}
)


def registry_host(uri: str) -> str:
    """The host that `registryuri`, or a key of Docker's configuration, means: as `ImageReference.registry` has it,
    in lower case. "" for "".

    >>> registry_host("https://index.docker.io/v1/"), registry_host("Harbor.example.com:5000/v2/")
    ('docker.io', 'harbor.example.com:5000')
    """
    place = uri.strip().lower()
    _, scheme, after = place.partition("://")
    authority = (after if scheme else place).lstrip("/").partition("/")[0]
    host = authority.partition("?")[0].rpartition("@")[2]
    return DOCKER_HUB if host.partition(":")[0] in _HUB_HOSTS else host


def same_registry(one: str, other: str) -> bool:
    """Whether two addresses (URIs or hosts) mean one registry: the port of https may be there or not."""
    return registry_host(one).removesuffix(":443") == registry_host(other).removesuffix(":443")
