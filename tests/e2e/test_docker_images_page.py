"""The examples of docs/*/docker-images.md work: they are run in the order of the page, as its reader would.

What is put in their place, because no public registry is asked here:

- `harbor.example.org` is a registry of the test's own, which lets nobody in but ann;
- `debian:bookworm-slim` is `openpai/base:bookworm`, a Debian 12 made by this project;
- in the quick run that and the standard image are a busybox whose `apt-get` and `python3` only say how they were
  called, and `_LONG` is left out: the slow run has the real ones;
- `vision/on-standard` has a name of its own, for other tests use this engine too.

The job with GPUs cannot run here: it is read, and its image looked up in the catalogue.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from openpai.images.catalogue.entries import find_image, standard_images
from openpai.images.reference import parse_reference
from openpai.messages import LANGUAGES
from openpai.protocol.parse import parse
from tests.backends import images
from tests.docs.texts import ROOT
from tests.e2e.conftest import MakeServer
from tests.e2e.server import Server
from tests.registry import Registry, running_registry

_BASE = "pai-test/page-base:latest"
_STANDARD = "openpai/standard:python_3.11-pytorch_1.13.1-cpu"
_PASSWORD = "correct horse"
_LONG = ("pai image build", "examples/pytorch_cifar10")
_GPU_JOB = "gpu-image"
_USAGE = 2  # how `pai` ends when a job is refused
_BLOCK = re.compile(r"^```(yaml|bash|dockerfile|python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SAYS = b'#!/bin/sh\necho "$(basename "$0") $*"\n'

Block = tuple[str, str]


def blocks(language: str) -> list[Block]:
    """Kind and text of each block of code, in the order of the page. Made parts of the page have none."""
    text = (ROOT / "docs" / language / "docker-images.md").read_text("utf-8")
    return [(kind, body) for kind, body in _BLOCK.findall(text)]


def job_files(language: str) -> dict[str, str]:
    """Name of the job → its file."""
    return {parse(body).job.name: body for kind, body in blocks(language) if kind == "yaml"}


@dataclass
class Reader:
    """Does what the page says, in a folder of his own."""

    server: Server
    registry: Registry
    folder: Path
    language: str
    instead: Mapping[str, str]
    said: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """What the page takes for granted: `pai` and `docker` at hand, a token, the repository's examples."""
        folder = self.folder
        (folder / "bin").mkdir()
        pai = folder / "bin" / "pai"
        pai.write_text(f'#!/bin/sh\nexec {sys.executable} -m openpai "$@"\n')
        pai.chmod(0o755)
        (folder / "examples").symlink_to(ROOT / "examples")
        (folder / "token.txt").write_text(f"{_PASSWORD}\n")
        (folder / "docker").mkdir()
        (folder / "docker" / "config.json").write_text(json.dumps({"proxies": {"default": _proxies()}}))
        self.environment = {
            **self.server.environment,
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "DOCKER_CONFIG": str(folder / "docker"),
            "DOCKER_BUILDKIT": "0",
            "PAI_LANG": self.language,
            "COLUMNS": "200",
        }
        for name, body in job_files(self.language).items():
            (folder / f"{name}.yaml").write_text(self.put(body))

    def put(self, text: str) -> str:
        for shown, real in self.instead.items():
            text = text.replace(shown, real)
        return text

    def shown(self, text: str) -> str:
        """As the page would show it."""
        return text.replace(self.registry.address, "harbor.example.org")

    def follow(self, block: Block, before: Block | None) -> None:
        kind, body = block
        match kind:
            case "dockerfile":
                (self.folder / "Dockerfile").write_text(self.put(body))
            case "python":
                (self.folder / "train.py").write_text(body)
            case "text":
                assert before
                assert before[0] == "bash"
                assert self.shown(self.said) == body
            case "bash":
                self.run(body)

    def run(self, body: str) -> None:
        """Only the one whose output the page shows may fail, and that one must."""
        done = subprocess.run(
            ["bash", "-euc", self.put(body)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=500,
            check=False,
        )
        self.said = done.stderr
        expected = _USAGE if "=wrong" in body else 0
        assert done.returncode == expected, f"{body}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


def _proxies() -> dict[str, str]:
    """For `docker build`: containers reach the network as this machine does."""
    names = {"http_proxy": "httpProxy", "https_proxy": "httpsProxy", "no_proxy": "noProxy"}
    return {key: os.environ[name] for name, key in names.items() if os.environ.get(name)}


@pytest.fixture
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("registry"), "ann", _PASSWORD) as registry:
        yield registry
        port = registry.address.rpartition(":")[2]
        for repository in (f"{registry.address}/vision/train", f"pai-test/on-standard-{port}"):
            found = subprocess.run(
                ["docker", "images", "-q", repository], capture_output=True, text=True, check=True
            )
            for image in set(found.stdout.split()):
                subprocess.run(["docker", "image", "rm", "-f", image], capture_output=True, check=False)


@pytest.fixture(scope="session")
def base() -> str:
    archive = images.busybox_tar({"bin/apt-get": _SAYS, "bin/python3": _SAYS})
    subprocess.run(["docker", "import", "-", _BASE], input=archive, check=True, capture_output=True)
    return _BASE


async def read(
    language: str,
    server: Server,
    registry: Registry,
    folder: Path,
    bases: Mapping[str, str],
    skipped: Sequence[str],
) -> None:
    """Follow the whole page; then every job on it has run, and ended well."""
    own = f"pai-test/on-standard-{registry.address.rpartition(':')[2]}"
    instead = {"harbor.example.org": registry.address, "vision/on-standard": own, **bases}
    server.start()
    reader = Reader(server, registry, folder, language, instead)
    reader.prepare()
    before: Block | None = None
    for block in blocks(language):
        if not any(words in block[1] for words in skipped):
            reader.follow(block, before)
        before = block
    async with server.client() as pai:
        states = {job["name"]: job["state"] for job in (await pai.jobs())["data"]}
    assert set(states.values()) == {"SUCCEEDED"}
    assert set(job_files(language)) - {_GPU_JOB} <= set(states)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_reader_gets_what_the_page_promises(
    language: str, make_server: MakeServer, registry: Registry, base: str, tmp_path: Path
) -> None:
    bases = {"debian:bookworm-slim": base, _STANDARD: base}
    await read(language, make_server(), registry, tmp_path, bases, _LONG)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_reader_gets_it_with_the_real_images_too(
    make_server: MakeServer, registry: Registry, tmp_path: Path
) -> None:
    await read("en", make_server(), registry, tmp_path, {"debian:bookworm-slim": "openpai/base:bookworm"}, ())


def test_both_languages_show_the_same_examples() -> None:
    english, chinese = ([block for block in blocks(each) if block[0] != "text"] for each in LANGUAGES)
    assert english == chinese


def test_the_job_with_gpus_names_an_image_with_cuda() -> None:
    job = parse(job_files("en")[_GPU_JOB]).job
    (role,) = job.task_roles.values()
    entry = find_image(parse_reference(job.images[role.docker_image].uri), standard_images())
    assert entry is not None
    assert (role.resource_per_instance.gpu, bool(entry.cuda), bool(entry.min_driver)) == (1, True, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_job_of_the_page_is_handed_in_on_it(language: str) -> None:
    commands = "\n".join(body for kind, body in blocks(language) if kind == "bash")
    words = set(shlex.split(commands))
    assert {f"{name}.yaml" for name in job_files(language) if name != _GPU_JOB} <= words
