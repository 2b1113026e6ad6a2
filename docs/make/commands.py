"""The commands of `pai` with all their options, from the parameters of the commands and the catalogue of texts."""

import click

from docs.make.pages import cell, table
from openpai.cli.app import COMMANDS, pai
from openpai.cli.speaking import key_of
from openpai.messages import catalogue

_HEAD = {"en": ("typed", "meaning"), "zh": ("写法", "含义")}


def overview(language: str) -> str:
    """Every command in a line."""
    rows = [
        (f"[`pai {name}`](#pai-{name.replace(' ', '-')})", cell(_text(_key(name), language)))
        for name in COMMANDS
    ]
    return table(_HEAD[language], rows)


def everywhere(language: str) -> str:
    """The options of `pai` itself."""
    return _parameters(pai, click.Context(pai, info_name="pai"), language)


def command(name: str, language: str) -> str:
    """One command: how to type it, what it does, its arguments and options."""
    context = context_of(name)
    usage = " ".join([f"pai {name}", *context.command.collect_usage_pieces(context)])
    about, parameters = _text(_key(name), language), _parameters(context.command, context, language)
    return f"```text\n{usage}\n```\n\n{about}\n\n{parameters}"


def context_of(name: str) -> click.Context:
    """The command of this name, as `pai` would call it."""
    context = click.Context(pai, info_name="pai")
    for word in name.split():
        assert isinstance(context.command, click.Group)
        found = context.command.get_command(context, word)
        assert found is not None, name
        context = click.Context(found, info_name=word, parent=context)
    return context


def _key(name: str) -> str:
    return f"help.{name.replace(' ', '.')}"


def _parameters(of: click.Command, context: click.Context, language: str) -> str:
    rows = [
        (f"`{cell(typed)}`", cell(_meaning(context, each, language))) for typed, each in _typed(of, context)
    ]
    return table(_HEAD[language], rows)


def _typed(of: click.Command, context: click.Context) -> list[tuple[str, click.Parameter]]:
    typed: list[tuple[str, click.Parameter]] = []
    for each in of.get_params(context):
        if isinstance(each, click.Argument):
            typed.append((each.make_metavar(context), each))
        else:
            flag = isinstance(each, click.Option) and each.is_flag
            typed.append((", ".join(each.opts) + ("" if flag else f" {each.make_metavar(context)}"), each))
    return typed


def _meaning(context: click.Context, parameter: click.Parameter, language: str) -> str:
    name = parameter.opts[-1].lstrip("-").replace("-", "_")
    own = f"help.{key_of(context)}.{name}"
    return _text(own if own in catalogue(language) else f"help.option.{name}", language)


def _text(code: str, language: str) -> str:
    return catalogue(language)[code]["text"]
