"""What is: containers and networks of an instance, and the hint that something changed."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import aiohttp

from openpai.backends.contract import Observation, ObservedTask, Phase
from openpai.backends.docker import translate
from openpai.backends.docker.echo import with_echo
from openpai.backends.docker.engine import Engine, EngineError, filters, segment
from openpai.backends.docker.networks import Networks
from openpai.backends.docker.problems import no_contact

_INSPECTS_AT_ONCE = 8
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
        # Ids of containers that the engine told have died: its list is late to know, an inspect is not.
        self._died: set[str] = set()

    async def observe(self) -> Observation:
        """See `contract.Backend.observe`: one list, and an inspect of each that entered another phase."""
        try:
            self._node = self._node or str((await self._engine.call("GET", "/info"))["Name"])
            listed = await self._list()
            networks = await self._networks.per_job()
            await self._look_closer(listed)
        except EngineError as error:
            raise no_contact(self._engine.address.host, error.words) from error
        tasks = [self._seen[entry["Id"]] for entry in listed if entry["Id"] in self._seen]
        return Observation({seen.task: seen for seen in tasks}, networks, self._engine_started_at())

    async def changes(self) -> AsyncIterator[None]:
        """See `contract.Backend.changes`; the first one comes at once: what was before is not known."""
        # No label filter: a network's events do not carry its labels.
        wanted = filters(type=["container", "network"], event=_EVENTS)
        try:
            async with self._engine.stream("GET", "/events", params=wanted) as response:
                yield None
                async for _ in with_echo(self._events_of_ours(response)):
                    yield None
        except EngineError as error:
            raise no_contact(self._engine.address.host, error.words) from error
        self._engine.lost("events ended")
        raise no_contact(self._engine.address.host, "the stream of events ended")

    async def _events_of_ours(self, response: aiohttp.ClientResponse) -> AsyncIterator[None]:
        async for line in response.content:
            event = json.loads(line)
            if self._is_ours(event):
                if event.get("Action") == "die":
                    self._died.add(event["Actor"]["ID"])
                yield None

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
        died, self._died = self._died, set()
        gate = asyncio.Semaphore(_INSPECTS_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for entry in listed:
                seen = self._seen.get(entry["Id"])
                listed_as = translate.phase_of(entry["State"])
                late = seen is not None and seen.phase is Phase.EXITED  # the list, not the inspect
                if listed_as is Phase.CREATED and entry["Id"] not in died:
                    # No inspect: it would wait until the engine has started the container.
                    self._seen[entry["Id"]] = translate.created_task(entry, self._node)
                elif seen is None or entry["Id"] in died or (seen.phase is not listed_as and not late):
                    group.create_task(self._inspect(entry["Id"], gate))

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
