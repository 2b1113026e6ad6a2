"""The server's own Docker configuration: what `docker login` left for the user who runs the server. I/O.

Read anew at each use, so a new log-in counts at once. What is broken in it is told as a warning, and never more:
the image may need no log-in. As for `docker pull`, a registry's own helper, else the common one, else the file's
log-ins count, and none of them stands in for another.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, Field, ValidationError

from openpai.errors import PaiError, Problem, fail
from openpai.images.credentials.credential import Credential, same_registry
from openpai.images.credentials.credential_helper import ask_helper
from openpai.images.reference import DOCKER_HUB

HUB_SERVER = "https://index.docker.io/v1/"
"""What Docker's configuration and its helpers call Docker Hub."""

_TOKEN = "<token>"  # a helper's user name where its secret is an identity token

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """A credential, where there is one, and what is broken where it was looked for."""

    credential: Credential | None = None
    warnings: tuple[Problem, ...] = ()


class DockerConfig:
    """The configuration in `file`, which need not exist."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def find(self, registry: str) -> Found:
        """The log-in for a registry (`host[:port]`, `docker.io` for Docker Hub)."""
        try:
            return Found(await self._find(registry))
        except PaiError as error:
            return Found(None, error.problems)

    async def _find(self, registry: str) -> Credential | None:
        config = await asyncio.to_thread(_read, self._file)
        helper = _entry(config.helpers, registry)
        helper = config.store if helper is None else helper
        if not helper:
            login = _entry(config.logins, registry)
            return _of_file(self._file, registry, login) if login else None
        answer = await ask_helper(helper, _server(registry))
        if answer is None:
            return None
        if answer.username == _TOKEN:
            return _credential(registry, "", "", answer.secret)
        return _credential(registry, answer.username, answer.secret)


def config_file(environ: Mapping[str, str]) -> Path:
    """Where the Docker client has its configuration: in `$DOCKER_CONFIG`, else in `~/.docker`."""
    folder = environ.get("DOCKER_CONFIG")
    return (Path(folder) if folder else Path.home() / ".docker") / "config.json"


class _Login(BaseModel):
    """`auth` is base64 of `user:password`, and counts more than the two in clear."""

    auth: str = Field("", repr=False)
    username: str = ""
    password: str = Field("", repr=False)
    identity_token: str = Field("", alias="identitytoken", repr=False)


class _Config(BaseModel):
    """What counts of the file: log-ins and helpers by registry, and the helper for all others."""

    logins: dict[str, _Login] = Field(default_factory=dict, alias="auths", repr=False)
    helpers: dict[str, str] = Field(default_factory=dict, alias="credHelpers")
    store: str = Field("", alias="credsStore")


def _read(file: Path) -> _Config:
    """Raises PaiError DockerConfigBroken. Its reason holds nothing of the file but names."""
    try:
        return _Config.model_validate(json.loads(file.read_bytes(), object_pairs_hook=_without_null))
    except FileNotFoundError:
        return _Config()
    except OSError as error:
        raise _broken(file, error.strerror or str(error)) from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise _broken(file, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (ValueError, RecursionError) as error:
        raise _broken(file, f"JSON: {error}") from None


def _without_null(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Docker reads `null` as nothing said."""
    return {key: value for key, value in pairs if value is not None}


def _entry(entries: Mapping[str, T], registry: str) -> T | None:
    """The entry under the registry's own name, else under another spelling of it (`https://host/v2/`)."""
    server = _server(registry)
    if server in entries:
        return entries[server]
    return next((entry for name, entry in entries.items() if same_registry(name, registry)), None)


def _server(registry: str) -> str:
    return HUB_SERVER if registry == DOCKER_HUB else registry


def _of_file(file: Path, registry: str, login: _Login) -> Credential | None:
    username, password = login.username, login.password
    if login.auth:
        try:
            username, colon, password = base64.b64decode(login.auth, validate=True).decode().partition(":")
        except ValueError:
            colon = ""
        if not colon:
            raise _broken(file, f"auths.{registry}.auth: base64 of `user:password`")
    return _credential(registry, username, password.rstrip("\0"), login.identity_token)


def _credential(registry: str, username: str, password: str, identity_token: str = "") -> Credential | None:
    if not (username or password or identity_token):
        return None
    return Credential(username, password, registry, "docker-config", identity_token=identity_token)


def _broken(file: Path, reason: str) -> PaiError:
    return fail("DockerConfigBroken", file=str(file), reason=reason)
