"""From the words typed to one command, and from what it raises to an exit code."""

import importlib
import os
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import partial

import click

import openpai
from openpai.cli import language
from openpai.cli.arguments import Target, command_of, hoist, value_of
from openpai.cli.exits import Complaint, ExitCode, Fault
from openpai.cli.language import entry, say
from openpai.cli.speaking import Row, SpeakingCommand, help_page, tell_fault
from openpai.messages import LANGUAGES

COMMANDS = {
    "up": "serve",
    "down": "down",
    "portal": "portal",
    "submit": "submit",
    "clone": "submit",
    "watch": "watch",
    "jobs": "jobs",
    "show": "show",
    "explain": "explain",
    "logs": "logs",
    "stop": "control",
    "start": "control",
    "delete": "control",
    "config": "control",
    "images": "images",
    "image check": "image_check",
    "image build": "image_build",
    "image pull": "image_disk",
    "image clean": "image_disk",
    "image removals": "image_disk",
    "credential list": "credential",
    "credential set": "credential",
    "credential remove": "credential",
    "group list": "group",
    "group add": "group",
    "group remove": "group",
    "storage list": "storage",
    "vc": "vc",
    "vc show": "vc",
    "vc check": "cluster_file",
    "vc apply": "cluster_file",
    "nodes": "nodes",
    "nodes cordon": "nodes",
    "nodes uncordon": "nodes",
    "nodes drain": "nodes",
    "simulate": "simulate",
    "schema": "schema",
    "doctor": "doctor",
}
"""Each command and the module whose function of the same name it is, in the order of the help.

A command of two words, `image check`, belongs to the group of its first; the function has the second's name. A first
word may be a command too: `pai vc`.
"""

NAMES = tuple(dict.fromkeys(name.split()[0] for name in COMMANDS))
"""The first words."""


def main() -> None:
    """The entry point of `pai`."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a text stream of ours
    sys.exit(run(sys.argv[1:]))


def run(argv: Sequence[str]) -> int:
    """Runs one command line and returns the exit code."""
    args = hoist(argv)
    language.speak(language.choose(value_of("--lang", args), os.environ))
    name = command_of(args)
    if name is not None and name not in NAMES:
        return tell_fault(_no_command(name, NAMES))
    try:
        code = pai.main(args or ["--help"], prog_name="pai", standalone_mode=False)
    except click.Abort:  # Ctrl-C
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        return _tell_usage(error)
    return code if isinstance(code, int) else ExitCode.DONE


class _Commands(click.Group):
    """`pai` itself: imports the module of the command that was typed, and no other."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        grouped = any(name.startswith(f"{cmd_name} ") for name in COMMANDS)
        return _Group(cmd_name) if grouped else _load(cmd_name)

    def get_help(self, ctx: click.Context) -> str:
        commands: list[Row] = [(name, say(f"help.{name}")) for name in NAMES]
        return help_page(self, ctx, {say("help.panel.commands"): commands}, say("help.pai.exits"))


class _Group(click.Group):
    """The commands that begin with one word: `pai image …`; and that of the word alone, where there is one."""

    def __init__(self, name: str) -> None:
        alone = _load(name) if name in COMMANDS else None
        super().__init__(
            name, params=alone.params if alone else None, invoke_without_command=alone is not None
        )
        if alone is not None:
            self.callback = partial(_invoke_alone, alone)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name.split()[1] for name in COMMANDS if name.startswith(f"{self.name} ")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = f"{self.name} {cmd_name}"
        return _load(name) if name in COMMANDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            raise _no_command(f"{self.name} {args[0]}", [f"{self.name} {name}" for name in known])
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Fault as fault:
            return tell_fault(fault)

    def get_help(self, ctx: click.Context) -> str:
        commands: list[Row] = [(name, say(f"help.{self.name}.{name}")) for name in self.list_commands(ctx)]
        return help_page(self, ctx, {say("help.panel.commands"): commands})


def _invoke_alone(command: click.Command, **_: object) -> object:
    """What a word does by itself, unless another one follows."""
    context = click.get_current_context()
    return command.invoke(context) if context.invoked_subcommand is None else None


def _load(name: str) -> click.Command:
    module = importlib.import_module(f"openpai.cli.{COMMANDS[name]}")
    command: SpeakingCommand = getattr(module, name.split()[-1])
    return command


def _show_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"pai {openpai.__version__}")
        context.exit()


@click.group("pai", cls=_Commands)
@click.option("--lang", metavar="|".join(LANGUAGES), type=click.Choice(LANGUAGES))
@click.option("--url", metavar="URL")
@click.option("--token", metavar="TOKEN")
@click.option("--data-dir", metavar="DIR")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version)
@click.pass_context
def pai(
    context: click.Context, lang: str | None, url: str | None, token: str | None, data_dir: str | None
) -> None:
    context.obj = Target(url, token, data_dir)


def _no_command(name: str, known: Iterable[str]) -> Fault:
    near = get_close_matches(name, list(known))
    told = entry("usage.no_command.near" if near else "usage.no_command", name=name, near=", ".join(near))
    return Fault([Complaint(told.text, told.fix)])


def _tell_usage(error: click.ClickException) -> int:
    """Says what is wrong with the line that was typed, in the language of this process."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "pai"
    return tell_fault(Fault([Complaint(_usage_text(error), say("usage.help", command=path))]))


def _usage_text(error: click.ClickException) -> str:
    """Click's own words where we have none for this error."""
    match error:
        case click.NoSuchOption():
            return say("usage.no_option", name=error.option_name)
        case click.BadOptionUsage():
            return say("usage.no_value", name=error.option_name)
        case click.MissingParameter(param=click.Parameter() as missing):
            return say("usage.missing", hint=missing.get_error_hint(error.ctx or click.Context(pai)))
        case click.BadParameter(param=click.Parameter() as wrong):
            hint = wrong.get_error_hint(error.ctx or click.Context(pai))
            return say("usage.wrong", hint=hint, text=error.message)
        case _:
            return error.format_message()
