"""Pulls that no job waits for: those that an admin asks for, by hand or in the list of images to pull ahead."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Literal

import structlog

from openpai.backends.contract import ImageEngine, PullProgress
from openpai.clock import now_ms
from openpai.errors import NoContact, PaiError, Problem, Refused, TemporaryFailure
from openpai.images.facts import RemoteImage
from openpai.images.inspector import Inspected
from openpai.images.reference import ImageReference
from openpai.lifecycle.retry import back_off

log = structlog.get_logger()

By = Literal["admin", "prepull", "job"]
State = Literal["pulling", "waiting", "done", "failed"]

MakeRoom = Callable[[str, RemoteImage], Awaitable[None]]
"""Sees to it that there is room for an image, by its name; raises `TemporaryFailure` where there is none."""

Inspect = Callable[[str, ImageReference], Awaitable[Inspected]]
"""`Inspector.inspect`: with the credential that counts for a user, "" for no user in particular."""

_TRIES = 8
_TOLD_MS = 3_600_000  # how long what has ended is told


@dataclass(frozen=True, slots=True)
class ImagePull:
    """A pull as it stands. `waiting`: for its turn, or after a failure (`problem`) for the next try at `again_at`
    (ms). `since` is when it came into this state; None for a pull that jobs began."""

    image: ImageReference
    by: By
    state: State
    since: int | None
    progress: PullProgress | None = None
    problem: Problem | None = None
    again_at: int | None = None


class AskedPulls:
    """All of them. `done` is called with the id of an image that has come."""

    def __init__(
        self, engine: ImageEngine, inspect: Inspect, make_room: MakeRoom, done: Callable[[str], None]
    ) -> None:
        self._engine = engine
        self._inspect = inspect
        self._make_room = make_room
        self._done = done
        self._pulls: dict[ImageReference, ImagePull] = {}
        self._running: dict[ImageReference, asyncio.Task[None]] = {}
        self._ahead = asyncio.Lock()  # one at a time: what jobs wait for comes first

    def all(self) -> Sequence[ImagePull]:
        """What runs and waits, and what ended within the last hour; in the order of asking. What was to be pulled
        ahead and was refused is told as long as it is wanted."""
        now = now_ms()
        for image, pull in list(self._pulls.items()):
            over = pull.state == "done" or (pull.state == "failed" and pull.by == "admin")
            if over and now - (pull.since or 0) > _TOLD_MS:
                del self._pulls[image]
        return list(self._pulls.values())

    def ask(self, image: ImageReference) -> None:
        """Pull by an admin's hand: at once, also what waits for its next try or was refused."""
        known = self._pulls.get(image)
        if known is None or known.state != "pulling":
            self._cancel(image)
            self._begin(image, "admin")

    def ahead(self, missing: Collection[ImageReference], *, afresh: bool) -> None:
        """These are to be pulled ahead and are not here; what is not to be any more is let go of.

        What was refused is not asked for again unless `afresh`: an admin has changed the list.
        """
        for image, pull in list(self._pulls.items()):
            if pull.by == "prepull" and image not in missing and pull.state != "done":
                self._cancel(image)
                self._pulls.pop(image, None)
        for image in missing:
            known = self._pulls.get(image)
            if known is None or known.state == "done" or (known.state == "failed" and afresh):
                self._begin(image, "prepull")

    async def close(self) -> None:
        """Break off what runs."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _cancel(self, image: ImageReference) -> None:
        if task := self._running.pop(image, None):
            task.cancel()

    def _begin(self, image: ImageReference, by: By) -> None:
        self._pulls.pop(image, None)
        self._pulls[image] = ImagePull(image, by, "waiting", now_ms())
        task = asyncio.create_task(self._run(image, by), name=f"{by} pulls {image}")
        self._running[image] = task
        task.add_done_callback(lambda _: self._ended(image, task))

    def _ended(self, image: ImageReference, task: asyncio.Task[None]) -> None:
        if self._running.get(image) is task:
            del self._running[image]

    async def _run(self, image: ImageReference, by: By) -> None:
        """Until it has come or was refused. What may pass is tried again: for an admin who waits, a few times."""
        for tries in count():
            try:
                await self._in_turn(image, by)
            except (NoContact, TemporaryFailure) as error:
                if by == "admin" and tries + 1 >= _TRIES:
                    return self._set(image, state="failed", problem=error.first)
                again_in = back_off(tries)
                self._set(image, state="waiting", problem=error.first, again_at=now_ms() + again_in)
                await asyncio.sleep(again_in / 1000)
            except PaiError as error:
                return self._set(image, state="failed", problem=error.first)
            except Exception as error:
                log.exception("a pull failed by a fault of this program", image=str(image))
                problem = Problem("EngineFailed", {"act": f"pull {image}", "detail": repr(error)})
                return self._set(image, state="failed", problem=problem)
            else:
                return self._set(image, state="done")

    async def _in_turn(self, image: ImageReference, by: By) -> None:
        if by == "admin":
            return await self._pull(image)
        async with self._ahead:
            await self._pull(image)

    async def _pull(self, image: ImageReference) -> None:
        self._set(image, state="pulling")
        found = await self._inspect("", image)
        look = found.look
        if look is None:
            return  # made on this machine: no registry has it
        if look.problem is not None and look.certain:
            raise Refused(look.problem)
        if look.image is not None and not found.here:
            await self._make_room(str(image), look.image)
        here = await self._engine.pull(str(image), found.credential, partial(self._progress, image))
        self._done(here.id)

    def _progress(self, image: ImageReference, progress: PullProgress) -> None:
        if known := self._pulls.get(image):
            self._pulls[image] = replace(known, progress=progress)

    def _set(
        self,
        image: ImageReference,
        *,
        state: State,
        problem: Problem | None = None,
        again_at: int | None = None,
    ) -> None:
        if problem is not None:
            log.warning(
                "image was not pulled", image=str(image), code=problem.code, problem=dict(problem.params)
            )
        known = self._pulls[image]
        self._pulls[image] = replace(known, state=state, since=now_ms(), problem=problem, again_at=again_at)
