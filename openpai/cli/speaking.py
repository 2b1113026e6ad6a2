"""Typer's commands, speaking the language of this process, and telling faults as exit codes.

The help of a parameter stands in the catalogue as `help.<command>.<parameter>`, or `help.option.<parameter>`
where several commands share it; so the functions of the commands hold no texts.
"""

import importlib
import os
import sys
from typing import Any

from typer.core import TyperCommand, TyperGroup

from openpai.cli.exits import Complaint, ExitCode, Fault
from openpai.cli.language import entry, language, say
from openpai.errors import PaiError
from openpai.messages import catalogue

_FAULTS_OF_THE_USER = ("FileUnreadable", "InvalidSetting")
_TYPER_WORDS = {
    "ARGUMENTS_PANEL_TITLE": "help.panel.arguments",
    "OPTIONS_PANEL_TITLE": "help.panel.options",
    "COMMANDS_PANEL_TITLE": "help.panel.commands",
    "REQUIRED_LONG_STRING": "help.required",
    "DEFAULT_STRING": "help.default",
}


class _Speaking:
    """What both kinds of command need."""

    def get_params(self, ctx: Any) -> list[Any]:
        parameters: list[Any] = super().get_params(ctx)  # type: ignore[misc]  # a mixin of Typer's classes
        known = catalogue(language())
        for parameter in parameters:
            own = f"help.{ctx.info_name}.{parameter.name}"
            code = own if own in known else f"help.option.{parameter.name}"
            if code in known:
                parameter.help = say(code)
        return parameters

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]  # a mixin of Typer's classes
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=f"{say('help.usage')} ")

    def format_help(self, ctx: Any, formatter: Any) -> None:
        words = importlib.import_module("typer.rich_utils")  # slow, and for help only
        for name, code in _TYPER_WORDS.items():
            setattr(words, name, say(code))
        super().format_help(ctx, formatter)  # type: ignore[misc]  # a mixin of Typer's classes


class SpeakingGroup(_Speaking, TyperGroup):
    """`pai` itself."""


class SpeakingCommand(_Speaking, TyperCommand):
    """One command. Its function may return an exit code; a fault becomes one here."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Fault as fault:
            return tell_fault(fault)
        except PaiError as error:
            return tell_fault(fault_of(error))
        except BrokenPipeError:
            silence()
            return ExitCode.PIPE_CLOSED


def fault_of(error: PaiError) -> Fault:
    """An error of this program, as it is shown."""
    told = [entry(problem.code, **problem.params) for problem in error.problems]
    mine = error.first.code in _FAULTS_OF_THE_USER
    complaints = [Complaint(text=each.text, fix=each.fix) for each in told]
    return Fault(complaints, ExitCode.USAGE if mine else ExitCode.SERVER)


def tell_fault(fault: Fault) -> int:
    """Shows a fault on standard error and returns its exit code."""
    output = importlib.import_module("openpai.cli.output")  # brings Rich, which a quick command may not need
    for complaint in fault.complaints:
        output.complain(complaint)
    return fault.exit_code


def silence() -> None:
    """Nobody reads our output any more: drop the rest, so that Python does not complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
