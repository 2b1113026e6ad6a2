"""What is: containers and networks of an instance, and the hint that something changed."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import aiohttp
import structlog

from openpai.backends.contract import Observation, ObservedTask, Phase
from openpai.backends.docker import translate
from openpai.backends.docker.echo import with_echo
from openpai.backends.docker.engine import Engine, EngineError, filters, segment
from openpai.backends.docker.networks import Networks
from openpai.backends.docker.problems import no_contact
from openpai.clock import now_ms
from openpai.errors import PaiError

log = structlog.get_logger()

_INSPECTS_AT_ONCE = 8
_YOUNG_MS = 5_000
_EVENTS = ["start", "die", "oom", "destroy"]


class Watcher:
    """Looks at one instance's share of one engine."""

    def __init__(self, engine: Engine, instance: str, networks: Networks) -> None:
        self._engine = engine
        self._instance = instance
        self._networks = networks
        self._node = ""
        # By container id. What an inspect says stays true for as long as the container is in the same phase.
        self._seen: dict[str, ObservedTask] = {}
        # Ids of containers that the engine told have died. For a while its list does not know, and an inspect
        # waits until it has put them in order.
        self._ending: set[str] = set()

    async def observe(self) -> Observation:
        """See `contract.Backend.observe`: one list, and an inspect of each that entered another phase."""
        try:
            self._node = self._node or str((await self._engine.call("GET", "/info"))["Name"])
            listed = await self._list()
            networks = await self._networks.per_job()
            await self._look_closer(listed)
        except EngineError as error:
            raise no_contact(self._engine.address.host, error.words) from error
        tasks = [self._view(entry["Id"]) for entry in listed if entry["Id"] in self._seen]
        return Observation({seen.task: seen for seen in tasks}, networks, self._engine_started_at())

    async def containers(self) -> frozenset[str]:
        """The ids of all containers of the instance."""
        try:
            return frozenset(entry["Id"] for entry in await self._list())
        except EngineError as error:
            raise no_contact(self._engine.address.host, error.words) from error

    async def changes(self) -> AsyncIterator[None]:
        """See `contract.Backend.changes`; the first one comes at once: what was before is not known."""
        # No label filter: a network's events do not carry its labels.
        wanted = filters(type=["container", "network"], event=_EVENTS)
        try:
            async with self._engine.stream("GET", "/events", params=wanted) as response:
                yield None
                async for _ in with_echo(self._hints(response)):
                    yield None
        except EngineError as error:
            raise no_contact(self._engine.address.host, error.words) from error
        self._engine.lost("events ended")
        raise no_contact(self._engine.address.host, "the stream of events ended")

    async def _hints(self, response: aiohttp.ClientResponse) -> AsyncIterator[None]:
        """One after each event of ours, and one when a container that died has been put in order."""
        told = asyncio.Event()
        inspecting: set[asyncio.Task[None]] = set()
        reading = asyncio.create_task(self._read_events(response, told, inspecting))
        reading.add_done_callback(lambda _: told.set())
        try:
            while await told.wait() and not reading.done():
                told.clear()
                yield None
            await reading
        finally:
            for task in (reading, *inspecting):
                task.cancel()
            await asyncio.gather(reading, *inspecting, return_exceptions=True)
            self._ending.clear()

    async def _read_events(
        self, response: aiohttp.ClientResponse, told: asyncio.Event, inspecting: set[asyncio.Task[None]]
    ) -> None:
        async for line in response.content:
            event = json.loads(line)
            if not self._is_ours(event):
                continue
            if event.get("Action") == "die":
                task = asyncio.create_task(self._see_end(event["Actor"]["ID"], told))
                inspecting.add(task)
                task.add_done_callback(inspecting.discard)
            told.set()

    async def _see_end(self, key: str, told: asyncio.Event) -> None:
        self._ending.add(key)
        try:
            await self._inspect(key, asyncio.Semaphore())
        except (EngineError, PaiError) as error:
            log.debug("the end of a container was not seen; the next look sees it", reason=str(error))
        finally:
            self._ending.discard(key)
            told.set()

    def _is_ours(self, event: Mapping[str, Any]) -> bool:
        attributes = event.get("Actor", {}).get("Attributes", {})
        if event.get("Type") == "network":
            return str(attributes.get("name", "")).startswith(translate.network_name(self._instance, ""))
        return bool(attributes.get(translate.INSTANCE_LABEL) == self._instance)

    async def _list(self) -> Sequence[Mapping[str, Any]]:
        params = {"all": "1", **filters(label=[f"{translate.INSTANCE_LABEL}={self._instance}"])}
        listed: Sequence[Mapping[str, Any]] = await self._engine.call(
            "GET", "/containers/json", params=params
        )
        return listed

    async def _look_closer(self, listed: Sequence[Mapping[str, Any]]) -> None:
        """Bring `_seen` up to what was listed, and forget what is gone."""
        present = {entry["Id"] for entry in listed}
        self._seen = {key: seen for key, seen in self._seen.items() if key in present}
        gate = asyncio.Semaphore(_INSPECTS_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for entry in listed:
                key, phase = entry["Id"], translate.phase_of(entry["State"])
                seen = self._seen.get(key)
                same = seen is not None and seen.phase is phase and seen.started_at is not None
                if same or (
                    seen is not None and seen.phase is Phase.EXITED
                ):  # the list is late to know an end
                    continue
                if self._is_busy(entry, phase):
                    self._seen[key] = translate.listed_task(entry, self._node)
                else:
                    group.create_task(self._inspect(key, gate))

    def _is_busy(self, entry: Mapping[str, Any], phase: Phase) -> bool:
        """Whether an inspect would have to wait: until the engine has started the container, or has put it in
        order after its end, which a young one may have come to unnoticed. The list must do for now."""
        young = now_ms() - entry["Created"] * 1000 < _YOUNG_MS
        return phase is Phase.CREATED or entry["Id"] in self._ending or (phase is Phase.RUNNING and young)

    def _view(self, key: str) -> ObservedTask:
        seen = self._seen[key]
        return replace(seen, phase=Phase.ENDING) if key in self._ending else seen

    async def _inspect(self, key: str, gate: asyncio.Semaphore) -> None:
        async with gate:
            try:
                inspect = await self._engine.call("GET", f"/containers/{segment(key)}/json")
            except EngineError as error:
                if error.status != 404:  # gone since the list
                    raise
                self._seen.pop(key, None)
                return
            self._seen[key] = translate.observed_task(inspect, self._node)

    def _engine_started_at(self) -> int:
        """The age of its pid file where it is ours to read, else since when it answers."""
        pid_file = self._engine.address.pid_file
        if pid_file is not None and pid_file.exists():
            return pid_file.stat().st_mtime_ns // 1_000_000
        return self._engine.contact_since or 0
