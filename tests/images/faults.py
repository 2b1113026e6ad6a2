"""Every fault of an image, brought about: in real registries, and with stand-ins for what these cannot show.

Each goes the way of a submission: a job file, its facts, the checks. `FAULTS` names them as docs/make/refusals.toml
does; the outcome of each stands in docs/make/refusals.json, and so in the user's table.
"""

import base64
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from docs.make.refusals import Told
from openpai.admission.checks import check
from openpai.admission.facts import Sources, gather
from openpai.backends.docker.problems import has_no_shell, pull_failed
from openpai.errors import PaiError, Params
from openpai.images.catalogue.entries import find_image, standard_images
from openpai.images.catalogue.standing import standing
from openpai.images.credentials import credential_helper
from openpai.images.credentials.credential import Credential
from openpai.images.credentials.docker_config import DockerConfig
from openpai.images.credentials.keyring import Keyring
from openpai.images.cuda.machine import Machine
from openpai.images.disk.room import ImageDisk, Room, room
from openpai.images.facts import LocalImage, RemoteImage
from openpai.images.inspector import Inspector
from openpai.images.lock import Lock
from openpai.images.reference import parse_reference
from openpai.images.registry import look as look_module
from openpai.images.registry.look import Looker
from openpai.protocol.parse import parse
from openpai.runtime.outlook import Outlook
from openpai.scheduler.resources import Node, Resources
from tests.certificates import Authority
from tests.images.conftest import MakeFolder, Settings
from tests.images.cuda_machines import CUDA_13_0, H100, RTX5090, T4, V100, machine
from tests.looks import local
from tests.outlooks import outlook_of
from tests.proxy_server import Proxy, running_proxy
from tests.registry import CONFIG, LAYER, MANIFEST, Registry, free_port, running_registry
from tests.stand_in import Answer, Asked, doorman, forward, stand_in
from tests.token_registry import TokenRegistry

ADA = ("ada", "correct horse")
WRONG = ("ada", "a wrong one")

_DIGEST = "sha256:" + "0" * 64
_PLENTY = Resources(cpu=64, memory_mb=256_000, gpu=8)
_EMPTY_DISK = ImageDisk(10**12, 10**12)


@dataclass
class Bench:
    """The registries of the tests, and a server's way of looking at them."""

    looker: Looker
    settings: Settings
    open: Registry
    closed: Registry
    tokens: TokenRegistry
    proxy: Proxy
    authority: Authority
    new_folder: MakeFolder
    folder: Path
    patch: pytest.MonkeyPatch
    nodes: Sequence[Node] = (Node("gpu-2", _PLENTY),)
    machines: Sequence[Machine] = (Machine("gpu-2", "amd64"),)
    disk: ImageDisk = _EMPTY_DISK
    here: list[LocalImage] = field(default_factory=list)

    async def told(
        self, image: str, auth: Sequence[str] = (), gpu: int = 0, inherited: Lock | None = None
    ) -> Told:
        """What a job with this image is told first of all that is not well."""
        return (await self.all_told(image, auth, gpu, inherited))[0]

    async def all_told(
        self, image: str, auth: Sequence[str] = (), gpu: int = 0, inherited: Lock | None = None
    ) -> list[Told]:
        """All that such a job is told."""
        try:
            job = parse(_job(image, auth, gpu)).job
        except PaiError as error:
            return [Told("fail", error.first.code, error.first.params)]
        facts = await gather(job, "ada", self._sources(), {image: inherited} if inherited else {})
        return [Told(v.verdict, v.code, v.params) for v in check(job, facts) if v.verdict != "pass"]

    async def behind_proxy(self, name: str, *, trusted: bool = False) -> Told:
        """What is told of a registry over TLS; on loopback Docker would trust any."""
        self.settings.now = replace(self.settings.now, https_proxy=self.proxy.url, http_proxy=self.proxy.url)
        if trusted:
            self.authority.trusted_for(self.settings.now.certificates, name)
        return await self.told(f"{name}/team/tool:v1", ADA)

    async def on(self, *machines: Machine, gpu: int = 1, **environment: str) -> Told:
        """What is told of an image with this environment, on these machines, in a job with GPUs."""
        self.machines = machines
        if len(self.nodes) < len(machines):
            self.nodes = [Node(each.name, _PLENTY) for each in machines]
        return await self.told(self.cuda_image(environment or CUDA_13_0.environment), gpu=gpu)

    def cuda_image(self, environment: Mapping[str, str]) -> str:
        """An image that says this of itself; its name."""
        said = {"Env": [f"{name}={value}" for name, value in environment.items()]}
        self.open.push("team/cuda", "v1", {"a": b"a"}, config=said)
        return f"{self.open.address}/team/cuda:v1"

    def docker_config(self, content: object) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        (self.folder / "config.json").write_text(text)

    def helper(self, script: str) -> None:
        """Has Docker's configuration ask the credential helper `safe`, which is this script."""
        self.docker_config({"credsStore": "safe"})
        program = self.folder / "docker-credential-safe"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        self.patch.setenv("PATH", str(self.folder), prepend=":")

    def _sources(self) -> Sources:
        keyring = Keyring(_nothing_stored, DockerConfig(self.folder / "config.json"))
        inspector = Inspector(self._find_local, keyring, self.looker, _amd64)
        return Sources(self._outlook, self._machines, inspector.inspect, self._room)

    async def _find_local(self, name: str) -> LocalImage | None:
        return next((image for image in self.here if name in (*image.names, *image.digests)), None)

    async def _outlook(self) -> Outlook:
        return outlook_of(*self.nodes)

    async def _machines(self) -> Sequence[Machine]:
        return self.machines

    async def _room(self, image: RemoteImage) -> Room:
        return room(image, (), self.disk, freeable_bytes=3 * 10**9)


