"""A server with everything real but the controller: database, logs, tokens, admission, HTTP.

A test plays the controller's part itself, by `step`, and sees what the server makes of it.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from openpai.admission.check_image import check_image
from openpai.admission.facts import Sources
from openpai.admission.submit import Admission, Submission
from openpai.backends.contract import PullProgress
from openpai.backends.simulated import SimulatedBackend, SimulatedEngine
from openpai.clock import new_id, now_ms
from openpai.cluster.described import Described
from openpai.cluster.effect import Effect, Live, effect_of
from openpai.cluster.source import ClusterSource
from openpai.cluster.standing import Standing
from openpai.controller.image_keeper import ImageKeeper
from openpai.errors import NoContact, Problem
from openpai.images.catalogue.admin_file import AdminFile, AdminImages
from openpai.images.catalogue.stock import Shelf
from openpai.images.cuda.machine import Gpu, Machine
from openpai.lifecycle.exits import Exit
from openpai.lifecycle.records import Diagnosis, Event, JobRun, Outcome
from openpai.lifecycle.states import JobState, TaskState
from openpai.runtime.explanation import Explanation
from openpai.runtime.outlook import Outlook
from openpai.scheduler.core import Scheduler
from openpai.scheduler.reason import Reason
from openpai.scheduler.resources import Node, Resources
from openpai.server.app import create_app
from openpai.server.auth import mint
from openpai.server.services import Services
from openpai.storages.file import storages_file
from openpai.storages.ground import Ground
from openpai.storages.provision import Provision
from openpai.store.changes import Changes
from openpai.store.credentials import CredentialStore
from openpai.store.database import Database
from openpai.store.groups import GroupStore
from openpai.store.image_uses import ImageUses
from openpai.store.jobs import JobStore
from openpai.store.logs import LogStore, TaskLog
from openpai.store.node_marks import NodeMarks
from openpai.store.sessions import SessionStore
from openpai.store.tokens import Identity, TokenStore
from openpai.store.vault import Vault
from tests.looks import all_made_here, nobody_reached, one_machine, room_for_all
from tests.outlooks import outlook_of

SECRET = "a secret of 32 characters or more"
T0 = 1_700_000_000_000
PASSWORD = "hunter2-is-a-secret"


def job_file(name: str = "train", *, instances: int = 2, **more: Any) -> str:
    """A job of the roles `Task_Main` (`instances` tasks) and `ps` (one), in this order."""
    role = {
        "dockerImage": "img",
        "resourcePerInstance": {"cpu": 1, "memoryMB": 1024, "gpu": 0, "ports": {"board": 2}},
        "commands": ["echo <% $secrets.word %>"],
    }
    document = {
        "protocolVersion": 2,
        "name": name,
        "type": "job",
        "secrets": {"word": PASSWORD},
        "prerequisites": [{"type": "dockerimage", "name": "img", "uri": "ubuntu:22.04"}],
        "taskRoles": {"Task_Main": {**role, "instances": instances}, "ps": role},
    }
    return json.dumps(document | more)


NODES = (Node("node-a", Resources(64, 262_144, 8)), Node("node-b", Resources(16, 65_536, 0)))
MACHINES = (
    Machine(
        "node-a",
        "amd64",
        "535.104.05",
        tuple(Gpu("Tesla V100-SXM2-32GB", f"GPU-{n}", (7, 0), 32_510) for n in range(8)),
    ),
    Machine("node-b", "amd64"),
)


class ControllerDouble:
    """Stands in for the loop: remembers that it was woken, and says what the test wants it to say.

    `outlooks`: what can be foretold, with the scheduler in which a test lets gangs run."""

    def __init__(self, cluster: ClusterSource) -> None:
        self.cluster = cluster
        self.outlooks: Outlook | None = None
        self.unreachable = False
        self.woken = 0
        self.waiting: Sequence[Reason] = ()
        self.pulling: Mapping[str, PullProgress] = {}
        self.explained: Explanation | None = None
        self.needed: Mapping[str, Sequence[str]] | None = {}

    async def explanation(self, job_id: str, clusters: Sequence[str]) -> Explanation | None:
        return self.explained

    async def standing(self) -> Standing:
        if self.unreachable:
            raise NoContact(Problem("EngineUnreachable", {"address": "a", "detail": "d"}))
        return await self.cluster.standing(NODES, MACHINES)

    async def outlook(self) -> Outlook:
        if self.outlooks is None:
            cluster = (await self.standing()).described.cluster
            self.outlooks = Outlook(Scheduler(cluster), Scheduler(cluster))
        return self.outlooks

    async def effect(self, described: Described) -> Effect:
        outlook = await self.outlook()
        after = Standing.of(described, NODES, MACHINES, ())
        live = Live(list(outlook.scheduler.held.values()), [], outlook.scheduler.cluster.skus)
        return effect_of(described.cluster, after.health, live)

    def wake(self) -> None:
        self.woken += 1

    def waits(self, job_id: str) -> Sequence[Reason]:
        return self.waiting

    def images(self) -> Mapping[str, Sequence[str]] | None:
        return self.needed

    def pulls(self, job_id: str) -> Mapping[str, PullProgress]:
        return self.pulling


@dataclass
class House:
    """The parts, and what a test does with them."""

    services: Services
    database: Database
    controller: ControllerDouble
    engine: SimulatedEngine
    folder: Path
    headers: dict[str, dict[str, str]] = field(default_factory=dict)

    async def token(self, username: str, *, admin: bool = False, application: bool = True) -> str:
        """A valid token of that user."""
        token = mint(SECRET, username, application, now_ms(), new_id())
        await self.services.tokens.add(token, Identity(username, admin, application), now_ms())
        self.headers[username] = {"Authorization": f"Bearer {token}"}
        return token

    async def submitted(self, name: str = "train", user: str = "alice", **more: Any) -> JobRun:
        """A job that was just submitted."""
        await self.services.submit(Submission(user, job_file(name, **more).encode()))
        return await self.run(f"{user}~{name}")

    async def run(self, full_name: str) -> JobRun:
        user, _, name = full_name.partition("~")
        return (await self.services.jobs.find(user, name)).run

    async def step(self, run: JobRun, *happened: Event, **changed: Any) -> JobRun:
        """What the controller would write."""
        run = replace(run, **changed)
        await self.services.jobs.save([(run, happened)])
        return run

    async def running(self, name: str = "train", user: str = "alice", **more: Any) -> JobRun:
        """A job whose tasks all run, each on node-a with an address."""
        run = await self.submitted(name, user, **more)
        tasks = tuple(
            replace(
                task,
                state=TaskState.RUNNING,
                node="node-a",
                address=f"10.0.0.{n}",
                placed_at=T0 + 1,
                launched_at=T0 + 2,
            )
            for n, task in enumerate(run.tasks, start=2)
        )
        attempt = replace(run.attempt, launched_at=T0 + 2)
        return await self.step(run, state=JobState.RUNNING, tasks=tasks, attempt=attempt, launched_at=T0 + 2)

    async def ended(self, run: JobRun, code: int = 0, cause: Diagnosis | None = None) -> JobRun:
        """The job after all its tasks ended with this exit code."""
        cause = cause or (failure(code) if code else Diagnosis("Succeeded"))
        task_state, state = (
            (TaskState.FAILED, JobState.FAILED) if code else (TaskState.SUCCEEDED, JobState.SUCCEEDED)
        )
        tasks = tuple(
            replace(task, state=task_state, exit=Exit(code, T0 + 9), diagnosis=cause, completed_at=T0 + 9)
            for task in run.tasks
        )
        first = run.tasks[0]
        limits: dict[str, str | int | float] = {"count": 1, "limit": 1, "role": first.role}
        outcome = Outcome(state, cause, "MinFailedReached" if code else "", limits, first.role, first.index)
        attempt = replace(run.attempt, outcome=outcome, completed_at=T0 + 9)
        return await self.step(run, state=state, tasks=tasks, attempt=attempt, completed_at=T0 + 9)

    def log(self, run: JobRun, task: int = 0) -> TaskLog:
        return self.services.logs.of(run.id, run.tasks[task].uid)

    def write(self, run: JobRun, data: bytes, stream: str = "stdout", *, task: int = 0) -> None:
        """Bytes that a task wrote, kept and told as the controller does it."""
        writer = self.log(run, task).writer()
        writer.append(stream, data)
        writer.close()
        self.services.changes.publish(run.tasks[task].uid)


def failure(code: int) -> Diagnosis:
    return Diagnosis("ExitCode", {"exit_code": code}, ("Traceback (most recent call last):", "ValueError: 7"))


def log_path(run: JobRun, name: str = "", task: int = 0) -> str:
    """The address of a task attempt's logs."""
    of = run.tasks[task]
    return (
        f"/api/v2/jobs/{run.full_name}/attempts/{run.attempt.index}/taskRoles/{of.role}"
        f"/taskIndex/{of.index}/attempts/{of.attempt}/logs" + (f"/{name}" if name else "")
    )


