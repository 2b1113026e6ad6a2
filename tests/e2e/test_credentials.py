"""Private images are pulled with the log-in that is stored, or that Docker itself has; its password is nowhere else."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from openpai.client import Client
from tests.backends import images
from tests.e2e import engine
from tests.e2e.conftest import MakeServer
from tests.e2e.jobs import cause, end_of, ended, in_state, job, run, wrote
from tests.e2e.server import Server
from tests.registry import Registry, running_registry

_USER = "robot"
_PASSWORD = 'hunter2-<&>"秘密'
_FORMS = ("hunter2", base64.b64encode(f"{_USER}:{_PASSWORD}".encode()).decode()[:12])


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """One that lets nobody in but the robot."""
    with running_registry(tmp_path_factory.mktemp("registry"), _USER, _PASSWORD) as registry:
        yield registry


@pytest.fixture
def image(registry: Registry, tmp_path: Path, shell_image: str) -> Iterator[str]:
    """The image of nearly all jobs here, in that registry, and not on the engine."""
    repository = f"{registry.address}/team/shell"
    (tmp_path / "config.json").write_text(docker_config(registry))
    engine.docker("tag", images.SHELL, f"{repository}:v1")
    engine.docker("--config", str(tmp_path), "push", f"{repository}:v1")
    engine.docker("image", "rm", f"{repository}:v1")
    yield f"{repository}:v1"
    for left in engine.docker("images", "--digests", "--format", "{{.Repository}}@{{.Digest}}").split():
        if left.startswith(repository):
            engine.remove_image(left)


def docker_config(registry: Registry) -> str:
    auth = base64.b64encode(f"{_USER}:{_PASSWORD}".encode()).decode()
    return json.dumps({"auths": {registry.address: {"auth": auth}}})


def store(server: Server, registry: Registry, *whose: str) -> None:
    """Hand the log-in to the server as a person does."""
    words = ("credential", "set", registry.address, "--username", _USER, "--password-stdin", *whose)
    told = server.pai(*words, stdin=f"{_PASSWORD}\n")
    assert told.returncode == 0, told.stderr


def files(server: Server) -> str:
    """All that lies in the data directory."""
    found = [file for file in server.data_dir.rglob("*") if file.is_file()]
    return b"".join(file.read_bytes() for file in found).decode("latin-1")


def processes() -> str:
    """Every process of this machine with its arguments and its environment."""
    return subprocess.run(["ps", "axewwo", "args"], capture_output=True, text=True, check=True).stdout


async def test_a_stored_password_lets_a_job_pull_and_is_nowhere_to_be_read(
    server: Server, pai: Client, registry: Registry, image: str
) -> None:
    store(server, registry)
    name = (await pai.submit(job("echo up; sleep 600", image=image)))["name"]
    async with ended(pai, name):
        detail = await in_state(pai, name, "RUNNING")
        await wrote(pai, detail, b"up")
        [container] = engine.containers(server.instance, job=name)
        places = {"container": engine.docker("inspect", container), "processes": processes()}
    await end_of(pai, name)
    own = f"/api/v2/jobs/{name}"
    paths = ("/api/v2/credentials", own, f"{own}/config", f"{own}/events", f"{own}/attempts/0")
    places |= {
        "replies": "".join(server.get(path) for path in paths),
        "list": server.pai("credential", "list").stdout,
        "server's log": server.log,
        "store": files(server),
    }
    server.pai("credential", "remove", registry.address)
    assert _USER in places["list"]
    assert [where for where, text in places.items() if any(form in text for form in _FORMS)] == []


@pytest.mark.parametrize("whose", [["--group", "vision"], ["--default"]])
async def test_what_a_group_or_everyone_has_lets_a_job_pull(
    whose: list[str], server: Server, pai: Client, registry: Registry, image: str
) -> None:
    for words in (("group", "add", "vision"), ("group", "add", "vision", "admin")):
        assert server.pai(*words).returncode == 0
    store(server, registry, *whose)
    try:
        assert cause(await run(pai, job("true", image=image))) == "Succeeded"
    finally:
        assert server.pai("credential", "remove", registry.address, *whose).returncode == 0
        assert server.pai("group", "remove", "vision").returncode == 0


async def test_a_user_name_in_the_job_file_finds_its_stored_password(
    server: Server, pai: Client, registry: Registry, image: str
) -> None:
    store(server, registry)
    auth = {"username": _USER, "registryuri": f"http://{registry.address}"}
    prerequisite = {"type": "dockerimage", "name": "image", "uri": image, "auth": auth}
    try:
        assert cause(await run(pai, job("true", prerequisites=[prerequisite]))) == "Succeeded"
    finally:
        server.pai("credential", "remove", registry.address)


async def test_dockers_own_helper_lets_a_job_pull(
    make_server: MakeServer, registry: Registry, image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = json.dumps({"ServerURL": registry.address, "Username": _USER, "Secret": _PASSWORD})
    write_file(tmp_path / "answer", answer)
    write_file(
        tmp_path / "docker-credential-safe",
        f"""#!/bin/sh
read server
[ "$1 $server" = "get {registry.address}" ] && exec cat {tmp_path}/answer
exit 1
""",
    )
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    write_file(tmp_path / ".docker" / "config.json", json.dumps({"credHelpers": {registry.address: "safe"}}))
    server = make_server()
    server.start()
    async with server.client() as pai:
        assert cause(await run(pai, job("true", image=image))) == "Succeeded"
    assert not any(form in server.log + files(server) for form in _FORMS)


def write_file(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)
