"""The language of this process, and its texts. Chosen once, before a command's module is imported.

It is a global on purpose: help texts stand in decorators, which are evaluated when a module is imported.
"""

from collections.abc import Mapping

from openpai.cli.exits import Complaint, Fault
from openpai.messages import LANGUAGES, Message, choose_language, message

_language = LANGUAGES[0]


def choose(option: str | None, environ: Mapping[str, str]) -> str:
    """The language of an option, else of `PAI_LANG`, `LC_ALL`, `LC_MESSAGES`, `LANG`: the first that is set."""
    for wanted in (option, *map(environ.get, ("PAI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if wanted:
            return choose_language(wanted)
    return LANGUAGES[0]


def speak(language: str) -> None:
    """From now on, texts come in this language."""
    global _language
    _language = language


def language() -> str:
    return _language


def entry(code: str, /, **params: object) -> Message:
    """Text and remedy of a code, in the language of this process."""
    return message(code, params, _language)


def say(code: str, /, **params: object) -> str:
    """The text of a code, in the language of this process."""
    return entry(code, **params).text


def usage_fault(code: str, /, **params: object) -> Fault:
    """A fault in what was typed."""
    told = entry(code, **params)
    return Fault([Complaint(told.text, told.fix)])
