"""A log-in for a registry, and where it came from. Pure."""

from dataclasses import dataclass, field
from typing import Literal

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
