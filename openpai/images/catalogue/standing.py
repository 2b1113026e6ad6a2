"""Whether a job can use an image of the catalogue here, and if not, why not. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from openpai.errors import Problem
from openpai.images.catalogue.entries import CatalogueImage
from openpai.images.cuda.fit import Preflight, preflight
from openpai.images.cuda.machine import Machine
from openpai.images.cuda.needs import needs_of
from openpai.images.facts import LocalImage


@dataclass(frozen=True, slots=True)
class Standing:
    """`runs`: a job with it would start. `reasons`: why not, or what speaks against it."""

    runs: bool
    reasons: tuple[Problem, ...] = ()


def standing(
    entry: CatalogueImage,
    local: LocalImage | None,
    machines: Sequence[Machine],
    unreachable: Problem | None,
) -> Standing:
    """How an image stands here. `unreachable`: why its registry cannot be asked, where it cannot."""
    fits = _fits(entry, local, machines)
    reasons = (*_not_to_be_had(entry, local, unreachable), *((fits.refusal,) if fits.refusal else ()))
    return Standing(not reasons, (*reasons, *fits.warnings))


def _fits(entry: CatalogueImage, local: LocalImage | None, machines: Sequence[Machine]) -> Preflight:
    if entry.kind == "cpu":
        return Preflight()
    needs = needs_of(local.config if local else None, entry.cuda, entry.min_driver)
    return preflight(str(entry.reference), needs, machines, 1)


def _not_to_be_had(
    entry: CatalogueImage, local: LocalImage | None, unreachable: Problem | None
) -> tuple[Problem, ...]:
    if local is not None or (unreachable is None and entry.recipe is None):
        return ()
    params = {"image": str(entry.reference), "recipe": entry.recipe or ""}
    if entry.recipe is not None:
        return (Problem("ImageToBeBuilt", params),)
    return (unreachable,) if unreachable else ()
