"""Address pools: each server of a test has its own, also when several suites run on one engine."""

import fcntl
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network
from pathlib import Path

_ALL = IPv4Network("10.240.0.0/13")  # neither the default pool nor what other suites take
_PREFIX = 22


@contextmanager
def own_pool() -> Iterator[str]:
    """A subnet that no other test on this machine has meanwhile."""
    folder = Path(tempfile.gettempdir()) / f"pai-e2e-pools-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    taken = _taken()
    for subnet in _ALL.subnets(new_prefix=_PREFIX):
        if any(subnet.overlaps(other) for other in taken):
            continue
        lock = os.open(folder / str(subnet.network_address), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        try:
            yield str(subnet)
        finally:
            os.close(lock)
        return
    raise RuntimeError(f"all pools in {_ALL} are taken")


def _taken() -> list[IPv4Network]:
    """The addresses of the engine's networks: a test that was killed may have left one."""
    listed = subprocess.run(["docker", "network", "ls", "-q"], capture_output=True, text=True, check=True)
    shown = subprocess.run(
        ["docker", "network", "inspect", *listed.stdout.split()], capture_output=True, text=True, check=False
    )
    configs = [config for network in json.loads(shown.stdout) for config in network["IPAM"]["Config"] or ()]
    return [IPv4Network(config["Subnet"]) for config in configs if ":" not in config["Subnet"]]
