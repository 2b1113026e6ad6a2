"""Which part is made by what. A part is named `SUBJECT` or `SUBJECT:DETAIL` in the pages."""

from collections.abc import Callable, Mapping

from docs.make.commands import command, everywhere, overview
from docs.make.ends import ends, read_in_outputs
from docs.make.faults import faults
from docs.make.house import rooms
from docs.make.image_table import image_table
from docs.make.job_fields import fields
from docs.make.refusals import refusals
from docs.make.settings_table import settings_rows
from docs.make.state_charts import chart
from docs.make.variables import frameworks, variables

_MAKERS: Mapping[str, Callable[[str, str], str]] = {
    "rooms": lambda _detail, _language: rooms(),
    "states": lambda detail, _language: chart(detail),
    "fields": fields,
    "commands": lambda _detail, language: overview(language),
    "options": lambda _detail, language: everywhere(language),
    "command": command,
    "variables": lambda _detail, language: variables(language),
    "frameworks": lambda _detail, language: frameworks(language),
    "images": image_table,
    "refusals": refusals,
    "settings": lambda _detail, language: settings_rows(language),
    "faults": faults,
    "ends": lambda _detail, language: ends(language),
    "outputs": lambda _detail, language: read_in_outputs(language),
}


def part(name: str, language: str) -> str:
    """The Markdown of the part of this name. `KeyError` if there is none."""
    subject, _, detail = name.partition(":")
    return _MAKERS[subject](detail, language)
