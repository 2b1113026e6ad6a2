"""Writing for persons and for programs: nothing that a job's owner wrote may steer the reader's terminal."""

import json
import re
import sys
from functools import cache
from typing import TextIO

from rich.console import Console
from rich.text import Text

from openpai.cli.exits import Complaint
from openpai.cli.language import say

_PIPE_WIDTH = 100_000  # columns: into a pipe, nothing is cut or wrapped
# C0 without tab and newline, DEL, C1, and the marks that turn the direction of writing around; lone surrogates
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_JSON_STEERING = re.compile("[\x7f-\x9f]")  # json escapes C0 itself, but not these


def clean(text: str) -> str:
    """The text with every character that steers a terminal made visible; tabs and newlines stay."""
    return _STEERING.sub(lambda match: _visible(match[0]), text)


def _visible(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


def one_line(text: str) -> str:
    """The text, cleaned, in one line."""
    return clean(" ".join(text.split()))


@cache
def console(stream: TextIO) -> Console:
    """The console of standard output or standard error: plain where it is not a terminal."""
    width = None if stream.isatty() else _PIPE_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def line(text: str, style: str = "", *, error: bool = False) -> None:
    """One line (or several) for a person, wrapped by the terminal itself."""
    stream = sys.stderr if error else sys.stdout
    console(stream).print(Text(clean(text), style=style), soft_wrap=True)


def print_json(value: object) -> None:
    """A value for a program: the API's own shape."""
    print(to_json(value, indent=2))


def to_json(value: object, indent: int | None = None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _JSON_STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def complain(complaint: Complaint) -> None:
    """A complaint on standard error, as a compiler would print it."""
    place = f"{complaint.place}: " if complaint.place else ""
    line(place + say("word.error", text=complaint.text), "bold red", error=True)
    for text in complaint.excerpt:
        line(text, error=True)
    remedy(complaint.fix)


def warn(text: str, fix: str | None = None) -> None:
    line(say("word.warning", text=text), "yellow", error=True)
    remedy(fix)


def remedy(fix: str | None) -> None:
    """What to do, where something is known."""
    if fix:
        line(f"  {say('word.fix', text=fix)}", error=True)
