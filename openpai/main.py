"""Puts the parts together: settings → store, backend, controller, server. Only this file and `doctor` name a
concrete backend."""

import asyncio
import os
import platform
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial

import structlog
import uvicorn
import uvloop

from openpai.admission.check_image import check_image
from openpai.admission.facts import Sources
from openpai.admission.submit import Admission
from openpai.backends.contract import Backend
from openpai.backends.docker.backend import DockerBackend
from openpai.backends.docker.image_facts import architecture
from openpai.clock import new_id, now_ms
from openpai.cluster.access import Access
from openpai.cluster.source import ClusterSource
from openpai.controller.image_keeper import ImageKeeper
from openpai.controller.loop import Controller, Kept
from openpai.controller.prepare import Preparer
from openpai.controller.situation import Policy
from openpai.controller.specs import Specs
from openpai.errors import NoContact, fail
from openpai.images.catalogue.admin_file import AdminFile
from openpai.images.catalogue.stock import Shelf
from openpai.images.credentials.docker_config import DockerConfig, config_file
from openpai.images.credentials.keyring import Keyring
from openpai.images.cuda.fake import FakeGpus, read_fake_gpus
from openpai.images.inspector import Inspector
from openpai.images.registry.look import Looker
from openpai.images.registry.registries import RegistrySettings
from openpai.server.app import create_app
from openpai.server.auth import mint
from openpai.server.services import Services
from openpai.settings import Settings
from openpai.storages.file import storages_file
from openpai.storages.ground import Ground
from openpai.storages.provision import Provision
from openpai.store.changes import Changes
from openpai.store.credentials import CredentialStore
from openpai.store.data_dir import DataDir
from openpai.store.database import Database
from openpai.store.groups import GroupStore
from openpai.store.image_uses import ImageUses
from openpai.store.jobs import JobStore
from openpai.store.logs import LogStore
from openpai.store.node_marks import NodeMarks
from openpai.store.sessions import SessionStore
from openpai.store.tokens import Identity, TokenStore
from openpai.store.vault import Vault

log = structlog.get_logger()

ADMIN = "admin"
"""The account that the first start makes; the command line of this machine acts as it."""

_REPLIES_END_WITHIN_S = 3
_BACKLOG = 1024


def described_gpus(settings: Settings) -> FakeGpus | None:
    """The GPUs that the machine is to show instead of its own. Raises PaiError where they are badly described."""
    return read_fake_gpus(settings.fake_gpus) if settings.fake_gpus else None


def serve(settings: Settings) -> None:
    """Run a server until SIGTERM or SIGINT. Jobs that run then go on, and a later start finds them again.

    Raises `DataDirUnusable`, `DataDirLocked` when another server has the data directory, `PortInUse`.
    """
    with ExitStack() as stack:
        data_dir = stack.enter_context(DataDir(settings.data_dir))
        listening = stack.enter_context(closing(_listen(settings.host, settings.port)))
        runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        runner.run(_serve(settings, data_dir, listening))


