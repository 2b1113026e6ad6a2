"""The server's own Docker configuration: read as the Docker client reads it, and never in the way."""

import base64
import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from openpai.images.credentials import credential_helper
from openpai.images.credentials.credential import Credential
from openpai.images.credentials.docker_config import HUB_SERVER, DockerConfig, config_file
from openpai.messages import message

Write = Callable[[object], DockerConfig]
Helper = Callable[[str, str], None]

REGISTRY = "registry.example.com:5000"


def encoded(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def login(user: str, password: str) -> Mapping[str, str]:
    return {"auth": encoded(user, password)}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a configuration, as text or as JSON."""
    file = tmp_path / "config.json"

    def written(content: object) -> DockerConfig:
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return DockerConfig(file)

    return written


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Helper:
    """Puts `docker-credential-<name>`, a shell script, on the PATH. It writes down how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def put(name: str, script: str) -> None:
        program = folder / f"docker-credential-{name}"
        program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/asked\n{script}\n')
        program.chmod(0o755)

    return put


def answer(user: str, secret: str) -> str:
    said = json.dumps({"ServerURL": "there", "Username": user, "Secret": secret})
    return f"echo '{said}'"


async def found(config: DockerConfig, registry: str = REGISTRY) -> Credential | None:
    """What is found, where nothing is broken."""
    result = await config.find(registry)
    assert result.warnings == ()
    return result.credential


async def warned(config: DockerConfig, registry: str = REGISTRY) -> tuple[str, str]:
    """Code and text of the one warning, where nothing is found."""
    result = await config.find(registry)
    assert result.credential is None
    (problem,) = result.warnings
    texts = [message(problem.code, problem.params, language) for language in ("en", "zh")]
    return problem.code, " ".join(text.text + text.fix for text in texts)


def runs(process: str) -> bool:
    """Whether the process of this number is there and alive."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", process], capture_output=True, text=True, check=False)
    return listed.stdout.strip() not in ("", "Z")


@pytest.mark.parametrize(
    ("name", "registry"),
    [
        (REGISTRY, REGISTRY),
        (f"https://{REGISTRY}/v2/", REGISTRY),
        ("http://registry.example.com:5000", REGISTRY),
        ("Registry.Example.com:5000", REGISTRY),
        ("https://harbor.example.com", "harbor.example.com:443"),
        (HUB_SERVER, "docker.io"),
        ("index.docker.io", "docker.io"),
        ("docker.io", "docker.io"),
    ],
)
async def test_a_login_is_found_by_every_spelling_of_its_registry(
    name: str, registry: str, write: Write
) -> None:
    config = write({"auths": {"other.example.com": login("no", "no"), name: login("ann", "p:w")}})
    assert await found(config, registry) == Credential("ann", "p:w", registry, "docker-config")


async def test_the_name_that_docker_itself_uses_counts_most(write: Write) -> None:
    config = write({"auths": {"docker.io": login("old", "p"), HUB_SERVER: login("new", "p")}})
    hub = await found(config, "docker.io")
    assert hub is not None
    assert hub.username == "new"


async def test_a_login_may_stand_in_clear_or_be_an_identity_token(write: Write) -> None:
    config = write(
        {
            "auths": {
                "clear.example.com": {"username": "ann", "password": "pw"},
                "both.example.com": {"username": "no", "password": "no", **login("ann", "pw")},
                "token.example.com": {**login("ann", ""), "identitytoken": "tok"},
            }
        }
    )
    for host in ("clear.example.com", "both.example.com"):
        assert await found(config, host) == Credential("ann", "pw", host, "docker-config")
    assert await found(config, "token.example.com") == Credential(
        "ann", "", "token.example.com", "docker-config", identity_token="tok"
    )


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"auths": None, "credsStore": None, "credHelpers": None},
        {"auths": {REGISTRY: {}}},
        {"auths": {REGISTRY: None}},
        {"auths": {"other.example.com": login("ann", "pw")}, "HttpHeaders": {"a": "b"}},
    ],
)
async def test_a_file_without_that_login_has_none(content: object, write: Write) -> None:
    assert await found(write(content)) is None


async def test_a_file_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    assert await found(DockerConfig(tmp_path / "nowhere" / "config.json")) is None


async def test_a_login_counts_as_soon_as_it_is_written(write: Write) -> None:
    config = write({})
    assert await found(config) is None
    write({"auths": {REGISTRY: login("ann", "new")}})
    assert await found(config) == Credential("ann", "new", REGISTRY, "docker-config")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "line 1 column 2"),
        ("\x00", "JSON"),
        ("[" * 100_000, "JSON"),
        ({"auths": [login("ann", "hunter2")]}, "auths"),
        ({"auths": {REGISTRY: {"auth": 7, "password": "hunter2"}}}, f"auths.{REGISTRY}.auth"),
        ({"auths": {REGISTRY: {"auth": "hunter2"}}}, f"auths.{REGISTRY}.auth"),
        ({"auths": {REGISTRY: {"auth": encoded("hunter2", "")[:-4]}}}, f"auths.{REGISTRY}.auth"),
        ({"auths": {REGISTRY: {"auth": base64.b64encode(b"hunter2").decode()}}}, "user:password"),
    ],
)
async def test_a_broken_file_is_told_with_the_place_and_without_its_contents(
    content: object, reason: str, write: Write, tmp_path: Path
) -> None:
    code, text = await warned(write(content))
    assert code == "DockerConfigBroken"
    assert str(tmp_path / "config.json") in text
    assert reason in text
    assert "hunter2" not in text


async def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    code, text = await warned(DockerConfig(tmp_path))
    assert (code, "Is a directory" in text) == ("DockerConfigBroken", True)


async def test_one_broken_login_leaves_the_others(write: Write) -> None:
    config = write({"auths": {"broken.example.com": {"auth": "!"}, REGISTRY: login("ann", "pw")}})
    assert await found(config) is not None


@pytest.mark.parametrize(
    ("registry", "asked"), [(REGISTRY, REGISTRY), ("docker.io", HUB_SERVER)], ids=["own", "hub"]
)
async def test_a_helper_is_asked_by_dockers_protocol(
    registry: str, asked: str, write: Write, helper: Helper, tmp_path: Path
) -> None:
    helper("safe", answer("ann", "from the safe"))
    credential = await found(write({"credsStore": "safe"}), registry)
    assert credential == Credential("ann", "from the safe", registry, "docker-config")
    assert (tmp_path / "arguments").read_text() == "get\n"
    assert (tmp_path / "asked").read_text() == asked


async def test_the_user_name_token_means_an_identity_token(write: Write, helper: Helper) -> None:
    helper("safe", answer("<token>", "refresh"))
    assert await found(write({"credsStore": "safe"})) == Credential(
        "", "", REGISTRY, "docker-config", identity_token="refresh"
    )


async def test_a_registrys_own_helper_comes_before_the_common_one_and_both_before_the_file(
    write: Write, helper: Helper
) -> None:
    helper("common", answer("common", "p"))
    helper("own", answer("own", "p"))
    config = write(
        {
            "auths": {name: login("file", "p") for name in (REGISTRY, "b.example.com", "c.example.com")},
            "credHelpers": {f"https://{REGISTRY}": "own", "c.example.com": ""},
            "credsStore": "common",
        }
    )
    users = [await found(config, registry) for registry in (REGISTRY, "b.example.com", "c.example.com")]
    assert [user.username for user in users if user] == ["own", "common", "file"]


async def test_a_helper_without_that_login_is_no_fault_and_the_file_does_not_stand_in(
    write: Write, helper: Helper
) -> None:
    helper("safe", "echo credentials not found in native keychain; exit 1")
    assert await found(write({"credsStore": "safe", "auths": {REGISTRY: login("ann", "pw")}})) is None


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo the vault is sealed; exit 3", "exit code 3: the vault is sealed"),
        ("exec 2>&-; echo no use >&2; exit 1", "exit code 1"),
        ("""echo '{"Secret": "hunter2"}'; exit 1""", "exit code 1"),
        ("echo hunter2", "JSON"),
        ("""echo '{"Username": 7, "Secret": "hunter2"}'""", "Username"),
        ("kill -9 $$", "exit code -9"),
    ],
)
async def test_a_helper_that_fails_is_told_without_its_secret(
    script: str, told: str, write: Write, helper: Helper
) -> None:
    helper("safe", script)
    code, text = await warned(write({"credsStore": "safe"}))
    assert code == "CredentialHelperFailed"
    assert "docker-credential-safe" in text
    assert told in text
    assert "hunter2" not in text


async def test_a_helper_that_is_not_there_or_cannot_be_run_is_told(
    write: Write, helper: Helper, tmp_path: Path
) -> None:
    code, text = await warned(write({"credsStore": "nowhere"}))
    assert (code, "docker-credential-nowhere" in text) == ("CredentialHelperMissing", True)
    helper("flat", "true")
    (tmp_path / "bin" / "docker-credential-flat").chmod(0o644)
    code, text = await warned(write({"credsStore": "flat"}))
    assert (code, "Permission denied" in text) == ("CredentialHelperFailed", True)


async def test_a_helper_that_hangs_is_ended_with_all_that_it_started(
    write: Write, helper: Helper, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(credential_helper, "ANSWERS_WITHIN_S", 0.3)
    helper("slow", f"sleep 987 & echo $! > {tmp_path}/child; wait")
    begin = time.monotonic()
    code, _ = await warned(write({"credsStore": "slow"}))
    assert code == "CredentialHelperSilent"
    assert time.monotonic() - begin < 5
    assert not runs((tmp_path / "child").read_text().strip())


async def test_a_helper_that_does_not_read_may_answer_all_the_same(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "docker-credential-deaf"
    program.write_text(f"#!/bin/sh\nexec 0<&-\n{answer('ann', 'pw')}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert await found(write({"credsStore": "deaf"})) is not None


@pytest.mark.parametrize(
    ("environ", "file"),
    [
        ({"DOCKER_CONFIG": "/etc/own"}, Path("/etc/own/config.json")),
        ({"DOCKER_CONFIG": ""}, Path.home() / ".docker" / "config.json"),
        ({}, Path.home() / ".docker" / "config.json"),
    ],
)
def test_the_file_is_where_docker_has_it(environ: Mapping[str, str], file: Path) -> None:
    assert config_file(environ) == file


def test_nothing_secret_is_in_its_values_own_words() -> None:
    credential = Credential("ann", "hunter2", identity_token="hunter2")
    assert "hunter2" not in repr(credential)
    assert "hunter2" not in repr(credential_helper.Answer(Username="ann", Secret="hunter2"))
