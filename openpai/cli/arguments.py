"""Options that may stand anywhere on the line: `pai jobs --lang zh` is `pai --lang zh jobs`."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

ANYWHERE = ("--lang", "--url", "--token", "--data-dir")
"""Each takes one value."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which server the person means; None: look in the environment and for a local one."""

    url: str | None = None
    token: str | None = None
    data_dir: str | None = None


def hoist(args: Sequence[str]) -> list[str]:
    """The same arguments with the options of `ANYWHERE` first; what follows `--` stays.

    >>> hoist(["show", "j", "--lang", "zh", "--json"])
    ['--lang', 'zh', 'show', 'j', '--json']
    """
    first: list[str] = []
    rest: list[str] = []
    words = iter(args)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in ANYWHERE:
            first += [word, *islice(words, 1)]
        elif word.partition("=")[0] in ANYWHERE:
            first.append(word)
        else:
            rest.append(word)
    return first + rest


def value_of(option: str, hoisted: Sequence[str]) -> str | None:
    """The last value that hoisted arguments give an option."""
    found = None
    for place, word in enumerate(hoisted):
        name, equals, value = word.partition("=")
        if name == option:
            found = value if equals else next(iter(hoisted[place + 1 :]), None)
    return found


def command_of(hoisted: Sequence[str]) -> str | None:
    """The name of the command, None where there is none (`pai --help`)."""
    words = iter(hoisted)
    for word in words:
        if word in ANYWHERE:
            next(words, None)
        elif not word.startswith("-"):
            return word
    return None
