"""From the words typed to one command, and from what it raises to an exit code."""

import importlib
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

import openpai
from openpai.cli import language
from openpai.cli.arguments import Target, command_of, hoist, value_of
from openpai.cli.exits import Complaint, ExitCode, Fault
from openpai.cli.language import say
from openpai.cli.speaking import SpeakingCommand, SpeakingGroup, tell_fault
from openpai.messages import LANGUAGES

COMMANDS = {
    "up": "serve",
    "down": "down",
    "submit": "submit",
    "watch": "watch",
    "jobs": "jobs",
    "show": "show",
    "logs": "logs",
    "stop": "control",
    "config": "control",
    "schema": "schema",
    "doctor": "doctor",
}
"""Each command and the module whose function of the same name it is, in the order of the help."""


def main() -> None:
    """The entry point of `pai`."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a text stream of ours
    sys.exit(run(sys.argv[1:]))


def run(argv: list[str]) -> int:
    """Runs one command line and returns the exit code."""
    args = hoist(argv)
    language.speak(language.choose(value_of("--lang", args), os.environ))
    try:
        code = _build(command_of(args)).main(args, prog_name="pai", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else ExitCode.DONE
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except TyperException as error:
        return _tell_usage(error)


def _build(command: str | None) -> Any:
    """The command line with its help in the language of this process.

    Only the module of the command that was typed is loaded; the others are there by name, for help and for
    "did you mean".
    """
    app = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
    app.callback(cls=SpeakingGroup, help=say("help.pai"), epilog=say("help.pai.exits"), no_args_is_help=True)(
        _root
    )
    for name in COMMANDS:
        run_command = _load(name) if name == command else _named_only
        app.command(name, cls=SpeakingCommand, help=say(f"help.{name}"))(run_command)
    return typer.main.get_command(app)


def _load(name: str) -> Callable[..., Any]:
    module = importlib.import_module(f"openpai.cli.{COMMANDS[name]}")
    command: Callable[..., Any] = getattr(module, name)
    return command


def _named_only() -> None:
    raise AssertionError("a command that was not typed is never run")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"pai {openpai.__version__}")
        raise typer.Exit


def _check_language(value: str | None) -> str | None:
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(say("usage.language", languages=", ".join(LANGUAGES)))
    return value


def _root(
    context: typer.Context,
    lang: Annotated[str | None, typer.Option(metavar="en|zh", callback=_check_language)] = None,
    url: Annotated[str | None, typer.Option(metavar="URL")] = None,
    token: Annotated[str | None, typer.Option(metavar="TOKEN")] = None,
    data_dir: Annotated[str | None, typer.Option(metavar="DIR")] = None,
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_show_version)] = False,
) -> None:
    context.obj = Target(url, token, data_dir)


def _tell_usage(error: TyperException) -> int:
    """Says what is wrong with the line that was typed, in the language of this process."""
    code = f"usage.{type(error).__name__}"
    known = {"name": str(getattr(error, "option_name", "")), "hint": "", "text": error.message}
    if (parameter := getattr(error, "param", None)) is not None:
        known["hint"] = parameter.get_error_hint()
    text = (
        say(code, **known)
        if code in USAGE_CODES and (known["name"] or known["hint"])
        else error.format_message()
    )
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message())
        return ExitCode.USAGE
    path = context.command_path if context is not None else "pai"
    tell_fault(Fault([Complaint(text, say("usage.help", command=path))]))
    return ExitCode.USAGE


USAGE_CODES = ("usage.NoSuchOption", "usage.MissingParameter", "usage.BadParameter")
