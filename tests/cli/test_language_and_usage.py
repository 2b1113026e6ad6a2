"""Help, languages, wrong arguments: no server is asked."""

import re

import pytest

from openpai.cli.app import COMMANDS, run
from openpai.messages import catalogue
from tests.cli.conftest import Pai


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_explains_itself_and_each_of_its_options(
    capsys: pytest.CaptureFixture[str], language: str
) -> None:
    for command in COMMANDS:
        assert run([*command.split(), "--help", "--lang", language]) == 0
        about = catalogue(language)[f"help.{command.replace(' ', '.')}"]["text"]
        assert about[:10] in capsys.readouterr().out


def test_help_is_in_the_language_of_the_locale(pai: Pai) -> None:
    assert "列出任务" in pai("--help", LANG="zh_CN.UTF-8").stdout
    assert "List jobs" in pai("--help", LANG="de_DE.UTF-8").stdout


def test_lc_all_counts_more_than_lang_and_pai_lang_more_than_both(pai: Pai) -> None:
    assert "List jobs" in pai("--help", LANG="zh_CN.UTF-8", LC_ALL="en_US.UTF-8").stdout
    assert "列出任务" in pai("--help", LC_ALL="en_US.UTF-8", PAI_LANG="zh").stdout


def test_options_of_pai_may_stand_after_the_command(pai: Pai) -> None:
    assert "列出任务" in pai("jobs", "--help", "--lang=zh").stdout


def test_pai_alone_shows_its_help(pai: Pai) -> None:
    told = pai()
    assert told.returncode == 0
    assert "submit" in told.stdout


def test_version_is_shown(pai: Pai) -> None:
    assert re.fullmatch(r"pai \d+\.\d+\.\d+\n", pai("--version").stdout)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["jbos"], "Did you mean jobs"),
        (["jobs", "--bogus"], "--bogus"),
        (["show"], "JOB"),
        (["jobs", "--limit"], "--limit"),
        (["jobs", "--limit", "0"], "--limit"),
        (["logs", "j", "--tail", "x"], "'x'"),
        (["submit", "no-such-file.yaml"], "no-such-file.yaml"),
        (["submit", "-", "--param", "x"], "key=value"),
        (["submit", "-", "--secret", "NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE"),
        (["jobs", "--lang", "fr"], "fr"),
    ],
)
def test_wrong_arguments_are_told_with_a_remedy_and_exit_2(pai: Pai, args: list[str], words: str) -> None:
    told = pai(*args)
    assert told.returncode == 2
    assert words in told.stderr
    assert "Traceback" not in told.stderr
    assert "to do:" in told.stderr


def test_wrong_arguments_are_told_in_chinese(pai: Pai) -> None:
    assert "没有选项 --bogus" in pai("jobs", "--bogus", "--lang", "zh").stderr


def test_no_server_says_how_to_start_one_and_exits_3(pai: Pai) -> None:
    told = pai("jobs", "--data-dir", "nowhere", PAI_URL="")
    assert told.returncode == 3
    assert "pai up" in told.stderr


def test_a_server_that_is_not_there_exits_3(pai: Pai) -> None:
    told = pai("jobs", PAI_URL="http://127.0.0.1:1")
    assert told.returncode == 3
    assert "http://127.0.0.1:1" in told.stderr


def test_a_wrong_token_is_told_in_the_servers_words_and_exits_3(pai: Pai) -> None:
    told = pai("jobs", PAI_TOKEN="wrong")
    assert told.returncode == 3
    assert "Your token is invalid." in told.stderr
    assert "Ask for one." in told.stderr
