"""Click's commands, speaking the language of this process, and telling faults as exit codes.

The help of a parameter stands in the catalogue as `help.<command>.<name>`, or `help.option.<name>`
where several commands share it; so the functions of the commands hold no texts.
"""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from openpai.cli.exits import Complaint, ExitCode, Fault
from openpai.cli.language import entry, language, say
from openpai.errors import PaiError
from openpai.messages import catalogue

_FAULTS_OF_THE_USER = (
    "FileUnreadable", "FileNotWritten", "InvalidSetting", "NoRecipe",
    "FakeGpusPart", "FakeGpuModel", "FakeGpuNumber", "FakeGpuGroups",
)  # fmt: skip

Row = tuple[str, str]
"""What is typed, and what it means."""

json_option = click.option("--json", "as_json", is_flag=True)
job_argument = click.argument("job", metavar="JOB")


class SpeakingCommand(click.Command):
    """One command. Its function may return an exit code; a fault becomes one here."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
            return code
        except Fault as fault:
            return tell_fault(fault)
        except PaiError as error:
            return tell_fault(fault_of(error))
        except BrokenPipeError:
            silence()
            return ExitCode.PIPE_CLOSED

    def get_help(self, ctx: click.Context) -> str:
        return help_page(self, ctx)


def help_page(
    command: click.Command,
    context: click.Context,
    more: Mapping[str, Sequence[Row]] | None = None,
    last: str = "",
) -> str:
    """The help of a command, as wide as the terminal; `more` are further lists under their titles."""
    page = importlib.import_module("openpai.cli.help_page")  # brings Rich, which a quick command may not need
    parameters = command.get_params(context)
    arguments = [each for each in parameters if isinstance(each, click.Argument)]
    options = [each for each in parameters if isinstance(each, click.Option)]
    lists = {
        say("help.panel.arguments"): [_row(each, context) for each in arguments],
        say("help.panel.options"): [_row(each, context) for each in options],
        **(more or {}),
    }
    usage = f"{say('help.usage')} {context.command_path} {' '.join(command.collect_usage_pieces(context))}"
    text: str = page.render(usage, say(f"help.{key_of(context)}"), lists, last)
    return text


def key_of(context: click.Context) -> str:
    """A command's name in the catalogue: `pai`, `submit`, `image.check`."""
    return ".".join(context.command_path.split()[1:]) or str(context.info_name)


def _row(parameter: click.Parameter, context: click.Context) -> Row:
    name = parameter.opts[-1].lstrip("-").replace("-", "_")
    own = f"help.{key_of(context)}.{name}"
    meaning = say(own if own in catalogue(language()) else f"help.option.{name}")
    if isinstance(parameter, click.Argument):
        return parameter.make_metavar(context), meaning
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    metavar = "" if flag else f" {parameter.make_metavar(context)}"
    return f"{', '.join(parameter.opts)}{metavar}", meaning


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
