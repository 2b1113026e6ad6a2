"""`pai storage …`: the folders of the machine that jobs can mount."""

import sys
from collections.abc import Sequence

import click
from rich.table import Column, Table
from rich.text import Text

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.language import say
from openpai.cli.output import console, line, one_line, print_json, warn
from openpai.cli.speaking import SpeakingCommand, json_option
from openpai.client.replies import Storage


@click.command(cls=SpeakingCommand)
@click.option("--all", is_flag=True)
@json_option
@click.pass_obj
def list(target: Target, all: bool, as_json: bool) -> None:
    reply = ask(target, lambda client: client.storages(all=all))
    if as_json:
        print_json(reply)
        return
    for problem in reply["problems"]:
        warn(problem["message"], problem.get("fix"))
    if not reply["storages"]:
        line(say("storage.none"), error=True)
        return
    console(sys.stdout).print(_table(reply["storages"], with_groups=all))
    for storage in reply["storages"]:
        if storage["problem"]:
            warn(storage["problem"]["message"], storage["problem"].get("fix"))


def _table(storages: Sequence[Storage], *, with_groups: bool) -> Table:
    names = ["name", "mount_path", "access", "users", "state", *(["granted"] if with_groups else [])]
    table = Table(
        *(Column(say(f"storage.column.{name}"), overflow="fold") for name in names),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="bold",
    )
    for storage in storages:
        table.add_row(*_row(storage))
    return table


def _row(storage: Storage) -> Sequence[Text]:
    default = f" ({say('storage.default')})" if storage["default"] else ""
    gone = storage["problem"] is not None
    groups = storage["groups"]
    granted = [] if groups is None else [Text(one_line(", ".join(groups)) or say("storage.everybody"))]
    return [
        Text(one_line(storage["name"]) + default),
        Text(one_line(storage["mountPath"])),
        Text(say("storage.read_only" if storage["readOnly"] else "storage.read_write")),
        Text(say("storage.shared" if storage["share"] else "storage.apart")),
        Text(say("storage.gone" if gone else "storage.there"), style="yellow" if gone else "green"),
        *granted,
    ]
