"""A real registry on loopback for tests: Debian's `docker-registry` on a free port.

Images are pushed through its API, without an engine, so any manifest can be made. Docker Engine trusts
registries on loopback without TLS. The kinds there are:

    running_registry(folder)                         open
    running_registry(folder, "ada", "correct horse") htpasswd: nobody else is let in
    running_registry(folder, tls=certificate)        over TLS (`tests/certificates.py`)
    running_registry(folder, mirror_of="http://…")   a pull-through mirror
    running_token_registry(folder, users)            tokens, with rights per user (`tests/token_registry.py`)
    stand_in(answer), doorman(registry, …)           what docker-registry cannot show (`tests/stand_in.py`)

All are context managers, and stop what they started.
"""

import base64
import gzip
import hashlib
import io
import json
import shutil
import socket
import ssl
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.certificates import Certificate

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"

_ANY_CERTIFICATE = ssl.create_default_context()
_ANY_CERTIFICATE.check_hostname = False
_ANY_CERTIFICATE.verify_mode = ssl.CERT_NONE


def installed() -> bool:
    """Whether the packages docker-registry and apache2-utils are there."""
    return bool(shutil.which("docker-registry") and shutil.which("htpasswd"))


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry that runs. `address` is what image names begin with, e.g. `localhost:41234`.

    `bearer` makes the token to push with, where the registry wants tokens, for the path that is asked.
    """

    address: str
    username: str
    password: str
    log: Path
    scheme: str = "http"
    bearer: Callable[[str], str] | None = None

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.address}"

    def change_password(self, password: str) -> None:
        """From now on only this password counts, of a registry with its own users (not of this object)."""
        _htpasswd(self.log.parent / "users", self.username, password)

    def push(
        self,
        name: str,
        tag: str,
        files: Mapping[str, bytes],
        architecture: str = "amd64",
        config: Mapping[str, object] | None = None,
    ) -> str:
        """Make an image of one layer with these files (all executable); returns its digest.

        `config` is what the image says of its containers: `{"Env": […], "Labels": {…}}`.
        """
        layer = tar(files)
        packed = gzip.compress(layer, compresslevel=1, mtime=0)
        body = {
            "architecture": architecture,
            "os": "linux",
            "config": config or {},
            "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(name, CONFIG, json.dumps(body).encode()),
            "layers": [self.blob(name, LAYER, packed)],
        }
        return self.put_manifest(name, tag, MANIFEST, manifest)

    def put_manifest(self, name: str, tag: str, kind: str, manifest: Mapping[str, object]) -> str:
        """Put a manifest as it is under a tag; returns its digest."""
        body = json.dumps(manifest).encode()
        self._request("PUT", f"/v2/{name}/manifests/{tag}", body, kind)
        return _digest(body)

    def blob(self, name: str, kind: str, data: bytes) -> dict[str, object]:
        """Put a blob; returns its descriptor, for a manifest."""
        digest = _digest(data)
        place = self._request("POST", f"/v2/{name}/blobs/uploads/", b"", kind)["Location"]
        joint = "&" if "?" in place else "?"
        self._request("PUT", f"{place}{joint}digest={digest}", data, "application/octet-stream")
        return {"mediaType": kind, "size": len(data), "digest": digest}

    def _request(self, method: str, path: str, body: bytes, kind: str) -> Mapping[str, str]:
        url = path if path.startswith("http") else f"{self.url}{path}"
        headers = {"Content-Type": kind}
        if self.username:
            word = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            headers["Authorization"] = f"Basic {word}"
        if self.bearer is not None:
            headers["Authorization"] = f"Bearer {self.bearer(path)}"
        request = urllib.request.Request(url, body, headers, method=method)
        with urllib.request.urlopen(request, context=_ANY_CERTIFICATE) as response:
            return dict(response.headers)


@contextmanager
def running_registry(
    folder: Path,
    username: str = "",
    password: str = "",
    *,
    tls: Certificate | None = None,
    mirror_of: str = "",
    auth: Mapping[str, object] | None = None,
) -> Iterator[Registry]:
    """A registry with its data in `folder`; with a user name, nobody else is let in.

    `mirror_of`: the URL of the registry whose images it fetches and keeps. `auth`: its own settings for it.
    """
    port = free_port()
    settings: dict[str, object] = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{port}"} | _tls(tls),
    }
    if username:
        settings["auth"] = _htpasswd(folder / "users", username, password)
    if auth is not None:
        settings["auth"] = auth
    if mirror_of:
        settings["proxy"] = {"remoteurl": mirror_of}
    file = folder / "registry.json"  # JSON is YAML
    log = folder / "registry.log"
    file.write_text(json.dumps(settings))
    with log.open("wb") as out:
        process = subprocess.Popen(["docker-registry", "serve", str(file)], stdout=out, stderr=out)
        try:
            registry = Registry(f"localhost:{port}", username, password, log, "https" if tls else "http")
            _await_answer(registry)
            yield registry
        finally:
            process.terminate()
            process.wait(10)


def free_port() -> int:
    """A TCP port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tls(certificate: Certificate | None) -> dict[str, object]:
    if certificate is None:
        return {}
    return {"tls": {"certificate": str(certificate.chain), "key": str(certificate.key)}}


def _htpasswd(file: Path, username: str, password: str) -> dict[str, object]:
    made = subprocess.run(
        ["htpasswd", "-Bbn", username, password], capture_output=True, text=True, check=True
    )
    file.write_text(made.stdout)
    return {"htpasswd": {"realm": "test", "path": str(file)}}


def _await_answer(registry: Registry) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{registry.url}/v2/", context=_ANY_CERTIFICATE).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return  # 401 is an answer too
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the registry does not answer: {registry.log.read_text()}")


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def tar(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()
