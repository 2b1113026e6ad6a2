"""A check of one image by its name, without a job: what submission would find of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from openpai.admission.facts import ImageFacts, Sources, room_for
from openpai.admission.image_checks import inspected_verdicts, needs, room_verdicts
from openpai.admission.verdict import Verdict
from openpai.errors import NoContact, PaiError
from openpai.images.catalogue.entries import find_image
from openpai.images.credentials.credential import Credential
from openpai.images.cuda.fit import Fit, preflight
from openpai.images.cuda.machine import Machine
from openpai.images.inspector import Inspected
from openpai.images.reference import parse_reference


@dataclass(frozen=True, slots=True)
class ImageReport:
    """The verdicts, and what was found out; `inspected` is None where the name cannot be one. `fits`: whether a task
    with GPUs runs on each machine that has some; empty for an image that has no CUDA."""

    name: str
    inspected: Inspected | None
    verdicts: Sequence[Verdict]
    fits: Sequence[Fit] = ()


async def check_image(sources: Sources, username: str, name: str, given: Credential | None) -> ImageReport:
    """Look at the image now, whatever was found a moment ago: who asks has just changed something."""
    try:
        reference = parse_reference(name)
    except PaiError as error:
        return ImageReport(name, None, [Verdict.of("image-reference", "fail", error.first, ("image",))])
    inspected = await sources.inspect(username, reference, given, fresh=True)
    entry = find_image(reference, sources.catalogue())
    found = ImageFacts(inspected, entry, await room_for(inspected, sources.room))
    verdicts = [*inspected_verdicts(inspected, has_auth=given is not None), *room_verdicts(found)]
    machines = [machine for machine in await _machines(sources) if machine.gpus]
    wanted = needs(found)
    fits = preflight(str(reference), wanted, machines, 1).fits if wanted else ()
    return ImageReport(name, inspected, verdicts, fits)


async def _machines(sources: Sources) -> Sequence[Machine]:
    try:
        return await sources.machines()
    except NoContact:
        return ()