def _job(image: str, auth: Sequence[str], gpu: int) -> str:
    prerequisite: dict[str, object] = {"type": "dockerimage", "name": "image", "uri": image}
    if auth:
        prerequisite["auth"] = dict(zip(("username", "password", "registryuri"), auth, strict=False))
    role = {
        "dockerImage": "image",
        "resourcePerInstance": {"cpu": 1, "memoryMB": 1024, "gpu": gpu},
        "commands": ["true"],
    }
    return json.dumps(
        {
            "protocolVersion": 2,
            "name": "fault",
            "type": "job",
            "prerequisites": [prerequisite],
            "taskRoles": {"main": role},
        }
    )


async def _nothing_stored(username: str, registry: str) -> Sequence[Credential]:
    return ()


async def _amd64() -> str:
    return "amd64"


Fault = Callable[[Bench], Awaitable[Told]]
FAULTS: dict[str, Fault] = {}


def fault(name: str) -> Callable[[Fault], Fault]:
    def put(act: Fault) -> Fault:
        FAULTS[name] = act
        return act

    return put


def _named(image: str) -> Fault:
    return lambda bench: bench.told(image)


FAULTS |= {
    "name.scheme": _named("https://harbor.example.org/team/tool:v1"),
    "name.capitals": _named("team/Tool:v1"),
    "name.tag": _named("team/tool:1.0+cu128"),
    "name.digest": _named("team/tool@sha256:" + "0" * 40),
    "name.id": _named("0" * 64),
    "name.long": _named("team/" + "x" * 251),
    "login.none": lambda bench: bench.told(f"{bench.closed.address}/team/tool:v1"),
    "login.wrong": lambda bench: bench.told(f"{bench.closed.address}/team/tool:v1", WRONG),
    "login.wrong-token": lambda bench: bench.told(f"{bench.tokens.registry.address}/team/tool:v1", WRONG),
    "login.no-right": lambda bench: bench.told(
        f"{bench.tokens.registry.address}/team/tool:v1", ("bob", "battery")
    ),
    "login.expired": lambda bench: bench.told(
        f"{bench.tokens.registry.address}/team/tool:v1", ("eve", "staple")
    ),
    "registry.no-address": _named("registry.invalid/team/tool:v1"),
    "registry.closed": lambda bench: bench.told(f"localhost:{free_port()}/team/tool:v1"),
    "registry.unknown-ca": lambda bench: bench.behind_proxy("good.test"),
    "registry.expired": lambda bench: bench.behind_proxy("expired.test", trusted=True),
    "registry.other-host": lambda bench: bench.behind_proxy("other.test", trusted=True),
    "registry.plain-http": lambda bench: bench.behind_proxy("plain.test"),
    "image.no-repository": lambda bench: bench.told(f"{bench.closed.address}/team/toool:v1", ADA),
    "image.no-tag": lambda bench: bench.told(f"{bench.closed.address}/team/tool:v2", ADA),
    "machine.no-driver": lambda bench: bench.on(machine(None, T4)),
    "machine.old-driver": lambda bench: bench.on(machine("525.60.13", H100)),
    "machine.old-gpu": lambda bench: bench.on(machine("580.65.06", V100)),
    "machine.new-gpu": lambda bench: bench.on(machine("610.43.02", RTX5090), CUDA_VERSION="12.4.1"),
    "machine.demand": lambda bench: bench.on(machine("580.65.06", T4), NVIDIA_REQUIRE_ARCH="arch>=8.0"),
    "machine.no-node": lambda bench: bench.on(
        machine("470.57.02", H100, name="gpu-1"), machine("580.65.06", V100, name="gpu-2")
    ),
    "machine.some-nodes": lambda bench: bench.on(
        machine("580.65.06", H100, name="gpu-1"), machine("525.60.13", H100, name="gpu-2")
    ),
    "machine.unreadable-demand": lambda bench: bench.on(
        machine("580.65.06", T4), NVIDIA_REQUIRE_CUDA="12.4 or newer"
    ),
    "machine.unreadable-version": lambda bench: bench.on(machine("580.65.06", T4), CUDA_VERSION="newest"),
}


