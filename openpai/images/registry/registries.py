"""How registries are reached: what the engine that will pull was told of mirrors, proxies and trust. Values only.

A look at an image goes the way that the pull will go, so the two agree.
"""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """`mirrors`: base URLs that are asked before Docker Hub, in order. `insecure`: registries (`host`, `host:port`,
    or a CIDR of their addresses) that may be without TLS or with a certificate that nobody vouches for; loopback
    always is. `certificates`: the folder with `<host:port>/*.crt`, as Docker's. Proxies are URLs, "" for none."""

    mirrors: tuple[str, ...] = ()
    insecure: frozenset[str] = field(default_factory=frozenset)
    certificates: Path = Path("/etc/docker/certs.d")
    http_proxy: str = ""
    https_proxy: str = ""
    no_proxy: str = ""
