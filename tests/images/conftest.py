"""Registries of every kind, started once per session and worker."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from openpai.clock import now_ms
from openpai.images.registry.look import Looker
from openpai.images.registry.registries import RegistrySettings
from tests.certificates import Authority
from tests.proxy_server import Proxy, running_proxy
from tests.registry import Registry, installed, running_registry
from tests.token_registry import ANONYMOUS, TokenRegistry, User, running_token_registry

MakeFolder = Callable[[], Path]


@pytest.fixture(scope="session")
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> MakeFolder:
    if not installed():
        pytest.fail("needs the packages docker-registry and apache2-utils: `make test` installs them")
    return lambda: tmp_path_factory.mktemp("registry")


@pytest.fixture(scope="session")
def open_registry(new_folder: MakeFolder) -> Iterator[Registry]:
    """For everybody; it has `team/tool:v1`."""
    with running_registry(new_folder()) as registry:
        registry.push("team/tool", "v1", {"bin/tool": b"tool"})
        yield registry


@pytest.fixture(scope="session")
def closed_registry(new_folder: MakeFolder) -> Iterator[Registry]:
    """For `ada` with "correct horse" alone; it has `team/tool:v1`."""
    with running_registry(new_folder(), "ada", "correct horse") as registry:
        registry.push("team/tool", "v1", {"bin/tool": b"tool"})
        yield registry


@pytest.fixture(scope="session")
def token_registry(new_folder: MakeFolder) -> Iterator[TokenRegistry]:
    """`team/tool` is for ada (and her identity token), `public/tool` for all, and eve's password has expired."""
    users = {
        ANONYMOUS: User(may_pull=["public/tool"]),
        "ada": User("correct horse", ["team/tool", "public/tool"], identity_token="ada-herself"),
        "bob": User("battery", ["public/tool"]),
        "eve": User("staple", expired=True),
    }
    with running_token_registry(new_folder(), users) as running:
        for name in ("team/tool", "public/tool"):
            running.registry.push(name, "v1", {"bin/tool": b"tool"})
        yield running


@pytest.fixture(scope="session")
def authority(new_folder: MakeFolder) -> Authority:
    return Authority(new_folder())


@pytest.fixture(scope="session")
def tls_proxy(new_folder: MakeFolder, authority: Authority, open_registry: Registry) -> Iterator[Proxy]:
    """A proxy behind which are registries over TLS: `good.test:443`, `expired.test:443`, `other.test:443`,
    and `plain.test:443`, which is without. Each has `team/tool:v1`; on loopback Docker would trust any."""
    certificates = {
        "good.test:443": authority.issue("good", ["good.test"]),
        "expired.test:443": authority.issue("expired", ["expired.test"], days=-1),
        "other.test:443": authority.issue("other", ["elsewhere.test"]),
    }
    with ExitStack() as stack:

        def address(running: AbstractContextManager[Registry]) -> str:
            registry = stack.enter_context(running)
            registry.push("team/tool", "v1", {"bin/tool": b"tool"})
            return registry.address

        routes = {name: address(running_registry(new_folder(), tls=c)) for name, c in certificates.items()}
        routes |= {"plain.test:443": open_registry.address, "plain.test:80": open_registry.address}
        yield stack.enter_context(running_proxy(routes))


class Settings:
    """The settings that a looker sees; a test may set others."""

    def __init__(self, folder: Path) -> None:
        self.now = RegistrySettings(certificates=folder)

    async def read(self) -> RegistrySettings:
        return self.now


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "certs.d")


@pytest.fixture
async def looker(settings: Settings) -> AsyncIterator[Looker]:
    made = Looker(settings.read, now_ms)
    yield made
    await made.close()
