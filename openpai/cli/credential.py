"""`pai credential …`: the log-ins for registries that the server keeps. A password is read or asked for, never typed
as an option: every user of the machine can see those."""

import getpass
import sys
from collections.abc import Sequence

import click
from rich.table import Column, Table
from rich.text import Text

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.given import STDIN, read_text
from openpai.cli.language import say, usage_fault
from openpai.cli.output import console, line, one_line, print_json
from openpai.cli.speaking import SpeakingCommand, json_option
from openpai.cli.units import moment
from openpai.client.replies import StoredCredential


@click.command(cls=SpeakingCommand)
@json_option
@click.pass_obj
def list(target: Target, as_json: bool) -> None:
    found = ask(target, lambda client: client.credentials())
    if as_json:
        print_json(found)
    elif not found:
        line(say("credential.none"), error=True)
    else:
        console(sys.stdout).print(_table(found))


@click.command(cls=SpeakingCommand)
@click.argument("registry", metavar="REGISTRY")
@click.option("--username", required=True, metavar="USER")
@click.option("--password-stdin", is_flag=True)
@click.option("--group", metavar="GROUP")
@click.option("--default", is_flag=True)
@click.pass_obj
def set(
    target: Target, registry: str, username: str, password_stdin: bool, group: str | None, default: bool
) -> None:
    _check_owner(group, default)
    password = _password(registry, username, from_stdin=password_stdin)
    done = ask(
        target,
        lambda client: client.set_credential(registry, username, password, group=group, default=default),
    )
    line(done["message"])


@click.command(cls=SpeakingCommand)
@click.argument("registry", metavar="REGISTRY")
@click.option("--group", metavar="GROUP")
@click.option("--default", is_flag=True)
@click.pass_obj
def remove(target: Target, registry: str, group: str | None, default: bool) -> None:
    _check_owner(group, default)
    done = ask(target, lambda client: client.remove_credential(registry, group=group, default=default))
    line(done["message"])


def _check_owner(group: str | None, default: bool) -> None:
    if group is not None and default:
        raise usage_fault("credential.one_owner")


def _password(registry: str, username: str, *, from_stdin: bool) -> str:
    """All of standard input but the end of its line, or what a person types when asked."""
    password = ""
    if from_stdin:
        password = read_text(STDIN).removesuffix("\n").removesuffix("\r")
    elif sys.stdin.isatty():
        asked = say("credential.password", username=one_line(username), registry=one_line(registry))
        password = getpass.getpass(f"{asked}: ")
    if not password:
        raise usage_fault("credential.no_password", registry=registry, username=username)
    return password


def _table(found: Sequence[StoredCredential]) -> Table:
    columns = [say(f"credential.column.{name}") for name in ("registry", "username", "owner", "updated")]
    table = Table(
        *(Column(title, overflow="fold") for title in columns),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="bold",
    )
    for each in found:
        owner = say(f"credential.owner.{each['scope']}", name=each["owner"])
        shown = (each["registry"], each["username"], owner, moment(each["updatedTime"]))
        table.add_row(*(Text(one_line(text)) for text in shown))
    return table
