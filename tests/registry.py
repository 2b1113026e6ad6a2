"""A real registry on loopback for tests: Debian's `docker-registry`, open or with a user, on a free port.

Images are pushed through its API, without an engine, so any manifest can be made. Docker Engine trusts
registries on loopback without TLS.
"""

import base64
import gzip
import hashlib
import io
import json
import shutil
import socket
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def installed() -> bool:
    """Whether the packages docker-registry and apache2-utils are there."""
    return bool(shutil.which("docker-registry") and shutil.which("htpasswd"))


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry that runs. `address` is what image names begin with, e.g. `localhost:41234`."""

    address: str
    username: str
    password: str
    log: Path

    def push(self, name: str, tag: str, files: Mapping[str, bytes], architecture: str = "amd64") -> str:
        """Make an image of one layer with these files (all executable); returns its digest."""
        layer = _tar(files)
        packed = gzip.compress(layer, compresslevel=1, mtime=0)
        config = {
            "architecture": architecture,
            "os": "linux",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self._blob(name, CONFIG, json.dumps(config).encode()),
            "layers": [self._blob(name, LAYER, packed)],
        }
        return self.put_manifest(name, tag, MANIFEST, manifest)

    def put_manifest(self, name: str, tag: str, kind: str, manifest: Mapping[str, object]) -> str:
        """Put a manifest as it is under a tag; returns its digest."""
        body = json.dumps(manifest).encode()
        self._request("PUT", f"/v2/{name}/manifests/{tag}", body, kind)
        return _digest(body)

    def _blob(self, name: str, kind: str, data: bytes) -> dict[str, object]:
        digest = _digest(data)
        place = self._request("POST", f"/v2/{name}/blobs/uploads/", b"", kind)["Location"]
        joint = "&" if "?" in place else "?"
        self._request("PUT", f"{place}{joint}digest={digest}", data, "application/octet-stream")
        return {"mediaType": kind, "size": len(data), "digest": digest}

    def _request(self, method: str, path: str, body: bytes, kind: str) -> Mapping[str, str]:
        url = path if path.startswith("http") else f"http://{self.address}{path}"
        headers = {"Content-Type": kind}
        if self.username:
            word = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            headers["Authorization"] = f"Basic {word}"
        request = urllib.request.Request(url, body, headers, method=method)
        with urllib.request.urlopen(request) as response:
            return dict(response.headers)


@contextmanager
def running_registry(folder: Path, username: str = "", password: str = "") -> Iterator[Registry]:
    """A registry with its data in `folder`; with a user name, nobody else is let in."""
    port = free_port()
    settings = folder / "registry.json"  # JSON is YAML
    log = folder / "registry.log"
    settings.write_text(json.dumps(_settings(folder, port, username, password)))
    with log.open("wb") as out:
        process = subprocess.Popen(["docker-registry", "serve", str(settings)], stdout=out, stderr=out)
        try:
            _await_answer(port, log)
            yield Registry(f"localhost:{port}", username, password, log)
        finally:
            process.terminate()
            process.wait(10)


def free_port() -> int:
    """A TCP port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _settings(folder: Path, port: int, username: str, password: str) -> dict[str, object]:
    settings: dict[str, object] = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    if username:
        users = folder / "users"
        made = subprocess.run(
            ["htpasswd", "-Bbn", username, password], capture_output=True, text=True, check=True
        )
        users.write_text(made.stdout)
        settings["auth"] = {"htpasswd": {"realm": "test", "path": str(users)}}
    return settings


def _await_answer(port: int, log: Path) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/").close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return  # 401 is an answer too
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the registry does not answer: {log.read_text()}")


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _tar(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()
