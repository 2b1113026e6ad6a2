"""`pai image check`: what the registry says of an image, before any job waits for it."""

import getpass
import sys

import click

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.dry_run import tell_verdict
from openpai.cli.exits import ExitCode
from openpai.cli.language import say
from openpai.cli.output import line, print_json
from openpai.cli.speaking import SpeakingCommand, json_option
from openpai.cli.units import size
from openpai.client.replies import ImageCheck


@click.command(cls=SpeakingCommand)
@click.argument("image", metavar="IMAGE")
@click.option("--username", metavar="USER")
@click.option("--password-stdin", is_flag=True)
@click.option("--registry", metavar="REGISTRY")
@json_option
@click.pass_obj
def check(
    target: Target,
    image: str,
    username: str | None,
    password_stdin: bool,
    registry: str | None,
    as_json: bool,
) -> int:
    password = _password(username, from_stdin=password_stdin)
    reply = ask(
        target,
        lambda client: client.check_image(image, username=username, password=password, registryuri=registry),
    )
    if as_json:
        print_json(reply)
    else:
        _show(reply)
    return ExitCode.DONE if reply["ok"] else ExitCode.USAGE


def _password(username: str | None, *, from_stdin: bool) -> str | None:
    """From standard input, or asked for where somebody is there to answer; None: the one that is stored."""
    if from_stdin:
        return sys.stdin.read().rstrip("\r\n")
    if username is not None and sys.stdin.isatty():
        return getpass.getpass(f"{say('image.password', username=username)}: ") or None
    return None


def _show(reply: ImageCheck) -> None:
    line(reply["image"], "bold")
    for verdict in reply["verdicts"]:
        tell_verdict(verdict)
    if source := reply.get("credentialSource"):
        line(f"  {say('image.login', source=say(f'image.source.{source}'))}")
    if (limit := reply.get("rateLimit")) and limit["remaining"] is not None:
        line(f"  {say('image.rate', remaining=limit['remaining'], limit=limit['limit'] or '?')}")
    if reply["downloadBytes"] is not None and not reply["onThisMachine"]:
        line(f"  {say('image.download', size=size(reply['downloadBytes']), layers=reply['layers'] or 0)}")
    for fit in reply["machines"]:
        mark, style = ("✓", "green") if fit["runs"] else ("✗", "yellow")
        reason = f": {fit['reason']['message']}" if fit["reason"] else ""
        line(f"  {mark} {say('image.machine', machine=fit['machine'])}{reason}", style)
