"""Every `pai …` that a page shows is a command with those options."""

import shlex
from pathlib import Path

import click
import pytest

from docs.make.commands import context_of
from openpai.cli.app import COMMANDS, pai
from openpai.cli.arguments import hoist
from tests.docs.texts import PAGES, code_spans, fences, name_of

_SETS_SOMETHING = ("export", "sudo")
_ENDS = ("|", "||", "&&", ";", "&")


def commands_of(page: Path) -> list[list[str]]:
    """The words after `pai` of every such line and piece of code."""
    lines = [
        line for shell in ("bash", "ini") for block in fences(page, shell) for line in block.splitlines()
    ]
    found = []
    for text in [*lines, *code_spans(page)]:
        if words := _after_pai(text):
            found.append(words)
    return found


def _after_pai(text: str) -> list[str]:
    try:
        words = shlex.split(text.partition(" #")[0].removeprefix("ExecStart="))
    except ValueError:  # no line of a shell
        return []
    if not words or words[0].rpartition("/")[2] != "pai":
        return []
    end = next((place for place, word in enumerate(words) if word in _ENDS), len(words))
    return words[1:end]


def check(words: list[str]) -> None:
    """Raises where `pai` would not know a word."""
    group = click.Context(pai, info_name="pai")
    words = hoist([word for word in words if word != "…"])
    _, rest, _ = pai.make_parser(group).parse_args(words)
    if rest:
        length = 1 if rest[0] in COMMANDS else 2
        name, arguments = " ".join(rest[:length]), rest[length:]
        assert name in COMMANDS
        context = context_of(name)
        parser = context.command.make_parser(context)
        try:
            parser.parse_args(list(arguments))
        except click.BadOptionUsage:  # running text names an option without a value
            parser.parse_args([*arguments, "value"])


SHOWN = [(page, words) for page in PAGES for words in commands_of(page)]


@pytest.mark.parametrize(
    ("page", "words"), SHOWN, ids=lambda each: name_of(each) if isinstance(each, Path) else " ".join(each)
)
def test_it_exists(page: Path, words: list[str]) -> None:
    check(words)


def test_one_that_does_not_exist_would_be_noticed() -> None:
    with pytest.raises(click.NoSuchOption):
        check(["submit", "job.yaml", "--wach"])
    with pytest.raises(AssertionError):
        check(["sumbit"])
    assert len(SHOWN) > 20


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_has_its_section(language: str) -> None:
    page = next(page for page in PAGES if name_of(page) == f"docs/{language}/cli.md")
    text = page.read_text("utf-8")
    assert [name for name in COMMANDS if f"### pai {name}\n\n<!-- made: command:{name} -->" not in text] == []
