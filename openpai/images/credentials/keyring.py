"""Which log-in an image is looked up and pulled with. Keeps nothing: a password changed counts at the next attempt."""

from collections.abc import Awaitable, Callable, Sequence

from openpai.images.credentials.credential import Credential, registry_host, same_registry
from openpai.images.credentials.docker_config import DockerConfig, Found
from openpai.images.reference import ImageReference

Stored = Callable[[str, str], Awaitable[Sequence[Credential]]]
"""The credentials kept for a user (name) and a registry (host): his own, his groups', the default; best first."""


class Keyring:
    """The order: the job file, what is stored (see `Stored`), the server's Docker configuration, none at all."""

    def __init__(self, stored: Stored, docker_config: DockerConfig) -> None:
        self._stored = stored
        self._docker_config = docker_config

    async def find(self, username: str, reference: ImageReference, given: Credential | None) -> Found:
        """The log-in for a user's image, and what is broken where it was looked for.

        `given` is the job file's. With a password it counts as it is; without one it is completed by the first
        other of that user name, or by the first where it names no user. One that names another registry than
        the image's is never sent to the image's, so it counts as not given.
        """
        host = registry_host(reference.registry)
        if given is not None and given.registry and not same_registry(given.registry, host):
            given = None
        if given is not None and (given.password or given.identity_token):
            return Found(given)
        wanted = given.username if given is not None else ""
        for credential in await self._stored(username, host):
            if wanted in ("", credential.username):
                return Found(credential)
        found = await self._docker_config.find(host)
        if found.credential is not None and wanted in ("", found.credential.username):
            return found
        return Found(given if wanted else None, found.warnings)
