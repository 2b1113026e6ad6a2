"""The bridge networks of an instance: made on demand, found again by name, told apart by label."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from openpai.backends.docker import translate
from openpai.backends.docker.engine import Engine, EngineError, filters, segment
from openpai.backends.docker.problems import engine_failed, subnet_taken
from openpai.runtime.container import NetworkPlan

_LOOKS, _LOOK_AGAIN_S = 20, 0.1


class Networks:
    """The networks of one instance on one engine."""

    def __init__(self, engine: Engine, instance: str) -> None:
        self._engine = engine
        self._instance = instance
        # The engine itself lets two requests at once make two networks of one name.
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def ensure(self, plan: NetworkPlan) -> None:
        """Make the network unless it is there. Raises `Refused` SubnetTaken."""
        async with self._locks[plan.name]:
            there = await self._inspect(plan.name)
            if there is not None and plan.subnet not in _subnets(there):
                await self._remove_stale(plan, there)
                there = None
            if there is None:
                await self._create(plan)

    async def per_job(self) -> frozenset[str]:
        """Names (as the plans gave them) of those that belong to one job."""
        labels = [f"{translate.INSTANCE_LABEL}={self._instance}", f"{translate.ISOLATED_LABEL}=false"]
        found = await self._list(filters(label=labels))
        return frozenset(network["Labels"][translate.NETWORK_LABEL] for network in found)

    async def remove(self, name: str) -> None:
        """Remove it; gone is success. Raises `TemporaryFailure` while a container is on it."""
        async with self._locks[name]:
            await self._delete(name)
        self._locks.pop(name, None)

    async def remove_shared(self) -> None:
        """Remove the isolated network that outlives its tasks. Raises `TemporaryFailure` while one is on it."""
        labels = [f"{translate.INSTANCE_LABEL}={self._instance}", f"{translate.ISOLATED_LABEL}=true"]
        for network in await self._list(filters(label=labels)):
            await self.remove(network["Labels"][translate.NETWORK_LABEL])

    async def _inspect(self, name: str) -> Mapping[str, Any] | None:
        """By exact name; the engine's own look-up by name would also take an id's beginning."""
        full = translate.network_name(self._instance, name)
        found = await self._list(filters(name=[f"^{full}$"]))
        return next((network for network in found if network["Name"] == full), None)

    async def _list(self, params: dict[str, str]) -> Sequence[Mapping[str, Any]]:
        try:
            found: Sequence[Mapping[str, Any]] = await self._engine.call("GET", "/networks", params=params)
        except EngineError as error:
            raise engine_failed("list networks", error.words) from error
        return found

    async def _create(self, plan: NetworkPlan, *, again: bool = True) -> None:
        body = translate.network_body(plan, self._instance)
        try:
            await self._engine.call("POST", "/networks/create", body=body)
        except EngineError as error:
            if error.status == 409:  # another process of ours was quicker
                return
            if "overlap" not in error.words.lower():
                raise engine_failed(f"create network {plan.name}", error.words) from error
            holder = await self._holder(plan.subnet)
            if holder.get("Name") == translate.network_name(self._instance, plan.name):
                return
            if again and await self._remove_foreign(holder):
                await self._create(plan, again=False)
            else:
                raise subnet_taken(plan.subnet, holder.get("Name", ""), error.words) from error

    async def _holder(self, subnet: str) -> Mapping[str, Any]:
        """The network that has addresses of `subnet`; one that is being made shows up a little later."""
        for _ in range(_LOOKS):
            if holder := await self._overlapping(ip_network(subnet)):
                return holder
            await asyncio.sleep(_LOOK_AGAIN_S)
        return {}

    async def _overlapping(self, wanted: IPv4Network | IPv6Network) -> Mapping[str, Any]:
        for network in await self._list({}):
            if any(_overlap(wanted, ip_network(subnet)) for subnet in _subnets(network)):
                return network
        return {}

    async def _remove_foreign(self, network: Mapping[str, Any]) -> bool:
        """Remove what another server of ours left behind, one whose data is gone perhaps. The engine refuses
        while a container is on it, and a server that is alive makes it again when it needs it."""
        if translate.INSTANCE_LABEL not in (network.get("Labels") or {}):
            return False
        try:
            await self._engine.call("DELETE", f"/networks/{network['Id']}")
        except EngineError as error:
            return error.status == 404
        return True

    async def _remove_stale(self, plan: NetworkPlan, there: Mapping[str, Any]) -> None:
        """One of the right name on another subnet: left by other settings, of use only to what is on it."""
        try:
            await self._delete(plan.name)
        except EngineError as error:
            words = f"{plan.name} is on {', '.join(_subnets(there))} and in use, not on {plan.subnet}"
            raise engine_failed("move network", words) from error

    async def _delete(self, name: str) -> None:
        full = translate.network_name(self._instance, name)
        try:
            await self._engine.call("DELETE", f"/networks/{segment(full)}")
        except EngineError as error:
            if error.status != 404:
                raise engine_failed(f"remove network {name}", error.words) from error


def _subnets(network: Mapping[str, Any]) -> list[str]:
    return [pool["Subnet"] for pool in (network["IPAM"].get("Config") or ()) if pool.get("Subnet")]


def _overlap(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    return one.version == other.version and one.overlaps(other)