@fault("login.expired-itself")
async def _(bench: Bench) -> Told:
    claims = base64.urlsafe_b64encode(b'{"exp": 1600000000}').decode().rstrip("=")
    return await bench.told(f"{bench.closed.address}/team/tool:v1", ("ada", f"head.{claims}.signature"))


@fault("login.elsewhere")
async def _(bench: Bench) -> Told:
    bench.settings.now = replace(bench.settings.now, mirrors=(bench.open.url,))  # Docker Hub is not asked
    return await bench.told("team/tool:v1", (*ADA, "https://harbor.example.org"))


@fault("login.unsafe")
async def _(bench: Bench) -> Told:
    with stand_in(lambda asked: Answer(500)) as thief:
        token = {
            "realm": f"{thief.url}/token",
            "service": "s",
            "issuer": "i",
            "rootcertbundle": str(bench.authority.ca),
        }
        certificate = bench.authority.issue("unsafe", ["unsafe.test"])
        with (
            running_registry(bench.new_folder(), tls=certificate, auth={"token": token}) as registry,
            running_proxy({"unsafe.test:443": registry.address}) as bench.proxy,
        ):
            return await bench.behind_proxy("unsafe.test", trusted=True)


@fault("login.asks-late")
async def _(bench: Bench) -> Told:
    with doorman(bench.open, *ADA) as door:
        return await bench.told(f"{door.address}/team/tool:v1", ADA)


@fault("login.config-broken")
async def _(bench: Bench) -> Told:
    bench.docker_config('{"auths": ')
    return await bench.told(f"{bench.open.address}/team/tool:v1")


@fault("login.helper-missing")
async def _(bench: Bench) -> Told:
    bench.docker_config({"credsStore": "nowhere"})
    return await bench.told(f"{bench.open.address}/team/tool:v1")


@fault("login.helper-fails")
async def _(bench: Bench) -> Told:
    bench.helper("cat > /dev/null; echo the vault is sealed; exit 3")
    return await bench.told(f"{bench.open.address}/team/tool:v1")


