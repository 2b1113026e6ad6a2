"""An image that is pulled as slowly as a story wants."""

import gzip
import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.backends.images import BUSYBOX
from tests.e2e.slow_registry import SlowRegistry, slow_registry
from tests.registry import CONFIG, LAYER, MANIFEST, Registry, running_registry, tar


@contextmanager
def slow_image(folder: Path) -> Iterator[tuple[SlowRegistry, str]]:
    """The registry and the name of an image of two layers, of which the second comes when the gate is opened; what
    came of it is removed at the end."""
    with running_registry(folder) as registry, slow_registry(registry.address) as slow:
        slow.held = _two_layers(registry)
        image = f"{slow.address}/team/tool:v1"
        try:
            yield slow, image
        finally:
            slow.gate.set()
            subprocess.run(["docker", "image", "rm", "--force", image], capture_output=True)


def _two_layers(registry: Registry) -> str:
    """Puts team/tool:v1 there; the digest of its second layer."""
    layers = [tar({"bin/sh": BUSYBOX.read_bytes()}), tar({"own": os.urandom(2**20)})]
    ids = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    about = {
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": ids},
    }
    blobs = [registry.blob("team/tool", LAYER, gzip.compress(layer, mtime=0)) for layer in layers]
    config = registry.blob("team/tool", CONFIG, json.dumps(about).encode())
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": blobs}
    registry.put_manifest("team/tool", "v1", MANIFEST, manifest)
    return str(blobs[1]["digest"])
