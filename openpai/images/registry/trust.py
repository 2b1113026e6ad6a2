"""Whom to trust over TLS: the machine's CAs, and those that Docker's folder of certificates adds for a registry."""

import ssl
from pathlib import Path

from openpai.images.registry.endpoints import Endpoint

_Stamp = tuple[tuple[str, int], ...]


class Trust:
    """TLS contexts by registry, kept as long as its files do not change: making one takes longer than a request."""

    def __init__(self) -> None:
        self._contexts: dict[tuple[str, bool], tuple[_Stamp, ssl.SSLContext]] = {}

    def context(self, endpoint: Endpoint, certificates: Path) -> ssl.SSLContext:
        """The context for an endpoint; blocks while it reads files. Raises OSError where they cannot be read."""
        folder = certificates / endpoint.host
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        stamp = tuple((file.name, file.stat().st_mtime_ns) for file in files)
        key = (str(folder) if files else "", endpoint.insecure)
        known = self._contexts.get(key)
        if known is None or known[0] != stamp:
            known = self._contexts[key] = (stamp, _make(files, insecure=endpoint.insecure))
        return known[1]


def _make(files: list[Path], *, insecure: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = not insecure
    context.verify_mode = ssl.CERT_NONE if insecure else ssl.CERT_REQUIRED
    for file in files:
        if file.suffix == ".crt":
            context.load_verify_locations(file)
        elif file.suffix == ".cert":
            context.load_cert_chain(file, file.with_suffix(".key"))
    return context
