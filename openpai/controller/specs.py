"""What each live job is to do, read from the store once and kept while the job lives."""

from collections.abc import Sequence

import structlog
from cryptography.fernet import InvalidToken

from openpai.lifecycle.records import JobRun
from openpai.protocol.job import Job
from openpai.protocol.parse import parse_document
from openpai.protocol.secrets import unmask
from openpai.store.jobs import JobStore
from openpai.store.vault import Vault

log = structlog.get_logger()


class Specs:
    """The job files of live jobs, with their secrets, in memory only."""

    def __init__(self, jobs: JobStore, vault: Vault) -> None:
        self._jobs = jobs
        self._vault = vault
        self._known: dict[str, Job] = {}

    async def of(self, runs: Sequence[JobRun]) -> list[tuple[JobRun, Job]]:
        """Each job with what it is to do. One whose secrets cannot be read any more is left out, and logged."""
        found = [(run, await self._spec(run)) for run in runs]
        self._known = {run.id: job for run, job in found if job is not None}
        return [(run, job) for run, job in found if job is not None]

    async def _spec(self, run: JobRun) -> Job | None:
        if run.id in self._known:
            return self._known[run.id]
        spec = await self._jobs.spec(run.id)
        try:
            held = self._vault.decrypt(spec.secrets)
        except InvalidToken:
            log.error("secrets cannot be decrypted: is secret.key the file it was?", job=run.full_name)
            return None
        return parse_document(unmask(spec.document, held))
