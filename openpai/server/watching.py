"""Changes as events: that some job is not what it was; and of one job what it is now, and again after each change,
until it is final."""

import asyncio
from collections.abc import Iterator, Mapping
from time import perf_counter

from openpai.backends.contract import PullProgress
from openpai.lifecycle.records import TaskAttempt
from openpai.lifecycle.states import is_final, public_job_state
from openpai.server.detail import View, job_detail, pull_reply
from openpai.server.roles import roles_of
from openpai.server.services import Services
from openpai.server.sse import HEARTBEAT, HEARTBEAT_S, Events, as_json, event, until_set
from openpai.server.tasks import find_job
from openpai.store.job_records import Listed

_PAUSE_S = 0.2
"""Least time between two looks: changes that come thicker are told as one."""

_REST = 4
"""How many times longer it pauses than a look took: a job of a thousand tasks takes long to tell, and each of its
watchers may have but a part of the server's time."""

_LONGEST_PAUSE_S = 2.0

_PAUSE_OF_ALL_S = 1.0
"""The same where all jobs are meant: who hears of it asks for a list."""


class Watch:
    """What a watcher was told, so that only news is told."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._job = ""
        self._pulls: dict[str, PullProgress] = {}

    def news(self, view: View) -> Iterator[bytes]:
        """The job, if anything but a pull has changed; then the pulls that have."""
        detail = job_detail(view, self._language)
        quiet = detail.model_dump_json(
            exclude={"taskRoles": {"__all__": {"taskStatuses": {"__all__": {"pull"}}}}}
        )
        if quiet != self._job:
            self._job = quiet
            yield event("job", as_json(detail.model_dump()))
        yield from self._pull_news({task.uid: task for task in view.tasks}, view.pulls)

    def _pull_news(
        self, tasks: Mapping[str, TaskAttempt], pulls: Mapping[str, PullProgress]
    ) -> Iterator[bytes]:
        for uid, progress in pulls.items():
            if uid in tasks and self._pulls.get(uid) != progress:
                self._pulls[uid] = progress
                yield event("pull", pull_reply(tasks[uid], progress).model_dump_json())


async def changes(services: Services) -> Events:
    """That something is new about jobs, without saying what. A ping is an event here and no comment, since a browser
    tells its page nothing of those, and a page must know when it was cut off."""
    with services.changes.watch("jobs") as signal, services.streams.wakes(signal):
        signal.set()
        while not services.streams.closed:
            if await until_set(signal, HEARTBEAT_S):
                signal.clear()
                yield event("jobs", "{}")
                await asyncio.sleep(_PAUSE_OF_ALL_S)
            else:
                yield event("ping", "{}")


async def watch(services: Services, name: str, job: Listed, language: str) -> Events:
    """The events of a watch."""
    job_id = job.run.id
    told = Watch(language)
    spec = await services.jobs.spec(job_id)
    roles = roles_of(spec.document)
    with (
        services.changes.watch(job_id, "jobs") as signal,
        services.changes.watch(job_id) as own,
        services.streams.wakes(signal),
    ):
        own.set()
        waits = services.controller.waits(job_id)
        while not services.streams.closed:
            signal.clear()
            waits_changed = waits != services.controller.waits(job_id)  # another job's doing, perhaps
            if own.is_set() or waits_changed:
                own.clear()
                begun = perf_counter()
                job = await find_job(services, name)
                run = job.run
                waits, pulls = services.controller.waits(job_id), services.controller.pulls(job_id)
                failure = await services.jobs.first_failure(run)
                view = View(job, run.attempt, run.tasks, roles, waits, pulls, spec.images, failure)
                news = [*told.news(view)]
                took = perf_counter() - begun
                for part in news:
                    yield part
                if is_final(run.state):
                    yield event("end", as_json({"state": public_job_state(run.state, run.stop_requested)}))
                    return
                await asyncio.sleep(min(max(_PAUSE_S, _REST * took), _LONGEST_PAUSE_S))
            while not await until_set(signal, HEARTBEAT_S):
                yield HEARTBEAT
