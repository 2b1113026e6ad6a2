"""`pai group …`: the groups whose users share what the group has."""

import sys
from collections.abc import Sequence

import click
from rich.table import Column, Table
from rich.text import Text

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.language import say, usage_fault
from openpai.cli.output import console, line, one_line, print_json
from openpai.cli.speaking import SpeakingCommand, json_option


@click.command(cls=SpeakingCommand)
@click.argument("group", required=False, metavar="[GROUP]")
@json_option
@click.pass_obj
def list(target: Target, group: str | None, as_json: bool) -> None:
    if group is None:
        _list_groups(target, as_json)
    else:
        _list_members(target, group, as_json)


@click.command(cls=SpeakingCommand)
@click.argument("group", metavar="GROUP")
@click.argument("user", required=False, metavar="[USER]")
@click.option("--description", metavar="TEXT", default="")
@click.pass_obj
def add(target: Target, group: str, user: str | None, description: str) -> None:
    if user is None:
        done = ask(target, lambda client: client.add_group(group, description))
    elif description:
        raise usage_fault("group.description_of_user")
    else:
        done = ask(target, lambda client: client.join_group(group, user))
    line(done["message"])


@click.command(cls=SpeakingCommand)
@click.argument("group", metavar="GROUP")
@click.argument("user", required=False, metavar="[USER]")
@click.pass_obj
def remove(target: Target, group: str, user: str | None) -> None:
    if user is None:
        done = ask(target, lambda client: client.remove_group(group))
    else:
        done = ask(target, lambda client: client.leave_group(group, user))
    line(done["message"])


def _list_groups(target: Target, as_json: bool) -> None:
    groups = ask(target, lambda client: client.groups())
    if as_json:
        print_json(groups)
    elif not groups:
        line(say("group.none"), error=True)
    else:
        _show(("name", "description"), [(each["groupname"], each["description"]) for each in groups])


def _list_members(target: Target, group: str, as_json: bool) -> None:
    members = ask(target, lambda client: client.members(group))
    if as_json:
        print_json(members)
    elif not members:
        line(say("group.empty", group=group), error=True)
    else:
        rows = [(each["username"], say("group.yes") if each["clusterAdmin"] else "") for each in members]
        _show(("member", "admin"), rows)


def _show(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(
        *(Column(say(f"group.column.{name}"), overflow="fold") for name in columns),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="bold",
    )
    for row in rows:
        table.add_row(*(Text(one_line(text)) for text in row))
    console(sys.stdout).print(table)
