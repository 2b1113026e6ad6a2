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
from openpai.backends.docker.translate import registry_of
from openpai.runtime.container import Credential

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


@dataclass(slots=True)
class _Shared:
    """A pull that runs, and who wants to hear of it."""

    task: asyncio.Task[None]
    reports: list[ReportPull] = field(default_factory=list)


class Pulls:
    """All pulls that run now."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._running: dict[tuple[str, Credential | None], _Shared] = {}

    async def pull(self, image: str, credential: Credential | None, report: ReportPull) -> None:
        """Have `image` (with tag or digest) pulled. A waiter that is cancelled leaves the others waiting;
        the pull itself ends with its last waiter. Raises as `problems.pull_failed` says."""
        key = (image, credential)
        shared = self._running.get(key)
        if shared is None:
            shared = _Shared(asyncio.create_task(self._run(key), name=f"pull {image}"))
            self._running[key] = shared
        shared.reports.append(report)
        try:
            await asyncio.shield(shared.task)
        finally:
            shared.reports.remove(report)
            if not shared.reports:
                shared.task.cancel()

    async def close(self) -> None:
        """Cancel what runs and wait for its end."""
        tasks = [shared.task for shared in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, key: tuple[str, Credential | None]) -> None:
        image, credential = key
        try:
            await self._stream(image, credential)
        except EngineError as error:
            username = credential.username if credential else ""
            raise pull_failed(image, registry_of(image), username, error.status, error.words) from error
        finally:
            del self._running[key]

    async def _stream(self, image: str, credential: Credential | None) -> None:
        progress = Progress(image)
        loop = asyncio.get_running_loop()
        next_report = 0.0
        headers = {"X-Registry-Auth": auth_header(image, credential)}
        async with self._engine.stream(
            "POST", "/images/create", params={"fromImage": image}, headers=headers
        ) as response:
            async for line in response.content:
                event = json.loads(line)
                if "error" in event or "errorDetail" in event:
                    raise EngineError(0, _error_words(event))
                progress.feed(event)
                if loop.time() >= next_report:
                    next_report = loop.time() + REPORT_EVERY_S
                    self._report(image, credential, progress.now())
        self._report(image, credential, progress.now())

    def _report(self, image: str, credential: Credential | None, progress: PullProgress) -> None:
        for report in self._running[(image, credential)].reports:
            report(progress)


def auth_header(image: str, credential: Credential | None) -> str:
    """The value of `X-Registry-Auth`: JSON in URL-safe base64, `{}` for an anonymous pull."""
    auth: dict[str, str] = {}
    if credential is not None:
        host = credential.registry or registry_of(image)
        server = _HUB if host in ("docker.io", "index.docker.io", "registry-1.docker.io") else host
        auth = {"username": credential.username, "password": credential.password, "serveraddress": server}
    return base64.urlsafe_b64encode(json.dumps(auth).encode()).decode()


def _error_words(event: Mapping[str, Any]) -> str:
    detail = event.get("errorDetail") or {}
    return str(detail.get("message") or event.get("error") or "unknown error")
