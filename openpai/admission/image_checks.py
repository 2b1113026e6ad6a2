"""The checks of a job's images: is there such a thing, may it be pulled, does it run here? Pure."""

from collections.abc import Iterable

from openpai.admission.facts import Facts, ImageFacts
from openpai.admission.verdict import Verdict
from openpai.errors import PaiError, Params, Problem
from openpai.images.cuda.fit import preflight
from openpai.images.cuda.needs import Needs
from openpai.images.facts import LocalImage, Look, RemoteImage
from openpai.images.inspector import Inspected, lock_of
from openpai.images.kept import keep
from openpai.images.lock import Lock
from openpai.images.reference import parse_reference
from openpai.protocol.findings import Path
from openpai.protocol.job import Job
from openpai.protocol.prerequisites import DockerImage
from openpai.runtime.demand import nodes_for

ABOUT_THE_LOGIN = frozenset({
    "ImageAuthFailed", "ImageNeedsAuth", "ImageForbidden", "ImageTokenExpired", "RegistryUriElsewhere",
})  # fmt: skip
"""Problems that are mended in `auth` rather than in the image's name."""


def image_verdicts(job: Job, facts: Facts) -> Iterable[Verdict]:
    """The verdicts on every image that a role uses."""
    for image in {image.name: image for image in map(job.role_image, job.task_roles)}.values():
        yield from _image(image, ("prerequisites", job.prerequisites.index(image)), facts)


def _image(image: DockerImage, path: Path, facts: Facts) -> Iterable[Verdict]:
    try:
        parse_reference(image.uri)
    except PaiError as error:
        yield Verdict.of("image-reference", "fail", error.first, (*path, "uri"))
        return
    found = facts.images[image.name]
    yield from inspected_verdicts(found.inspected, path, has_auth=image.auth is not None)
    yield from room_verdicts(found, (*path, "uri"))
    yield from _moved(found, (*path, "uri"))


def inspected_verdicts(found: Inspected, path: Path = (), *, has_auth: bool = False) -> Iterable[Verdict]:
    """What is to be said of one image. `path`: of its prerequisite, which has an `auth` or not."""
    uri: Path = (*path, "uri")
    look = found.look
    if look is None:
        yield _made_here(found, uri)
        return
    for problem in look.warnings:
        yield Verdict.of("image-login", "warn", problem, _place(problem, path, has_auth))
    if look.image is not None:
        yield _seen(found, look, look.image, uri)
    elif look.problem is not None and found.local is not None and _lets_use_what_is_here(look):
        params = {**_named(found), "registry": found.reference.registry, "cause": look.problem.code}
        yield Verdict("image", "warn", "ImageHereUnchecked", {**look.problem.params, **params}, uri)
    elif look.problem is not None:
        place = _place(look.problem, path, has_auth)
        yield Verdict.of("image", "fail" if look.certain else "warn", look.problem, place)


def _made_here(found: Inspected, path: Path) -> Verdict:
    if found.local is None:
        gone = {"image": str(found.reference), "image_id": found.lock.image_id if found.lock else ""}
        return Verdict("image", "fail", "LocalImageGone", gone, path)
    params = {**_named(found), "size_mb": _mb(found.local.size_bytes), "id": _short(found.local)}
    return Verdict("image", "pass", "ImageMadeHere", params, path)


def _seen(found: Inspected, look: Look, image: RemoteImage, path: Path) -> Verdict:
    params = {
        **_named(found),
        "digest": image.digest,
        "download_mb": _mb(image.download_bytes),
        "layers": len(image.layer_bytes),
        "elapsed_ms": look.elapsed_ms,
    }
    return Verdict("image", "pass", "ImageSeenHere" if found.here else "ImageSeen", params, path)


def _lets_use_what_is_here(look: Look) -> bool:
    """Whether an image that was pulled before may be used: nobody said no, or only its tag is gone."""
    assert look.problem is not None
    return not look.certain or look.problem.code == "ImageTagNotFound"


def room_verdicts(found: ImageFacts, path: Path = ()) -> Iterable[Verdict]:
    """Is there, or would there be after a clean-up, room for an image that must be pulled?"""
    if found.room is not None and not found.room.fits_when_cleaned:
        problem = found.room.problem(found.inspected.reference.canonical)
        yield Verdict.of("image-room", "fail", problem, path)


def driver_verdicts(job: Job, facts: Facts) -> Iterable[Verdict]:
    """Does each image run on the drivers and GPUs that there are? A role without GPUs is not asked about."""
    if not any(
        machine.gpus for machine in facts.machines
    ):  # then no task with GPUs fits, which is told as that
        return
    for name, role in job.task_roles.items():
        found, gpu = facts.images.get(role.docker_image), role.resource_per_instance.gpu
        if found is None or gpu <= 0:
            continue
        path: Path = ("taskRoles", name, "dockerImage")
        result = preflight(str(found.inspected.reference), needs(found), facts.machines, gpu)
        yield from (Verdict.of("driver-fit", "warn", problem, path) for problem in result.warnings)
        if result.refusal is not None:
            yield Verdict.of("driver-fit", "fail", result.refusal, path)
        elif not result.warnings and needs(found) is not None:
            yield Verdict("driver-fit", "pass", "ImageFits", {"image": str(found.inspected.reference)}, path)


def nodes_of_roles(job: Job, facts: Facts) -> dict[str, frozenset[str]]:
    """Role → the nodes that its image binds it to."""
    known = {job.images[name].uri: needs(found) for name, found in facts.images.items()}
    return nodes_for(job, known, facts.machines)


def needs(found: ImageFacts) -> Needs | None:
    """What an image needs of a machine with GPUs."""
    return keep(Lock(), found.inspected.config, found.entry).needs


def _moved(found: ImageFacts, path: Path) -> Iterable[Verdict]:
    """A clone keeps the image of the job that it was cloned from; it says when the tag names another by now."""
    held, now = lock_of(found.inspected), lock_of(found.now) if found.now else None
    if held is None or now is None or held == now:
        return
    params = {
        "image": str(found.inspected.reference),
        "locked": held.digest or held.image_id,
        "now": now.digest or now.image_id,
    }
    yield Verdict("image-lock", "warn", "ImageTagMoved", params, path)


def _place(problem: Problem, path: Path, has_auth: bool) -> Path:
    return (*path, "auth") if has_auth and problem.code in ABOUT_THE_LOGIN else (*path, "uri")


def _named(found: Inspected) -> Params:
    return {"image": found.reference.canonical}


def _short(local: LocalImage) -> str:
    return local.id.removeprefix("sha256:")[:12]


def _mb(size: int) -> int:
    return -(-size // 1_000_000)
