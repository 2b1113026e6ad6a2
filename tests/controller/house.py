"""A whole server without HTTP: a real store, real admission, the real loop, on a simulated engine.

A job's commands are told to the simulated container as they stand: `PAI_SIMULATED_SECONDS=forever`.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from openpai.admission.facts import Sources
from openpai.admission.submit import Admission, Submission
from openpai.backends.contract import ReportPull
from openpai.backends.simulated import SimulatedBackend, SimulatedEngine
from openpai.clock import new_id, now_ms
from openpai.cluster.source import ClusterSource
from openpai.controller.loop import Controller, Kept
from openpai.controller.specs import Specs
from openpai.lifecycle.states import JobState
from openpai.runtime.container import ContainerPlan
from openpai.store.changes import Changes
from openpai.store.database import Database
from openpai.store.job_records import Listed
from openpai.store.jobs import JobStore
from openpai.store.logs import LogStore
from openpai.store.vault import Vault
from tests.builders import POLICY, document_of, role
from tests.looks import as_planned, nothing_known, one_machine, room_for_all


class ToldBackend(SimulatedBackend):
    """Runs what a job's commands say, and counts."""

    def __init__(self, engine: SimulatedEngine) -> None:
        super().__init__("test", engine)
        self.starting: list[str] = []
        self.most_starts_of_a_task = 0
        self.before_observe: Callable[[], None] = lambda: None

    async def start(self, plan: ContainerPlan, report: ReportPull) -> None:
        self.starting.append(plan.task)
        self.most_starts_of_a_task = max(self.most_starts_of_a_task, self.starting.count(plan.task))
        try:
            told = dict(line.split("=", 1) for line in plan.files["user.sh"].splitlines() if "=" in line)
            await super().start(replace(plan, environment={**plan.environment, **told}), report)
        finally:
            self.starting.remove(plan.task)

    async def observe(self) -> Any:
        self.before_observe()
        return await super().observe()


class House:
    """One server on one data folder; `engine` outlives it."""

    def __init__(self, folder: Path, engine: SimulatedEngine, logs: Path | None = None) -> None:
        self.engine = engine
        self.backend = ToldBackend(engine)
        self.database = Database(folder / "pai.db")
        self.changes = Changes()
        self.jobs = JobStore(self.database, self.changes)
        self.logs = LogStore(logs or folder / "logs")
        self.vault = Vault(folder / "secret.key")
        specs = Specs(self.jobs, self.vault)
        self.controller = Controller(
            Kept(self.jobs, self.logs, self.changes, specs),
            self.backend,
            as_planned,
            POLICY,
            ClusterSource(folder / "cluster.yaml"),
        )
        sources = Sources(self.controller.outlook, one_machine, nothing_known, room_for_all)
        self.admission = Admission(self.jobs, self.vault, sources, now_ms, new_id)

    async def submit(self, name: str, *commands: str, **more: Any) -> None:
        """A job of one task (or of these roles) that does so."""
        retries, extras = more.pop("retries", 0), more.pop("extras", {})
        roles = {"main": role(**more, commands=list(commands) or ["true"])}
        text = json.dumps(document_of(roles, name, retries, **extras)).encode()
        await self.admission.submit(Submission("ann", text))
        self.controller.wake()

    async def stop(self, name: str) -> None:
        await self.jobs.request_stop((await self.find(name)).run.id)
        self.controller.wake()

    async def find(self, name: str) -> Listed:
        return await self.jobs.find("ann", name)

    async def until(self, name: str, *states: JobState) -> Listed:
        """The job once it is in one of these states."""
        async with asyncio.timeout(20):
            while True:
                with self.changes.watch("jobs") as changed:
                    found = await self.find(name)
                    if found.run.state in states:
                        return found
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), 1)

    async def ends(self, name: str) -> Listed:
        return await self.until(name, JobState.SUCCEEDED, JobState.FAILED, JobState.STOPPED)

    async def is_quiet(self) -> None:
        """No container and no network is left."""
        await eventually(lambda: not self.engine.containers)
        await eventually(lambda: not [name for _, name in self.engine.networks if name != "shared"])

    def log(self, found: Listed, name: str = "all") -> Sequence[bytes]:
        logs = [self.logs.of(found.run.id, task.uid) for task in found.run.tasks]
        return [log.read(name, 0, 1 << 30) for log in logs]


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  what is looked at here sends no event
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(folder: Path, engine: SimulatedEngine, logs: Path | None = None) -> AsyncIterator[House]:
    house = House(folder, engine, logs)
    loop = asyncio.create_task(house.controller.run())
    try:
        yield house
        assert not loop.done(), "the loop ended"
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
        house.database.close()
    assert house.backend.most_starts_of_a_task <= 1, "two starts of one task at once"