@asynccontextmanager
async def build(folder: Path) -> AsyncIterator[House]:
    """A house in this folder."""
    changes = Changes()
    engine = SimulatedEngine(Node("node-a", Resources(64, 262_144, 8)))
    backend = SimulatedBackend("test", engine)
    with closing(Database(folder / "test.db")) as database:
        jobs, vault = JobStore(database, changes), Vault(folder / "key")
        marks = NodeMarks(database)
        cluster = ClusterSource(folder / "cluster.yaml", marks.all)
        controller = ControllerDouble(cluster)
        file = storages_file(folder / "storages.toml", folder / "private")
        storages = Provision(file, GroupStore(database).of, Ground())
        sources = Sources(_one_large_node, one_machine, all_made_here, room_for_all, storages=storages.facts)
        admission = Admission(jobs, vault, sources, now_ms, new_id)
        services = Services(
            jobs=jobs,
            logs=LogStore(folder / "logs"),
            tokens=TokenStore(database),
            sessions=SessionStore(database),
            credentials=CredentialStore(database, vault),
            groups=GroupStore(database),
            storages=storages,
            cluster=cluster,
            marks=marks,
            changes=changes,
            submit=admission.submit,
            dry_run=admission.dry_run,
            check_image=partial(check_image, sources),
            shelf=Shelf(
                AdminFile(folder / "images.toml"),
                backend.images,
                backend.find_image,
                one_machine,
                nobody_reached,
            ),
            controller=controller,
            keeper=ImageKeeper(backend, ImageUses(database), AdminImages, frozenset, all_made_here),
            token_secret=SECRET,
        )
        house = House(services, database, controller, engine, folder)
        await house.token("alice")
        await house.token("bob")
        await house.token("root", admin=True)
        yield house


