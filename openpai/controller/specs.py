"""What each live job is to do, read from the store once and kept while the job lives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from cryptography.fernet import InvalidToken

from openpai.controller.ssh_keys import ssh_keys
from openpai.errors import PaiError
from openpai.images.cuda.needs import Needs
from openpai.images.kept import KeptImage
from openpai.lifecycle.records import JobRun
from openpai.protocol.job import Job
from openpai.protocol.parse import parse_document
from openpai.protocol.secrets import unmask
from openpai.runtime.plugins.parts import MakeKeys
from openpai.store.jobs import JobStore
from openpai.store.vault import Vault

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Known:
    job: Job
    images: Mapping[str, KeptImage]
    needs: Mapping[str, Needs | None]


class Specs:
    """The job files of live jobs, with their secrets, in memory only."""

    def __init__(self, jobs: JobStore, vault: Vault) -> None:
        self._jobs = jobs
        self._vault = vault
        self._known: dict[str, _Known] = {}
        self._unreadable: set[str] = set()

    async def of(self, runs: Sequence[JobRun]) -> tuple[list[tuple[JobRun, Job]], list[JobRun]]:
        """Each job with what it is to do; and apart, those of which that cannot be read any more (logged once)."""
        found = [(run, await self._spec(run)) for run in runs]
        self._known = {run.id: known for run, known in found if known is not None}
        unreadable = [run for run, known in found if known is None]
        self._unreadable = {run.id for run in unreadable}
        return [(run, known.job) for run, known in found if known is not None], unreadable

    def images(self, job_id: str) -> Mapping[str, KeptImage]:
        """What was kept of the images of a live job, by their names in its file; nothing for one that has ended."""
        known = self._known.get(job_id)
        return known.images if known else {}

    def needs(self, job_id: str) -> Mapping[str, Needs | None]:
        """What these images need of a machine with GPUs, likewise."""
        known = self._known.get(job_id)
        return known.needs if known else {}

    def keys(self, run: JobRun) -> MakeKeys:
        """What gives the SSH keys of the job's attempt: always the same ones, which need not be kept therefore."""
        return partial(ssh_keys, self._vault, run)

    async def _spec(self, run: JobRun) -> _Known | None:
        if run.id in self._known:
            return self._known[run.id]
        spec = await self._jobs.spec(run.id)
        try:
            job = parse_document(unmask(spec.document, self._vault.decrypt(spec.secrets)))
            return _Known(job, spec.images, {name: image.needs for name, image in spec.images.items()})
        except InvalidToken:
            self._warn(run, "its secrets cannot be decrypted: is secret.key the file that it was?")
        except PaiError as error:
            self._warn(run, f"this version does not understand its file: {error}")
        return None

    def _warn(self, run: JobRun, reason: str) -> None:
        if run.id not in self._unreadable:
            log.error("job is left alone", job=run.full_name, reason=reason)
