"""The door of the house, as a test goes through it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from openpai.admission.facts import (
    FindRoom,
    FindStorages,
    FindUsable,
    Inspect,
    Sources,
    any_virtual_cluster,
)
from openpai.admission.submit import Admission, Submission
from openpai.errors import PaiError, Problem
from openpai.images.cuda.machine import Machine
from openpai.images.disk.room import Room
from openpai.images.facts import RemoteImage
from openpai.images.inspector import Inspected
from openpai.protocol.job import Job
from openpai.runtime.outlook import Outlook
from openpai.storages.provision import StorageFacts, no_storages
from openpai.store.changes import Changes
from openpai.store.database import Database
from openpai.store.job_records import Query
from openpai.store.jobs import JobStore
from openpai.store.vault import Vault
from tests.builders import BOX, NOW, ids
from tests.looks import BOX_MACHINE, all_made_here, room_for_all
from tests.outlooks import outlook_of

YAML = """\
protocolVersion: 2
name: train
type: job
prerequisites:
  - type: dockerimage
    name: image
    uri: registry.example/team/image
    auth: {username: ann, password: hunter2-of-the-registry, registryuri: registry.example}
secrets: {token: sesame-open}
taskRoles:
  worker:
    instances: 2
    dockerImage: image
    resourcePerInstance: {cpu: 2, memoryMB: 2000, gpu: 1}
    commands: [use <% $secrets.token %>]
"""


class Door:
    """Admission on a real store; the cluster is a double that a test may change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database(folder / "pai.db")
        self.jobs = JobStore(self.database, Changes())
        self.vault = Vault(folder / "secret.key")
        self.outlook: Callable[[], Outlook] = lambda: outlook_of(BOX)
        self.inspect: Inspect = all_made_here
        self.machines: Sequence[Machine] = (BOX_MACHINE,)
        self.room: FindRoom = room_for_all
        self.storages: FindStorages = no_storages
        self.usable: FindUsable = any_virtual_cluster
        sources = Sources(
            self.look,
            self.look_at_machines,
            self.inspect_image,
            self.find_room,
            storages=self.find_storages,
            stop_grace_max_s=600,
            usable=self.find_usable,
        )
        self.admission = Admission(self.jobs, self.vault, sources, lambda: NOW, ids())

    async def inspect_image(self, *words: Any, **more: Any) -> Inspected:
        return await self.inspect(*words, **more)

    async def look_at_machines(self) -> Sequence[Machine]:
        return self.machines

    async def find_room(self, image: RemoteImage) -> Room | None:
        return await self.room(image)

    async def find_storages(self, username: str, job: Job) -> StorageFacts:
        return await self.storages(username, job)

    async def find_usable(self, username: str, *, admin: bool) -> Sequence[str] | None:
        return await self.usable(username, admin=admin)

    async def look(self) -> Outlook:
        return self.outlook()

    async def submit(self, text: str = YAML, **more: Any) -> str:
        return (await self.admission.submit(Submission("ann", text.encode(), **more))).full_name

    async def refused(self, text: str = YAML, **more: Any) -> tuple[Problem, ...]:
        """The problems; and nothing was kept."""
        before = await self.jobs.page(Query())
        with pytest.raises(PaiError) as wrong:
            await self.submit(text, **more)
        assert await self.jobs.page(Query()) == before
        return wrong.value.problems
