"""What you see → why, and what to do: the message catalogues as tables.

Each table is one file of a catalogue; only what has a remedy is a trouble. A parameter is shown by its name, as
`‹image›`.
"""

import re
import tomllib
from importlib.resources import files

from docs.make.pages import cell, table
from openpai.messages import catalogue

_HEAD = {"en": ("code", "what you see", "what to do"), "zh": ("代码", "您看到的", "怎么办")}
_PARAMETER = re.compile(r"(?<!\{)\{([a-z_]+)(?:![a-z])?\}(?!\})")


def faults(room: str, language: str) -> str:
    """The troubles that a file of the catalogue names."""
    text = files("openpai.messages").joinpath(language, f"{room}.toml").read_text("utf-8")
    rows = [
        (f"`{code}`", plain(entry["text"]), plain(entry["fix"]))
        for code, entry in tomllib.loads(text).items()
        if "fix" in entry and "." not in code
    ]
    return table(_HEAD[language], rows)


def plain(text: str) -> str:
    """A text with the names of its parameters; `{{` is an ordinary brace."""
    return cell(_PARAMETER.sub(r"‹\1›", text).replace("{{", "{").replace("}}", "}"))


def plain_text(code: str, language: str) -> str:
    """The text of one code."""
    return plain(catalogue(language)[code]["text"])
