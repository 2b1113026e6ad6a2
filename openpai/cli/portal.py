"""`pai portal`: the way into the portal for who is at this command line."""

import click

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.output import print_json
from openpai.cli.speaking import SpeakingCommand, json_option
from openpai.client import Client
from openpai.client.connection import Connection


@click.command(cls=SpeakingCommand)
@json_option
@click.pass_obj
def portal(target: Target, as_json: bool) -> None:
    link = ask(target, lambda client: client.sign_in_link())
    if as_json:
        print_json({"url": link})
    else:
        print(link)


async def sign_in_link(server: Connection) -> str:
    """An address that signs a browser in as the user of this connection, once."""
    async with Client(server.url, server.token) as client:
        return await client.sign_in_link()
