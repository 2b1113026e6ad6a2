"""Every text that a person reads, in English and Simplified Chinese: `<language>/<room>.toml`.

An entry is named by its code and has a `text`, and where there is something to do, a `fix`; both are
`str.format` templates over the parameters. A test holds the two languages to the same codes and parameters.
Server, command line and portal read the same files. What a field of the job file means stands in English at the field
(openpai.protocol), and in Chinese in `job_fields.zh.toml`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Message:
    """A text for a person, and the remedy ("" where there is none)."""

    text: str
    fix: str


@cache
def catalogue(language: str) -> Mapping[str, Mapping[str, str]]:
    """All entries of a language: code → {"text": …, "fix": …}. A code in two files is a fault of ours."""
    entries: dict[str, Mapping[str, str]] = {}
    for file in sorted(files(__name__).joinpath(language).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            for code, entry in tomllib.loads(file.read_text("utf-8")).items():
                if code in entries:
                    raise ValueError(f"{code} stands twice in messages/{language}")
                entries[code] = entry
    return entries


def chinese_fields() -> Mapping[str, Mapping[str, str]]:
    """What the fields of the job file mean, in Chinese: model → field → text."""
    return tomllib.loads(files(__name__).joinpath("job_fields.zh.toml").read_text("utf-8"))


def message(code: str, params: Mapping[str, object], language: str) -> Message:
    """Text and remedy of `code` in `language` ("en" or "zh"), with the parameters filled in.

    A parameter named `cause` is a code itself, with its parameters among the others: its text is put.
    """
    entries = catalogue(language)
    entry = entries[code]
    values = _Values(params)
    if (cause := str(params.get("cause", ""))) in entries:
        values["cause"] = entries[cause]["text"].format_map(values)
    return Message(entry["text"].format_map(values), entry.get("fix", "").format_map(values))


class _Values(dict[str, object]):
    """What was kept by an earlier version may lack a parameter that its text has now: its name is put."""

    def __missing__(self, name: str) -> str:
        return f"‹{name}›"


def choose_language(wanted: str) -> str:
    """ "en" or "zh" from an `Accept-Language` header or a locale such as `zh_CN.UTF-8`.

    >>> choose_language("de-DE,zh-CN;q=0.8,en;q=0.5"), choose_language("C.UTF-8")
    ('zh', 'en')
    """
    for part in wanted.replace("_", "-").split(","):
        primary = part.split(";")[0].strip().split("-")[0].lower()
        if primary in LANGUAGES:
            return primary
    return "en"
