"""Where an image is asked for, in order, and which proxy is on the way: as Docker does it. Pure."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from openpai.images.credentials.credential import registry_host
from openpai.images.reference import DOCKER_HUB
from openpai.images.registry.registries import RegistrySettings

_HUB_HOST = "registry-1.docker.io"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server to ask. `base` is its URL, without a slash at the end.

    `insecure`: any certificate will do, and none is needed. `owner`: it is the image's own registry, which the
    credential is for, and no mirror.
    """

    base: str
    insecure: bool
    owner: bool

    @property
    def host(self) -> str:
        """`host[:port]`, the name of its folder of certificates."""
        return urlsplit(self.base).netloc


def endpoints(registry: str, settings: RegistrySettings, addresses: Iterable[str]) -> tuple[Endpoint, ...]:
    """Whom to ask for an image of `registry`, in order. `addresses` are those of the registry's name."""
    if registry_host(registry) == DOCKER_HUB:
        mirrors = tuple(_mirror(url, settings) for url in settings.mirrors)
        return (*mirrors, Endpoint(f"https://{_HUB_HOST}", insecure=False, owner=True))
    if not is_insecure(registry, settings, addresses):
        return (Endpoint(f"https://{registry}", insecure=False, owner=True),)
    return tuple(
        Endpoint(f"{scheme}://{registry}", insecure=True, owner=True) for scheme in ("https", "http")
    )


def is_insecure(registry: str, settings: RegistrySettings, addresses: Iterable[str] = ()) -> bool:
    """Whether a registry may be without TLS: it is named as such, or one of its addresses is, or it is loopback."""
    if registry.lower() in {name.lower() for name in settings.insecure}:
        return True
    host = host_of(registry)
    if host == "localhost":
        return True
    networks = [network for name in settings.insecure if (network := _network(name)) is not None]
    found = [ip for text in (host, *addresses) if (ip := _address(text)) is not None]
    return any(ip.is_loopback or any(ip in network for network in networks) for ip in found)


def host_of(registry: str) -> str:
    """The name or address in `host[:port]`, in lower case, without the brackets of IPv6."""
    return urlsplit(f"//{registry}").hostname or ""


def port_of(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def proxy_for(url: str, settings: RegistrySettings) -> str:
    """The proxy that a request goes through, "" for none; `no_proxy` as Go reads it. Loopback needs no proxy."""
    proxy = settings.https_proxy if urlsplit(url).scheme == "https" else settings.http_proxy
    host = urlsplit(url).hostname or ""
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return ""
    if any(_is_exempt(host, port_of(url), entry.strip().lower()) for entry in settings.no_proxy.split(",")):
        return ""
    return proxy if "://" in proxy or not proxy else f"http://{proxy}"


def _is_exempt(host: str, port: int, entry: str) -> bool:
    if entry in ("", "*"):
        return entry == "*"
    network, address = _network(entry), _address(host)
    if network is not None:
        return address is not None and address in network
    name, _, wanted_port = entry.partition(":")
    if wanted_port and wanted_port != str(port):
        return False
    name = name.removeprefix("*")
    return host.endswith(name) if name.startswith(".") else host == name or host.endswith(f".{name}")


def _mirror(url: str, settings: RegistrySettings) -> Endpoint:
    host = urlsplit(url).netloc
    plain = urlsplit(url).scheme == "http"  # an administrator has written so
    return Endpoint(url.rstrip("/"), insecure=plain or is_insecure(host, settings), owner=False)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
