"""A check of one image by its name, without a job: what submission would find of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from openpai.admission.facts import Inspect
from openpai.admission.image_checks import inspected_verdicts
from openpai.admission.verdict import Verdict
from openpai.errors import PaiError
from openpai.images.credential import Credential
from openpai.images.inspector import Inspected
from openpai.images.reference import parse_reference


@dataclass(frozen=True, slots=True)
class ImageReport:
    """The verdicts, and what was found out; `inspected` is None where the name cannot be one."""

    name: str
    inspected: Inspected | None
    verdicts: Sequence[Verdict]


async def check_image(inspect: Inspect, username: str, name: str, given: Credential | None) -> ImageReport:
    """Look at the image now, whatever was found a moment ago: who asks has just changed something."""
    try:
        reference = parse_reference(name)
    except PaiError as error:
        return ImageReport(name, None, [Verdict.of("image-reference", "fail", error.first, ("image",))])
    found = await inspect(username, reference, given, fresh=True)
    return ImageReport(name, found, list(inspected_verdicts(found, has_auth=given is not None)))