async def _serve(settings: Settings, data_dir: DataDir, listening: socket.socket) -> None:
    vault = Vault(data_dir.key)
    instance = data_dir.instance
    changes = Changes()
    fake_gpus = described_gpus(settings)
    backend = DockerBackend(instance, settings.runtime_dir / instance[:8], settings.docker_host, fake_gpus)
    with closing(Database(data_dir.database)) as database:
        jobs, logs, tokens = JobStore(database, changes), LogStore(data_dir.logs), TokenStore(database)
        policy = Policy(
            settings.network_pool,
            settings.stop_grace,
            settings.platform_retries,
            max(settings.stop_grace, settings.stop_grace_max),
            settings.preemption_retries,
        )
        credentials = CredentialStore(database, vault)
        looker = Looker(partial(_registries, backend), now_ms)
        keyring = Keyring(credentials.stored, DockerConfig(config_file(os.environ)))
        inspector = Inspector(backend.find_image, keyring, looker, partial(_architecture, backend))
        admin_file = AdminFile(settings.images_path)
        keeper = ImageKeeper(
            backend,
            ImageUses(database),
            admin_file.current,
            lambda: controller.images(),
            inspector.inspect,
        )
        groups = GroupStore(database)
        storages = Provision(
            storages_file(settings.storages_path, settings.data_dir.absolute()), groups.of, Ground()
        )
        prepare = Preparer(backend, inspector, keeper, storages.mounts).prepare
        marks = NodeMarks(database)
        cluster = ClusterSource(settings.cluster_path, marks.all)
        controller = Controller(
            Kept(jobs, logs, changes, Specs(jobs, vault)), backend, prepare, policy, cluster
        )
        sources = Sources(
            controller.outlook,
            controller.machines,
            inspector.inspect,
            keeper.room,
            lambda: admin_file.current().catalogue(),
            storages.facts,
            policy.stop_grace_max_s,
            Access(controller.standing, groups.of).usable,
        )
        admission = Admission(jobs, vault, sources, now_ms, new_id)
        token_secret = vault.fingerprint(b"tokens")
        services = Services(
            jobs=jobs,
            logs=logs,
            tokens=tokens,
            sessions=SessionStore(database),
            credentials=credentials,
            groups=groups,
            storages=storages,
            cluster=cluster,
            marks=marks,
            changes=changes,
            submit=admission.submit,
            dry_run=admission.dry_run,
            check_image=partial(check_image, sources),
            shelf=Shelf(admin_file, backend.images, backend.find_image, controller.machines, looker.reach),
            controller=controller,
            keeper=keeper,
            token_secret=token_secret,
        )
        url = _url(listening)
        token = await _local_token(data_dir, tokens, token_secret)
        data_dir.tell_client(url, ADMIN, token)
        looping = (
            asyncio.create_task(controller.run(), name="controller"),
            asyncio.create_task(keeper.run(), name="image keeper"),
        )
        log.info("server is up", url=url, data_dir=str(settings.data_dir))
        if fake_gpus:
            log.warning("the gpus of this machine are described, and not there", spec=settings.fake_gpus)
        try:
            await _Server(services).serve(sockets=[listening])
        finally:
            for running in looping:
                running.cancel()
            await asyncio.gather(*looping, return_exceptions=True)
            await looker.close()
            await backend.close()
    log.info("server is down; containers go on")


async def _registries(backend: Backend) -> RegistrySettings:
    """How the engine reaches registries; as Docker does by default while the engine cannot be asked."""
    try:
        return await backend.registries()
    except NoContact:
        return RegistrySettings()


async def _architecture(backend: Backend) -> str:
    """The processor that images must be for: this machine's own while the engine cannot be asked."""
    try:
        return (await backend.machines())[0].architecture
    except NoContact:
        return architecture({"Architecture": platform.machine()})


async def _local_token(data_dir: DataDir, tokens: TokenStore, secret: str) -> str:
    """The token in the data directory, or a new one where it is missing or not valid."""
    known = data_dir.token
    if known and await tokens.identify(known):
        return known
    now = now_ms()
    token = mint(secret, ADMIN, True, now, new_id())
    await tokens.add(token, Identity(ADMIN, admin=True, application=True), now)
    return token


def _listen(host: str, port: int) -> socket.socket:
    try:
        info = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.socket(info[0], socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(info[4])
        listening.listen(_BACKLOG)
    except OSError as error:
        raise fail("PortInUse", host=host, port=port, detail=error.strerror or str(error)) from error
    return listening


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # everything: this machine's own command line takes the loopback
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Ends on a signal by returning, so that the rest of the house is put in order too."""

    def __init__(self, services: Services) -> None:
        super().__init__(
            uvicorn.Config(
                create_app(services),
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=_REPLIES_END_WITHIN_S,
            )
        )
        self._streams = services.streams

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Instead of uvicorn's own, which ends the process at once when all replies are sent."""

        def stop(number: int) -> None:
            self._streams.close()
            self.handle_exit(number, None)

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop, number)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