async def _one_large_node() -> Outlook:
    return outlook_of(Node("node-a", Resources(64, 262_144, 8)))


@asynccontextmanager
async def client(
    house: House, user: str | None = "alice", **headers: str
) -> AsyncIterator[httpx2.AsyncClient]:
    """Asks the application without a socket."""
    own = house.headers[user] if user else {}
    transport = httpx2.ASGITransport(create_app(house.services))
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://server", headers={**own, **headers}
    ) as asking:
        yield asking


class Served(uvicorn.Server):
    """The application on a socket of its own. Streams need one: a transport in memory collects a whole reply."""

    def __init__(self, house: House) -> None:
        super().__init__(
            uvicorn.Config(create_app(house.services), log_config=None, timeout_graceful_shutdown=5)
        )
        self.socket = socket.create_server(("127.0.0.1", 0))  # listens from now on

    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]  # signals are pytest's
        return nullcontext()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"


@asynccontextmanager
async def served(house: House) -> AsyncIterator[Served]:
    """A server that is up; it goes down in order."""
    server = Served(house)
    running = asyncio.create_task(server.serve(sockets=[server.socket]))
    try:
        yield server
    finally:
        house.services.streams.close()
        server.should_exit = True
        await running


@asynccontextmanager
async def stream(
    server: Served, house: House, path: str, user: str = "alice", **headers: str
) -> AsyncIterator[AsyncIterator[httpx2.ServerSentEvent]]:
    """The events of a stream."""
    async with (
        httpx2.AsyncClient(
            base_url=server.url, headers={**house.headers[user], **headers}, timeout=20
        ) as asking,
        asking.sse(path) as source,
    ):
        assert source.response.status_code == 200, await source.response.aread()
        yield aiter(source)
