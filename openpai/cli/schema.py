"""`pai schema`: the JSON Schema of the job file, for editors."""

import click

from openpai.cli.language import language
from openpai.cli.output import to_json
from openpai.cli.speaking import SpeakingCommand
from openpai.protocol.schema import json_schema


@click.command(cls=SpeakingCommand)
def schema() -> None:
    print(to_json(json_schema(language()), indent=2))
