"""The parser of image references says what Docker says, on thousands of names that are right, nearly right, or wrong.

Two Dockers judge. The engine, which is asked to create a container: it reads the image's name first and answers
"No such image" with the name's normal form, or what is wrong. And the command line, which reads names itself with
a newer grammar than the engine may have; it is asked about fewer, because each costs a process.
"""

import http.client
import json
import re
import socket
import subprocess
from collections.abc import Iterator
from random import Random

import pytest

from openpai.errors import PaiError
from openpai.images.reference import ImageReference, parse_reference
from tests.backends import images
from tests.backends.bench import docker

pytestmark = pytest.mark.engine

ENGINE_NAMES = 4000
COMMAND_LINE_NAMES = 150
HEX = "0123456789abcdef"
NO_SUCH = "No such image: "

HOSTS = [
    "localhost", "LOCALHOST", "docker.io", "index.docker.io", "Docker.io", "reg.example.org", "Reg.Example.ORG",
    "host", "Host", "reg-1", "reg_1", "-reg", "reg-", "10.0.0.1", "a..b", ".a", "a.", "[::1]", "[fe80::1%eth0]",
    "[2001:db8::1]", "::1", "xn--fiq228c.example", "例子.example", "user:secret@reg.example.org", "https://reg.example",
]  # fmt: skip
PORTS = ["", "", "", "", "", ":5000", ":443", ":0", ":65536", ":", ":port", ":-1", ":5000:1"]
WORDS = [
    "team",
    "tool",
    "library",
    "a",
    "0",
    "Team",
    "TOOL",
    "tôöl",
    "镜像",
    "",
    " ",
    "tool ",
    "a%2Fb",
    "docker.io",
    "x" * 130,
]
JOINTS = [".", "_", "__", "-", "--", "-----", "___", "..", "._", "-_", "+", "~", "%"]
TAGS = [
    "latest", "1.0", "v1-RC_1", "UPPER", "_a", ".a", "-a", "", "a b", "标签", "t" * 128, "t" * 129, "1:2", "a/b",
    "a@b", "5000",
]  # fmt: skip
ALGORITHMS = [
    "sha256", "sha256", "sha384", "sha512", "md5", "sha1", "SHA256", "sha256+b64", "sha_256", "", "2sha", "sha256 ",
]  # fmt: skip
LENGTHS = [64, 64, 64, 96, 128, 31, 32, 40, 63, 65, 0]


def name_by(random: Random) -> str:
    """One name: mostly a good one, with perhaps one or two parts that are not."""
    repository = "/".join(_component(random) for _ in range(random.choice([1, 1, 2, 2, 3, 5])))
    if random.random() < 0.03:
        repository = random.choice(["a", "b/", "library/"]) * random.choice([83, 127, 240, 255, 256])
    text = repository
    if random.random() < 0.5:
        host = random.choice(HOSTS) if random.random() < 0.5 else "reg.example.org"
        text = host + random.choice(PORTS) + "/" + text
    if random.random() < 0.5:
        text += ":" + (random.choice(TAGS) if random.random() < 0.4 else "1.0")
    if random.random() < 0.35:
        text += "@" + _digest(random)
    if random.random() < 0.05:
        text = _damaged(text, random)
    return text


def _component(random: Random) -> str:
    if random.random() < 0.8:
        return random.choice(["team", "tool", "library", "a", "0", "a.b", "a_b", "a__b", "a-b", "a---b"])
    return random.choice(JOINTS).join(random.choice(WORDS) for _ in range(random.choice([1, 1, 2, 3])))


def _digest(random: Random) -> str:
    algorithm, length = random.choice(
        [("sha256", 64), ("sha512", 128), (random.choice(ALGORITHMS), random.choice(LENGTHS))]
    )
    alphabet = random.choice([HEX, HEX, HEX, HEX.upper(), "0123456789xyz"])
    return (
        algorithm + random.choice([":"] * 9 + [""]) + "".join(random.choice(alphabet) for _ in range(length))
    )


