"""`cmd`: commands of the user around those of the role."""

from openpai.protocol.plugins import Cmd
from openpai.runtime.plugins.part import Part


def cmd_part(parameters: Cmd, *, ignores_failure: bool) -> Part:
    """The commands of each event, as they were written."""
    before, after, finally_ = (
        "\n".join(parameters.at(event)) for event in ("taskStarts", "taskSucceeds", "taskFinishes")
    )
    return Part("cmd", before, after, finally_, ignores_failure=ignores_failure)