@fault("login.helper-silent")
async def _(bench: Bench) -> Told:
    waits = credential_helper.ANSWERS_WITHIN_S
    bench.patch.setattr(credential_helper, "ANSWERS_WITHIN_S", 1)
    bench.helper("cat > /dev/null; sleep 60")
    told = await bench.told(f"{bench.open.address}/team/tool:v1")
    return replace(told, params={**told.params, "seconds": waits})


@fault("registry.silent")
async def _(bench: Bench) -> Told:
    waits = look_module.LONGEST_S
    bench.patch.setattr(look_module, "LONGEST_S", 0.5)

    def hang(asked: Asked) -> Answer:
        time.sleep(1)
        return Answer(500)

    with stand_in(hang) as hanging:
        told = await bench.told(f"{hanging.address}/team/tool:v1")
    return replace(told, params={**told.params, "seconds": f"{waits:g}"})


@fault("registry.failed")
async def _(bench: Bench) -> Told:
    with stand_in(lambda asked: Answer(503, b"database is locked")) as ill:
        return await bench.told(f"{ill.address}/team/tool:v1")


@fault("registry.rate-limit")
async def _(bench: Bench) -> Told:
    body = b'{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}'
    limit = {"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": "0;w=21600", "Retry-After": "17"}
    with stand_in(lambda asked: Answer(429, body, limit)) as busy:
        return await bench.told(f"{busy.address}/team/tool:v1")


@fault("registry.rate-low")
async def _(bench: Bench) -> Told:
    limit = {"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": "9;w=21600"}

    def answer(asked: Asked) -> Answer:
        real = forward(bench.open, asked)
        return replace(real, headers={**real.headers, **limit})

    with stand_in(answer) as hub:
        return await bench.told(f"{hub.address}/team/tool:v1")


@fault("registry.web-page")
async def _(bench: Bench) -> Told:
    page = Answer(
        200, b"<html><title>Harbor</title><body>Welcome</body></html>", {"Content-Type": "text/html"}
    )
    with stand_in(lambda asked: page) as web:
        return await bench.told(f"{web.address}/team/tool:v1")


@fault("image.other-processor")
async def _(bench: Bench) -> Told:
    bench.open.push("team/arm", "v1", {"a": b"arm"}, architecture="arm64")
    return await bench.told(f"{bench.open.address}/team/arm:v1")


@fault("image.chart")
async def _(bench: Bench) -> Told:
    kind = "application/vnd.cncf.helm.config.v1+json"
    chart = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {**bench.open.blob("team/chart", kind, b"{}"), "mediaType": kind},
        "layers": [bench.open.blob("team/chart", "application/x-tar", b"chart")],
    }
    bench.open.put_manifest("team/chart", "v1", MANIFEST, chart)
    return await bench.told(f"{bench.open.address}/team/chart:v1")


@fault("image.outdated")
async def _(bench: Bench) -> Told:
    """docker-registry takes no such image any more."""
    kind = "application/vnd.docker.distribution.manifest.v1+prettyjws"
    old = Answer(200, b'{"schemaVersion": 1, "fsLayers": []}', {"Content-Type": kind})
    with stand_in(lambda asked: old) as registry:
        return await bench.told(f"{registry.address}/team/tool:v1")


@fault("image.unchecked")
async def _(bench: Bench) -> Told:
    name = f"localhost:{free_port()}/team/tool"
    bench.here = [local(f"{name}:v1", "a", f"{name}@{_DIGEST}")]
    return await bench.told(f"{name}:v1")


@fault("image.moved")
async def _(bench: Bench) -> Told:
    earlier = bench.open.push("team/moving", "v1", {"a": b"1"})
    bench.open.push("team/moving", "v1", {"a": b"2"})
    return await bench.told(f"{bench.open.address}/team/moving:v1", inherited=Lock(digest=earlier))


@fault("image.gone")
async def _(bench: Bench) -> Told:
    return await bench.told("team/made-here:v1", inherited=Lock(image_id=_DIGEST))


@fault("image.to-be-built")
async def _(bench: Bench) -> Told:
    reference = parse_reference("openpai/standard:python_3.11-tensorflow_2.21.0-cpu")
    entry = find_image(reference, standard_images())
    assert entry is not None
    return _listed("list", PaiError(*standing(entry, None, bench.machines, None).reasons))


