"""Whether an engine can do what jobs need, judged by what it says of itself. Pure; `doctor` asks it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any, Literal

from openpai.backends.docker.translate import INSTANCE_LABEL
from openpai.errors import Params

OLDEST_VERSION = (20, 10)

_LIMITS = {
    "MemoryLimit": "memory",
    "SwapLimit": "swap",
    "CpuCfsQuota": "cpu",
    "PidsLimit": "pids",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: a code of the messages with its parameters."""

    check: str
    verdict: Literal["ok", "warn", "fail"]
    code: str
    params: Params = field(default_factory=dict)


def engine_findings(info: Mapping[str, Any]) -> Iterable[Finding]:
    """From the engine's `/info`: version, limits, init, storage."""
    version = str(info["ServerVersion"])
    about: Params = {"version": version, "oldest": ".".join(map(str, OLDEST_VERSION))}
    yield Finding(
        "engine", "fail" if _older(version) else "ok", "EngineOld" if _older(version) else "EngineOk", about
    )
    missing = [name for key, name in _LIMITS.items() if not info.get(key)]
    cgroup = f"v{info.get('CgroupVersion', '1')} ({info.get('CgroupDriver', '?')})"
    if missing:
        enforced = {"memory", "pids"} & set(missing)
        params = {"cgroup": cgroup, "missing": ", ".join(missing)}
        yield Finding("cgroups", "fail" if enforced else "warn", "CgroupLimitsMissing", params)
    else:
        yield Finding("cgroups", "ok", "CgroupsOk", {"cgroup": cgroup})
    if not info.get("InitBinary"):
        yield Finding("init", "fail", "InitMissing")
    if not info.get("LiveRestoreEnabled"):
        yield Finding("live-restore", "warn", "LiveRestoreOff")


def network_findings(
    pool: str, networks: Sequence[Mapping[str, Any]], routes: Mapping[str, str], instance: str
) -> Iterable[Finding]:
    """Whether the pool is free for jobs. `networks`: the engine's; `routes`: subnet → interface of this machine;
    what belongs to the server `instance` itself is in nobody's way."""
    wanted = IPv4Network(pool)
    own = {net["Id"] for net in networks if net.get("Labels", {}).get(INSTANCE_LABEL) == instance}
    taken = {
        f"Docker network {net['Name']}": subnet
        for net in networks
        if net["Id"] not in own
        for subnet in _subnets(net)
    }
    bridges = {f"br-{network['Id'][:12]}" for network in networks}  # a bridge's route is its network's
    taken |= {f"interface {name}": subnet for subnet, name in routes.items() if name not in bridges}
    for holder, subnet in taken.items():
        if IPv4Network(subnet).overlaps(wanted):
            params = {"pool": pool, "subnet": subnet, "holder": holder}
            yield Finding("network pool", "fail", "NetworkPoolOverlaps", params)
            return
    yield Finding("network pool", "ok", "NetworkPoolOk", {"pool": pool})


def disk_finding(what: str, path: str, free_mb: int, needed_mb: int) -> Finding:
    """Whether a directory has room left; `what` begins the code: "Data" or "Image"."""
    params: Params = {"path": path, "free_mb": free_mb, "needed_mb": needed_mb}
    if free_mb < needed_mb:
        return Finding("disk", "warn", f"{what}DiskLow", params)
    return Finding("disk", "ok", f"{what}DiskOk", params)


def _older(version: str) -> bool:
    numbers = tuple(
        int(part) for part in version.split("+")[0].split("-")[0].split(".")[:2] if part.isdigit()
    )
    return len(numbers) == 2 and numbers < OLDEST_VERSION


def _subnets(network: Mapping[str, Any]) -> list[str]:
    configs = (network.get("IPAM") or {}).get("Config") or []
    return [config["Subnet"] for config in configs if ":" not in config.get("Subnet", ":")]
