"""`pai submit`: what is sent, and how the server's answer is shown."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Pai
from tests.cli.stand_in import StandIn

JOB = "protocolVersion: 2\nname: bert\n"


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "job.yaml").write_text(JOB)
    return "job.yaml"


def test_a_job_file_is_submitted_as_it_is(pai: Pai, server: StandIn, file: str) -> None:
    told = pai("submit", file)
    assert told.returncode == 0
    assert server.world.submissions == [{"config": JOB}]
    assert "ann~job" in told.stdout
    assert "pai watch ann~job" in told.stdout


def test_standard_input_is_a_job_file_too(pai: Pai, server: StandIn) -> None:
    pai("submit", "-", stdin=JOB)
    assert server.world.submissions == [{"config": JOB}]


def test_each_submission_has_a_key_of_its_own_unless_one_is_given(
    pai: Pai, server: StandIn, file: str
) -> None:
    for args in ([], [], ["--idempotency-key", "mine"]):
        pai("submit", file, *args)
    first, second, third = server.world.keys
    assert len({first, second, None}) == 3
    assert third == "mine"


def test_parameters_are_read_as_yaml_reads_words(pai: Pai, server: StandIn, file: str) -> None:
    given = ["n=3", "rate=1e-3", "flag=true", "word=yes", "equals=a=b", "nothing="]
    pai("submit", file, *(f"--param={word}" for word in given))
    wanted = {"n": 3, "rate": 0.001, "flag": True, "word": "yes", "equals": "a=b", "nothing": ""}
    assert server.world.submissions[0]["parameters"] == wanted


def test_secrets_are_text_from_the_line_a_file_or_the_environment(
    pai: Pai, server: StandIn, file: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("from file\n")
    pai("submit", file, "--secret", "a=007", "--secret", "b=@secret", "--secret", "C", C="from env")
    assert server.world.submissions[0]["secrets"] == {"a": "007", "b": "from file", "C": "from env"}


def test_a_secret_never_comes_back_on_the_screen(pai: Pai, file: str) -> None:
    told = pai("submit", file, "--secret", "password=hunter2")
    assert "hunter2" not in told.stdout + told.stderr


def test_the_reply_is_json_on_request(pai: Pai, file: str) -> None:
    assert json.loads(pai("submit", file, "--json").stdout)["name"] == "ann~job"


def test_warnings_are_shown_with_their_place(pai: Pai, server: StandIn, file: str) -> None:
    server.world.warnings = [{"code": "X", "message": "Careful.", "fix": "Look.", "line": 2, "column": 7}]
    told = pai("submit", file)
    assert told.returncode == 0
    assert "2:7: Careful." in told.stderr
    assert "Look." in told.stderr


def test_errors_in_the_file_are_shown_as_a_compiler_does(pai: Pai, server: StandIn, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text('name: "训练"\n\tinstances: 训 two\n')
    problem = {
        "code": "WrongType", "message": "must be an integer", "fix": "Write a number.",
        "line": 2, "column": 14, "path": "taskRoles.w.instances",
    }  # fmt: skip
    other = {"code": "MissingField", "message": "image is missing", "fix": "", "line": 1, "column": 1}
    body = {"code": "InvalidProtocolError", "message": "bad", "problems": [problem, other]}
    server.world.refusal = (400, body)
    told = pai("submit", "job.yaml")
    assert told.returncode == 2
    assert told.stderr.splitlines() == [
        "job.yaml:2:14: error: taskRoles.w.instances: must be an integer",
        "    2 |     instances: 训 two",
        "      |                  ^",
        "  to do: Write a number.",
        "job.yaml:1:1: error: image is missing",
        '    1 | name: "训练"',
        "      | ^",
    ]


def test_the_server_is_asked_for_texts_in_the_persons_language(pai: Pai, server: StandIn, file: str) -> None:
    pai("submit", file, "--lang", "zh")
    assert server.world.languages == ["zh"]


def test_a_dry_run_shows_checks_placement_and_waits(pai: Pai, server: StandIn, file: str) -> None:
    server.world.dry_run = {
        "status": 200,
        "name": "ann~bert",
        "warnings": [],
        "verdicts": [
            {"check": "fits", "verdict": "pass", "message": "It fits.", "fix": ""},
            {"check": "image", "verdict": "warn", "message": "Not looked at.", "fix": "Look."},
        ],
        "placement": [{"role": "w", "index": n, "node": "n1", "cells": [2 * n, 2 * n + 1]} for n in range(2)],
        "waits": [],
    }
    told = pai("submit", file, "--dry-run")
    assert told.returncode == 0
    for words in ("✓ fits: It fits.", "! image: Not looked at.", "to do: Look.", "2 × w on n1: [0,1] [2,3]"):
        assert words in told.stdout
    assert server.world.submissions == []


def test_a_dry_run_with_a_failed_check_exits_2(pai: Pai, server: StandIn, file: str) -> None:
    verdict = {"check": "fits", "verdict": "fail", "message": "Never.", "fix": ""}
    server.world.dry_run = {
        "status": 200, "name": "ann~bert", "warnings": [], "verdicts": [verdict], "placement": None, "waits": [],
    }  # fmt: skip
    assert pai("submit", file, "--dry-run").returncode == 2