@fault("image.no-shell")
async def _(bench: Bench) -> Told:
    """By the engine, when it starts: tests/e2e/test_images.py."""
    return _listed("end", has_no_shell("registry.example.org/team/tool:v1"))


@fault("machine.no-gpu")
async def _(bench: Bench) -> Told:
    entry = find_image(parse_reference("openpai/standard:python_3.6-pytorch_1.4.0-gpu"), standard_images())
    assert entry is not None
    return _listed("list", PaiError(*standing(entry, local(), bench.machines, None).reasons))


@fault("machine.never-fits")
async def _(bench: Bench) -> Told:
    good, bad = machine("580.65.06", H100, name="gpu-1"), machine("525.60.13", H100, name="gpu-2")
    bench.nodes = (Node("gpu-1", replace(_PLENTY, gpu=1)), Node("gpu-2", _PLENTY))
    bench.machines = (good, bad)
    first, second = await bench.all_told(bench.cuda_image(CUDA_13_0.environment), gpu=4)
    assert first.code == "ImageFitsSomeNodes"
    return second


@fault("disk.too-large")
async def _(bench: Bench) -> Told:
    """The registry believes what a manifest says of the size of its layers."""
    bench.disk = ImageDisk(total_bytes=10**12, free_bytes=8 * 10**9)
    config = bench.open.blob(
        "team/large", CONFIG, b'{"architecture": "amd64", "rootfs": {"diff_ids": ["x"]}}'
    )
    layer = {**bench.open.blob("team/large", LAYER, b"x"), "size": 7_200_000_000}
    large = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]}
    bench.open.put_manifest("team/large", "v1", MANIFEST, large)
    return await bench.told(f"{bench.open.address}/team/large:v1")


@fault("disk.full")
async def _(bench: Bench) -> Told:
    """By the engine, on a disk that is full: tests/e2e/test_disk_full.py."""
    words = "write /var/lib/docker/tmp/GetImageBlob1: no space left on device"
    return _listed("end", pull_failed("team/tool:v1", "docker.io", "", 500, words))


@fault("pull.unheard-of")
async def _(bench: Bench) -> Told:
    words = "filesystem layer verification failed for digest sha256:…"
    return _listed("end", pull_failed("team/tool:v1", "docker.io", "", 500, words))


def _listed(outcome: str, error: PaiError) -> Told:
    return Told(outcome, error.first.code, error.first.params)


_UNSTEADY: Sequence[tuple[str, str]] = (
    (r"(?:localhost|127\.0\.0\.1):\d{4,5}", "registry.example.org"),
    (r"\b(?:good|expired|other|plain|unsafe)\.test(?::443)?", "registry.example.org"),
    (r"\belsewhere\.test", "other.example.org"),
    (r"registry\.invalid", "registry.example.org"),
    (r"sha256:[0-9a-f]{40,64}", "sha256:…"),
    (r"\b[0-9a-f]{64}\b", "0123456789ab…"),
    (r"/\S+/config\.json", "~/.docker/config.json"),
    (r" \(_ssl\.c:\d+\)", ""),
    (
        r"Temporary failure in name resolution|No address associated with hostname",
        "Name or service not known",
    ),
)
"""What is another at every run, or on another machine → what the table shows."""


def steady(told: Told) -> Told:
    """The same with all that changes replaced."""
    return replace(told, params={name: _steady(value) for name, value in told.params.items()})


def _steady(value: str | int | float) -> str | int | float:
    if not isinstance(value, str):
        return value
    for pattern, shown in _UNSTEADY:
        value = re.sub(pattern, shown, value)
    return value


def as_json(told: Mapping[str, Told]) -> str:
    entries = {
        name: {"outcome": each.outcome, "code": each.code, "params": _shown(each)}
        for name, each in told.items()
    }
    return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def _shown(told: Told) -> Params:
    return dict(sorted(told.params.items()))
