"""`pai schema`: the JSON Schema of the job file, for editors."""

from openpai.cli.output import to_json
from openpai.protocol.schema import json_schema


def schema() -> None:
    print(to_json(json_schema(), indent=2))