def _damaged(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    return (
        text[:at]
        + random.choice(["/", ":", "@", "\n", "\t", " ", "A", "[", "]", ".", "镜", "\x00", "//", "::"])
        + text[at:]
    )


FIXED = [
    HEX * 4, HEX.upper() * 4, f"docker.io/{HEX * 4}", f"{HEX * 4}:1", f"sha256:{HEX * 4}", f"sha512:{HEX * 8}",
    f"sha256:{HEX}", f"docker.io/library/sha256:{HEX * 4}", f"a@sha256:{HEX * 4}@sha256:{HEX * 4}",
    "/", "//", ":", "@", "a:", "a@", "/a", "a/", " ", "\n", "a\n", "\na",
    "docker.io", "docker.io/", "docker.io/library", "docker.io/library/", "localhost", "localhost/",
    "localhost:5000", "a.b", "a.b/", "Host/a", "HOST/a", "[::1]/a", "[::1]:5000/a",
    "a" * 247, "a" * 248, "a.b/" + "a" * 255, "a.b/" + "a" * 256, "a/" * 127 + "a", "library/" * 31 + "a",
    "<% $parameters.image %>", "ubuntu:<% $parameters.tag %>", "${IMAGE}", "docker://ubuntu",
    "docker-daemon:ubuntu", "oci:a:b",
]  # fmt: skip


@pytest.fixture(scope="module")
def names() -> list[str]:
    random = Random(20161124)
    made = dict.fromkeys(name_by(random) for _ in range(ENGINE_NAMES * 2))
    return [*FIXED, *(text for text in made if text)][
        :ENGINE_NAMES
    ]  # the engine makes a container without image


def ours(text: str) -> ImageReference | PaiError:
    try:
        return parse_reference(text)
    except PaiError as error:
        return error


class _Engine(http.client.HTTPConnection):
    """One connection to the engine's socket, kept open."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect("/var/run/docker.sock")

    def says_of(self, text: str) -> str:
        body = json.dumps({"Image": text, "Cmd": ["true"]})
        self.request("POST", "/containers/create", body, {"Content-Type": "application/json"})
        reply = json.loads(self.getresponse().read())
        if "Id" in reply:
            docker("rm", reply["Id"])
        return str(reply.get("message", "created"))


@pytest.fixture(scope="module")
def engine() -> Iterator[_Engine]:
    connection = _Engine("engine", timeout=30)
    yield connection
    connection.close()


def is_beyond_older_engines(reference: ImageReference) -> bool:
    """What Docker reads since version 23 and refused before: addresses of IPv6; capitals in a registry without dot
    and port; 255 characters without the registry, where it counted."""
    host = reference.registry
    return (
        host.startswith("[")
        or (host != host.lower() and "." not in host and ":" not in host)
        or len(f"{host}/{reference.repository}") > 255
    )


def shown_by_docker(reference: ImageReference) -> str:
    """Its familiar form. Ours is that too, but where Docker itself would read it as something else: as an id
    (`sha256:…`) or as a registry (`a.b/tool`, of Docker Hub). There ours is the canonical form."""
    short = reference.canonical.removeprefix("docker.io/")
    if short.count("/") == 1:
        short = short.removeprefix("library/")
    if reference.familiar == reference.canonical and ours(short) != reference:
        return short
    return reference.familiar


def test_the_engine_accepts_and_refuses_the_same_names(engine: _Engine, names: list[str]) -> None:
    accepted = 0
    for text in names:
        verdict, reference = engine.says_of(text), ours(text)
        if isinstance(reference, PaiError):
            is_an_id = reference.first.code == "ImageIsId"
            assert not verdict.startswith((NO_SUCH, "created")) or is_an_id, text
        elif not is_beyond_older_engines(reference):
            accepted += 1
            assert verdict in (NO_SUCH + shown_by_docker(reference), "created"), text
    assert accepted > len(names) / 5, "too few good names to tell anything"
    assert accepted < len(names) * 4 / 5, "too few bad names to tell anything"


def test_the_command_line_accepts_and_refuses_the_same_names_in_the_same_words(names: list[str]) -> None:
    for text in [*FIXED, *Random(7).sample(names, COMMAND_LINE_NAMES)]:
        if text.startswith("-") or "\x00" in text:
            continue  # cannot be arguments
        verdict, reference = _command_line_says_of(text), ours(text)
        if isinstance(reference, ImageReference):
            assert verdict is None or is_beyond_older_engines(reference), text
        elif ":" in text and reference.first.code == "ImageIsId":
            assert verdict is None, (
                "a name to it, an id to the engine: refused here, because the engine decides"
            )
        else:
            assert verdict is not None, text
            words = str(reference.first.params.get("docker", "invalid reference format"))
            assert verdict in (words, _without_name(words)) or "@" in text, text


def _command_line_says_of(text: str) -> str | None:
    """What is wrong with the name; None where nothing is. The image to be named does not exist."""
    command = ["docker", "tag", "pai-test/no-such-image:none", text]
    said = subprocess.run(command, capture_output=True, text=True).stderr.strip()
    if said.startswith(("Error response from daemon", "refusing to create a tag with a digest")):
        return None
    return re.sub(r'Error parsing reference: ".*" is not a valid repository/tag: ', "", said)


def _without_name(words: str) -> str:
    """As Docker said it before version 23."""
    return re.sub(r"name \(.*\) must", "name must", words)


def test_an_image_has_the_name_under_the_engine_that_we_say(engine: _Engine, names: list[str]) -> None:
    good = [
        reference
        for text in Random(11).sample(names, 400)
        if isinstance(reference := ours(text), ImageReference)
        and reference.digest is None
        and not is_beyond_older_engines(reference)
    ][:40]
    image = images.ensure(images.SHELL)
    tags = {reference.familiar for reference in good} - {image}
    try:
        for reference in good:
            docker("tag", image, reference.canonical)
        shown = set(json.loads(docker("image", "inspect", "--format", "{{json .RepoTags}}", image)))
        assert tags <= shown
        assert len(tags) > 20
    finally:
        docker("rmi", *tags)
