"""Who may ask, and the command line against a real server."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.jobs import job
from tests.e2e.server import Server


@pytest.mark.parametrize("path", ["/api/v2/jobs", "/api/v2/jobs/admin~x", "/api/v2/jobs/admin~x/watch"])
@pytest.mark.parametrize("token", [None, "wrong", "a.b.c", ""])
def test_without_a_valid_token_nothing_is_answered(server: Server, path: str, token: str | None) -> None:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(server.url + path, headers=headers))
    with caught.value as reply:
        assert reply.status == 401
        assert json.loads(reply.read())["code"] == "UnauthorizedUserError"


def test_a_job_is_submitted_and_watched_to_its_end_by_command(server: Server) -> None:
    done = server.pai("submit", "-", "--watch", stdin=job("echo seen in the terminal"))
    assert done.returncode == 0, done.stderr
    assert "seen in the terminal" in done.stdout
    assert "succeeded" in done.stderr


def test_the_exit_code_tells_that_the_job_failed_and_the_text_why(server: Server) -> None:
    done = server.pai("submit", "-", "--watch", stdin=job("no_such_program"))
    assert done.returncode not in (0, 2)
    told = done.stdout + done.stderr
    assert "127" in told
    assert "no_such_program" in told


def test_what_is_printed_as_json_is_json(server: Server) -> None:
    submitted = json.loads(server.pai("submit", "-", "--json", stdin=job("echo x; sleep 0.2")).stdout)
    name = submitted["name"]
    watched = server.pai("watch", name, "--json")
    assert watched.returncode == 0
    assert all(json.loads(line) for line in watched.stdout.splitlines())
    shown = json.loads(server.pai("show", name, "--json").stdout)
    assert shown["jobStatus"]["state"] == "SUCCEEDED"
    listed = json.loads(server.pai("jobs", "--json").stdout)
    assert name.split("~")[1] in json.dumps(listed)
    assert server.pai("logs", name).stdout == "x\n"


def test_everything_is_told_in_chinese_too(server: Server) -> None:
    wrong = server.pai("--lang", "zh", "submit", "-", stdin="name: [x")
    assert wrong.returncode == 2
    assert "YAML" in wrong.stderr
    assert any("\u4e00" <= letter <= "\u9fff" for letter in wrong.stderr)
    done = server.pai("submit", "-", "--watch", stdin=job("echo '你好 🚀'"), LANG="zh_CN.UTF-8")
    assert done.returncode == 0
    assert "你好 🚀" in done.stdout
    assert any("\u4e00" <= letter <= "\u9fff" for letter in done.stdout.replace("你好", ""))


def test_a_dry_run_shows_the_checks_and_keeps_nothing(server: Server) -> None:
    before = server.pai("jobs", "--json").stdout
    done = server.pai("submit", "-", "--dry-run", stdin=job("true"))
    assert done.returncode == 0, done.stderr
    assert "pai-test/busybox" in done.stdout
    assert server.pai("jobs", "--json").stdout == before


def test_a_job_is_stopped_by_command(server: Server) -> None:
    name = json.loads(server.pai("submit", "-", "--json", stdin=job("sleep 600")).stdout)["name"]
    assert server.pai("stop", name).returncode == 0
    assert "STOPPED" in server.pai("watch", name, "--json").stdout


def test_a_server_is_started_and_ended_by_command(server: Server, tmp_path: Path) -> None:
    own = {"PAI_DATA_DIR": str(tmp_path / "data"), "PAI_PORT": "0"}
    up = server.pai("up", "--detach", **own)
    try:
        assert up.returncode == 0, up.stderr
        assert "http://127.0.0.1:" in up.stdout
        assert "/sign-in#code=" in up.stdout
        assert server.pai("up", "--detach", **own).returncode == 0
        assert server.pai("jobs", **own).returncode == 0
    finally:
        down = server.pai("down", **own)
    assert down.returncode == 0, down.stderr
    assert server.pai("jobs", **own).returncode != 0
