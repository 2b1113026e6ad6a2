"""The mirror of docs/*/operations.md: its configuration starts a registry that hands on what another one has."""

import json
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests.docs.texts import ROOT, fences
from tests.registry import MANIFEST, free_port, running_registry

PAGES = [ROOT / "docs" / language / "operations.md" for language in ("en", "zh")]


def block(page: Path, language: str, word: str) -> str:
    """The first block of this language on the page that holds the word."""
    return next(text for text in fences(page, language) if word in text)


def get(url: str) -> bytes:
    request = urllib.request.Request(url, headers={"Accept": MANIFEST})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return bytes(reply.read())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_the_configuration_of_the_mirror_starts_one(page: Path, tmp_path: Path) -> None:
    told = yaml.safe_load(block(page, "yml", "remoteurl"))
    assert told["proxy"]["remoteurl"] == "https://registry-1.docker.io"
    assert json.loads(block(page, "json", "registry-mirrors")) == {
        "registry-mirrors": [f"http://{told['http']['addr']}"]
    }
    (tmp_path / "hub").mkdir()
    with running_registry(tmp_path / "hub") as hub:  # stands in for Docker Hub, which no test reaches
        digest = hub.push("library/tool", "v1", {"bin/tool": b"a tool"})
        told["proxy"]["remoteurl"] = hub.url
        told["http"]["addr"] = f"127.0.0.1:{free_port()}"
        told["storage"]["filesystem"]["rootdirectory"] = str(tmp_path / "mirror")
        (tmp_path / "config.yml").write_text(yaml.safe_dump(told))
        mirror = f"http://{told['http']['addr']}"
        process = subprocess.Popen(
            ["docker-registry", "serve", str(tmp_path / "config.yml")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _await(f"{mirror}/v2/")
            manifest = json.loads(get(f"{mirror}/v2/library/tool/manifests/v1"))
            assert get(f"{mirror}/v2/library/tool/manifests/{digest}")
            layer = manifest["layers"][0]
            assert len(get(f"{mirror}/v2/library/tool/blobs/{layer['digest']}")) == layer["size"]
        finally:
            process.terminate()
            process.wait(10)


def _await(url: str) -> None:
    for _ in range(200):
        try:
            get(url)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{url} does not answer")
