"""Image pulls: one per image and credential at a time, shared by all who wait for it, with its progress."""

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openpai.backends.contract import PullProgress, ReportPull
from openpai.backends.docker.engine import Engine, EngineError
from openpai.backends.docker.problems import pull_failed
from openpai.images.credential import Credential
from openpai.images.reference import DOCKER_HUB, ImageReference

REPORT_EVERY_S = 0.2
_HUB = "https://index.docker.io/v1/"  # Docker Hub's name in credentials, for historical reasons

_DONE = ("Pull complete", "Already exists")


@dataclass(slots=True)
class _Layer:
    done: int = 0
    total: int = 0
    complete: bool = False


class Progress:
    """Adds up what the engine reports per layer."""

    def __init__(self, image: str) -> None:
        self._image = image
        self._layers: dict[str, _Layer] = {}

    def feed(self, event: Mapping[str, Any]) -> None:
        """Take in one line of the engine's stream; lines that are not about a layer change nothing."""
        status = event.get("status", "")
        name = event.get("id")
        if not name or status.startswith("Pulling from"):
            return
        layer = self._layers.setdefault(name, _Layer())
        if status == "Downloading":
            detail = event.get("progressDetail") or {}
            layer.done = detail.get("current", layer.done)
            layer.total = max(detail.get("total", 0), layer.total, layer.done)
        elif status in ("Download complete", "Extracting", *_DONE):
            layer.done = layer.total
            layer.complete = status in _DONE

    def now(self) -> PullProgress:
        layers = self._layers.values()
        return PullProgress(
            image=self._image,
            done_bytes=sum(layer.done for layer in layers),
            total_bytes=sum(layer.total for layer in layers),
            layers_done=sum(layer.complete for layer in layers),
            layers_total=len(layers),
        )


@dataclass(slots=True, eq=False)
class _Shared:
    """A pull that runs, and who wants to hear of it."""

    image: ImageReference
    credential: Credential | None
    reports: list[ReportPull] = field(default_factory=list)
    task: asyncio.Task[None] = field(init=False)

    def report(self, progress: PullProgress) -> None:
        for report in self.reports:
            report(progress)


class Pulls:
    """All pulls that run now."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._running: dict[tuple[ImageReference, Credential | None], _Shared] = {}

    async def pull(self, image: ImageReference, credential: Credential | None, report: ReportPull) -> None:
        """Have `image` pulled. A waiter that is cancelled leaves the others waiting; the pull itself ends with
        its last waiter. Raises as `problems.pull_failed` says."""
        key = (image, credential)
        shared = self._running.get(key)
        shared = self._running.get(key) or self._begin(image, credential)
        shared.reports.append(report)
        try:
            await asyncio.shield(shared.task)
        finally:
            shared.reports.remove(report)
            if not shared.reports:
                shared.task.cancel()
                self._forget(shared)  # at once: who comes next begins anew

    async def close(self) -> None:
        """Cancel what runs and wait for its end."""
        tasks = [shared.task for shared in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, image: ImageReference, credential: Credential | None) -> _Shared:
        shared = self._running[(image, credential)] = _Shared(image, credential)
        shared.task = asyncio.create_task(self._run(shared), name=f"pull {image}")
        shared.task.add_done_callback(lambda _: self._forget(shared))
        return shared

    def _forget(self, shared: _Shared) -> None:
        key = (shared.image, shared.credential)
        if self._running.get(key) is shared:
            del self._running[key]

    async def _run(self, shared: _Shared) -> None:
        try:
            await self._stream(shared)
        except EngineError as error:
            username = shared.credential.username if shared.credential else ""
            image = shared.image
            raise pull_failed(str(image), image.registry, username, error.status, error.words) from error

    async def _stream(self, shared: _Shared) -> None:
        progress = Progress(str(shared.image))
        loop = asyncio.get_running_loop()
        next_report = 0.0
        headers = {"X-Registry-Auth": auth_header(shared.image, shared.credential)}
        params = {"fromImage": str(shared.image)}
        async with self._engine.stream("POST", "/images/create", params=params, headers=headers) as response:
            async for line in response.content:
                event = json.loads(line)
                if "error" in event or "errorDetail" in event:
                    raise EngineError(0, _error_words(event))
                progress.feed(event)
                if loop.time() >= next_report:
                    next_report = loop.time() + REPORT_EVERY_S
                    shared.report(progress.now())
        shared.report(progress.now())


def auth_header(image: ImageReference, credential: Credential | None) -> str:
    """The value of `X-Registry-Auth`: JSON in URL-safe base64, `{}` for an anonymous pull."""
    auth: dict[str, str] = {}
    if credential is not None:
        # The engine sends it to the image's registry, whatever is named here; Docker Hub checks the name.
        server = _HUB if image.registry == DOCKER_HUB else image.registry
        auth = {"username": credential.username, "password": credential.password, "serveraddress": server}
    return base64.urlsafe_b64encode(json.dumps(auth).encode()).decode()


def _error_words(event: Mapping[str, Any]) -> str:
    detail = event.get("errorDetail") or {}
    return str(detail.get("message") or event.get("error") or "unknown error")
