"""`pai credential …` and `pai group …`: what is sent and shown; a password is never an option."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Pai, command
from tests.cli.stand_in import StandIn

CREDENTIALS = "/api/v2/credentials"
PASSWORD = " hunter2 mit Leerzeichen "
STORED = [
    {"scope": "user", "owner": "ann", "registry": "harbor.example.com", "username": "ann"},
    {"scope": "group", "owner": "team", "registry": "docker.io", "username": "bot"},
    {"scope": "default", "owner": "", "registry": "localhost:5000", "username": "evil\x1b[31m"},
]
LISTED = [each | {"updatedTime": 1_700_000_000_000, "counts": True} for each in STORED]
OWNERS = [
    ([], {}, ""),
    (["--group", "team"], {"group": "team"}, "&group=team"),
    (["--default"], {"default": True}, "&default=True"),
]


def test_log_ins_are_listed_with_whose_they_are(pai: Pai, server: StandIn) -> None:
    server.world.answers[f"GET {CREDENTIALS}"] = LISTED
    told = pai("credential", "list")
    lines = [line.split() for line in told.stdout.splitlines()]
    assert lines == [
        ["REGISTRY", "USER", "NAME", "FOR", "CHANGED"],
        ["harbor.example.com", "ann", "ann", "2023-11-14", "22:13:20"],
        ["docker.io", "bot", "group", "team", "2023-11-14", "22:13:20"],
        ["localhost:5000", "evil\\x1b[31m", "everyone", "2023-11-14", "22:13:20"],
    ]
    assert "用户组 team" in pai("credential", "list", "--lang", "zh").stdout
    assert json.loads(pai("credential", "list", "--json").stdout) == LISTED


def test_none_is_said_apart_from_the_list(pai: Pai, server: StandIn) -> None:
    server.world.answers[f"GET {CREDENTIALS}"] = []
    told = pai("credential", "list")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "No log-ins are stored.\n")


@pytest.mark.parametrize(("words", "owner", "query"), OWNERS)
def test_a_password_comes_from_standard_input_without_the_end_of_its_line(
    words: list[str], owner: dict[str, object], query: str, pai: Pai, server: StandIn
) -> None:
    server.world.answers[f"PUT {CREDENTIALS}"] = {"message": "stored"}
    told = pai(
        "credential", "set", "r.example.com", "--username", "ann", "--password-stdin", *words,
        stdin=f"{PASSWORD}\r\n",
    )  # fmt: skip
    assert (told.returncode, told.stdout, told.stderr) == (0, "stored\n", "")
    sent = {"registry": "r.example.com", "username": "ann", "password": PASSWORD, **owner}
    assert server.world.calls == [(f"PUT {CREDENTIALS}", sent)]


@pytest.mark.parametrize(("words", "owner", "query"), OWNERS)
def test_a_log_in_is_removed(
    words: list[str], owner: dict[str, object], query: str, pai: Pai, server: StandIn
) -> None:
    call = f"DELETE {CREDENTIALS}?registry=localhost%3A5000{query}"
    server.world.answers[call] = {"message": "removed"}
    told = pai("credential", "remove", "localhost:5000", *words)
    assert (told.returncode, told.stdout) == (0, "removed\n")
    assert server.world.calls == [(call, None)]


@pytest.mark.parametrize("stdin", [[], ["--password-stdin"]])
def test_without_a_password_nothing_is_sent(stdin: list[str], pai: Pai, server: StandIn) -> None:
    told = pai("credential", "set", "r.example.com", "--username", "ann", *stdin, stdin="\n")
    assert told.returncode == 2
    assert "No password was given." in told.stderr
    assert "--password-stdin < FILE" in told.stderr
    assert server.world.calls == []


@pytest.mark.parametrize("name", ["set", "remove"])
def test_a_group_and_everyone_exclude_each_other(name: str, pai: Pai, server: StandIn) -> None:
    more = ["--username", "ann", "--password-stdin"] if name == "set" else []
    told = pai("credential", name, "r.example.com", *more, "--group", "team", "--default", stdin="pw")
    assert (told.returncode, "cannot stand together" in told.stderr) == (2, True)
    assert server.world.calls == []


def test_there_is_no_option_for_a_password(pai: Pai, server: StandIn) -> None:
    told = pai("credential", "set", "r.example.com", "--username", "ann", "--password", "hunter2")
    assert (told.returncode, "--password" in told.stderr) == (2, True)
    assert "hunter2" not in told.stderr
    assert server.world.calls == []


def test_a_person_is_asked_and_the_password_is_not_shown(
    of_server: dict[str, str], tmp_path: Path, server: StandIn
) -> None:
    server.world.answers[f"PUT {CREDENTIALS}"] = {"message": "stored"}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command("credential", "set", "r.example.com", "--username", "ann"),
        env=of_server, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown = _read_until(ours, b": ")
    assert shown.endswith(b"Password of ann at r.example.com: ")
    os.write(ours, b"hunter2\n")
    shown += _read_until(ours, b"stored")
    assert process.wait(30) == 0
    os.close(ours)
    assert b"hunter2" not in shown
    assert [body["password"] for _, body in server.world.calls] == ["hunter2"]


def _read_until(terminal: int, words: bytes) -> bytes:
    shown = b""
    while words not in shown:
        shown += os.read(terminal, 1000)
    return shown


def test_groups_and_who_is_in_one_are_listed(pai: Pai, server: StandIn) -> None:
    groups = [{"groupname": "team", "description": "we all", "externalName": "", "extension": {}}]
    members = [{"username": "ann", "clusterAdmin": False}, {"username": "root", "clusterAdmin": True}]
    server.world.answers["GET /api/v2/groups"] = groups
    server.world.answers["GET /api/v2/groups/team/userlist"] = members
    server.world.answers["GET /api/v2/groups/empty/userlist"] = []
    shown = [line.split() for line in pai("group", "list").stdout.splitlines()]
    assert shown == [["GROUP", "DESCRIPTION"], ["team", "we", "all"]]
    shown = [line.split() for line in pai("group", "list", "team").stdout.splitlines()]
    assert shown == [["MEMBER", "ADMIN"], ["ann"], ["root", "yes"]]
    assert json.loads(pai("group", "list", "--json").stdout) == groups
    assert json.loads(pai("group", "list", "team", "--json").stdout) == members
    assert pai("group", "list", "empty").stderr == "Nobody is in group empty.\n"


def test_no_groups_are_said_apart_from_the_list(pai: Pai, server: StandIn) -> None:
    server.world.answers["GET /api/v2/groups"] = []
    told = pai("group", "list")
    assert (told.stdout, told.stderr) == ("", "No groups.\n")


@pytest.mark.parametrize(
    ("words", "call", "body"),
    [
        (["add", "team"], "POST /api/v2/groups", {"groupname": "team", "description": ""}),
        (
            ["add", "team", "--description", "we"],
            "POST /api/v2/groups",
            {"groupname": "team", "description": "we"},
        ),
        (["add", "team", "bob"], "PUT /api/v2/users/bob/group", {"groupname": "team"}),
        (["remove", "team", "bob"], "DELETE /api/v2/users/bob/group", {"groupname": "team"}),
        (["remove", "team"], "DELETE /api/v2/groups/team", None),
    ],
)
def test_groups_are_made_filled_emptied_and_removed(
    words: list[str], call: str, body: object, pai: Pai, server: StandIn
) -> None:
    server.world.answers[call] = {"message": "done"}
    told = pai("group", *words)
    assert (told.returncode, told.stdout) == (0, "done\n")
    assert server.world.calls == [(call, body)]


def test_a_user_who_is_put_into_a_group_has_no_description(pai: Pai, server: StandIn) -> None:
    told = pai("group", "add", "team", "bob", "--description", "we")
    assert (told.returncode, server.world.calls) == (2, [])
