"""Which server is meant: options, environment, the local server's file."""

import base64
import json
from pathlib import Path

import pytest

from openpai.client import Connection, find_data_dir, find_server
from openpai.client.connection import user_of
from openpai.errors import PaiError
from openpai.settings import Settings, default_data_dir


def a_token(**claims: object) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{middle}.c2ln"


@pytest.fixture
def local(tmp_path: Path) -> str:
    entries = {"url": "http://127.0.0.1:9186", "token": "local", "user": "admin"}
    (tmp_path / "client.json").write_text(json.dumps(entries))
    return str(tmp_path)


def test_the_local_server_is_found_by_its_file(local: str) -> None:
    assert find_server({}, data_dir=local) == Connection("http://127.0.0.1:9186", "local", "admin")
    assert find_server({"PAI_DATA_DIR": local}).user == "admin"


def test_the_environment_counts_more_than_the_local_server_and_options_most(local: str) -> None:
    environ = {"PAI_URL": "http://a", "PAI_TOKEN": a_token(username="ann"), "PAI_DATA_DIR": local}
    assert find_server(environ) == Connection("http://a", a_token(username="ann"), "ann")
    assert find_server(environ, url="http://b").url == "http://b"


def test_the_local_servers_token_is_never_sent_elsewhere(local: str) -> None:
    assert find_server({"PAI_URL": "http://a"}, data_dir=local).token == ""


def test_a_token_alone_is_for_the_local_server(local: str) -> None:
    found = find_server({"PAI_TOKEN": a_token(username="bob")}, data_dir=local)
    assert (found.url, found.user) == ("http://127.0.0.1:9186", "bob")


def test_without_a_server_it_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(PaiError) as caught:
        find_server({}, data_dir=str(tmp_path))
    assert caught.value.first.code == "ServerNotRunning"
    assert caught.value.first.params["data_dir"] == str(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"url": 1}', "\x00"])
def test_a_broken_file_is_told_and_not_guessed_at(tmp_path: Path, content: str) -> None:
    (tmp_path / "client.json").write_text(content)
    with pytest.raises(PaiError) as caught:
        find_server({}, data_dir=str(tmp_path))
    assert caught.value.first.code == "FileUnreadable"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.!!!.c", "a.W10.c", a_token(username=3), a_token()])
def test_a_token_that_names_nobody_names_nobody(token: str) -> None:
    assert user_of(token) is None


@pytest.mark.parametrize("environ", [{}, {"XDG_DATA_HOME": "/x"}, {"PAI_DATA_DIR": "/y"}])
def test_client_and_server_look_in_the_same_place(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    for name in ("XDG_DATA_HOME", "PAI_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert find_data_dir(environ) == Settings().data_dir
    assert "PAI_DATA_DIR" in environ or find_data_dir(environ) == default_data_dir()
