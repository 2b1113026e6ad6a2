"""How the engine is reached, and what is said when it is not."""

import os
import socket
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from openpai.backends.docker.backend import DockerBackend
from openpai.backends.docker.connection import address
from openpai.errors import NoContact


async def trouble(docker_host: str, folder: Path) -> str:
    """The code of the problem when the engine is at `docker_host`."""
    backend = DockerBackend("ab" * 16, folder, docker_host)
    try:
        with pytest.raises(NoContact) as caught:
            await backend.observe()
    finally:
        await backend.close()
    return caught.value.first.code


async def test_a_missing_socket_is_no_contact(tmp_path: Path) -> None:
    assert await trouble("unix:///nowhere/docker.sock", tmp_path) == "EngineUnreachable"


async def test_a_socket_that_nobody_serves_is_no_contact(tmp_path: Path) -> None:
    with TemporaryDirectory(prefix="pai-") as short, socket.socket(socket.AF_UNIX) as dead:
        dead.bind(f"{short}/s")
        assert await trouble(f"unix://{short}/s", tmp_path) == "EngineUnreachable"


async def test_a_port_that_nobody_serves_is_no_contact(tmp_path: Path) -> None:
    assert await trouble("tcp://127.0.0.1:1", tmp_path) == "EngineUnreachable"


@pytest.mark.skipif(
    not hasattr(os, "seteuid") or os.getuid() != 0, reason="needs root to become another user"
)
async def test_a_socket_that_may_not_be_used_is_told_as_such() -> None:
    with TemporaryDirectory(prefix="pai-") as short, socket.socket(socket.AF_UNIX) as closed:
        os.chmod(short, 0o755)
        closed.bind(f"{short}/s")
        closed.listen()
        os.chmod(f"{short}/s", 0o600)
        os.seteuid(65534)
        try:
            assert await trouble(f"unix://{short}/s", Path(short)) == "EngineForbidden"
        finally:
            os.seteuid(0)


def test_the_address_is_the_one_asked_for_then_docker_host_then_the_usual(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://10.0.0.1:2375")
    assert address("unix:///x").host == "unix:///x"
    assert address(None).host == "tcp://10.0.0.1:2375"
    monkeypatch.delenv("DOCKER_HOST")
    assert address(None).host == "unix:///var/run/docker.sock"


def test_an_engines_pid_file_is_read_only_for_this_machines_own() -> None:
    assert address("unix:///var/run/docker.sock").pid_file is not None
    assert address("unix:///elsewhere.sock").pid_file is None


async def test_another_kind_of_address_is_an_error() -> None:
    with pytest.raises(ValueError, match="ssh://host"):
        address("ssh://host").open()
