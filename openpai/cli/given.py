"""What `pai submit` is given: the file, parameters and secrets."""

import getpass
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from openpai.cli.language import say, usage_fault
from openpai.errors import fail
from openpai.protocol.scalars import Scalar, resolve

STDIN = "-"


def read_text(path: str) -> str:
    """The text of a file, of standard input for "-". Raises PaiError FileUnreadable."""
    try:
        data = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise fail("FileUnreadable", path=path, reason=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise fail("FileUnreadable", path=path, reason=f"UTF-8: {error.reason}, {error.start}") from error


def parameters(given: Sequence[str]) -> dict[str, Scalar]:
    """`key=value` words, the values read as YAML reads a plain word: `3` is a number, `true` a truth value."""
    found: dict[str, Scalar] = {}
    for word in given:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise usage_fault("usage.param", given=word)
        found[key] = resolve(value) if value else ""
    return found


def secrets(
    given: Sequence[str],
    environ: Mapping[str, str],
    *,
    ask: Callable[[str], str] | None = None,
) -> dict[str, str]:
    """Secrets as text: `key=value`, `key=@file`, or `key` alone: the environment variable, else a question.

    `ask` is how to put the question; None where nobody is there to answer.
    """
    found: dict[str, str] = {}
    for word in given:
        key, equals, value = word.partition("=")
        if not key:
            raise usage_fault("usage.secret", given=word)
        if equals:
            found[key] = read_text(value[1:]).removesuffix("\n") if value.startswith("@") else value
        elif key in environ:
            found[key] = environ[key]
        elif ask is not None:
            found[key] = ask(key)
        else:
            raise usage_fault("usage.secret.unknown", key=key)
    return found


def asker(file: str) -> Callable[[str], str] | None:
    """How to ask for a secret without showing it; None where standard input is the job file or no terminal."""
    if file == STDIN or not sys.stdin.isatty():
        return None
    return lambda key: getpass.getpass(f"{say('submit.secret', key=key)}: ")
