"""Images as a test says they are, for tests that are not about registries. Real looks: tests/images, tests/e2e."""

from dataclasses import replace

from openpai.errors import Problem
from openpai.images.credentials.credential import Credential
from openpai.images.cuda.machine import Machine
from openpai.images.facts import ImageConfig, LocalImage, Look, RemoteImage
from openpai.images.inspector import Inspected
from openpai.images.lock import Lock
from openpai.images.reference import ImageReference
from openpai.protocol.job import Job
from openpai.runtime.container import ContainerPlan
from tests.builders import NOW

BOX_MACHINE = Machine("box", "amd64")
CONFIG = ImageConfig("amd64")


def local(name: str = "busybox:latest", letter: str = "a", *digests: str) -> LocalImage:
    """An image on the machine; without digests, it was made there."""
    return LocalImage(f"sha256:{letter * 64}", (name,), digests, 4_000_000, NOW, CONFIG)


def remote(letter: str = "d", config: ImageConfig = CONFIG) -> RemoteImage:
    """An image of two layers in a registry, of a digest that is one letter over and over."""
    return RemoteImage(
        f"sha256:{letter * 64}", f"sha256:{letter * 64}", config, (3_000_000, 1_000_000), ("linux/amd64",)
    )


def seen(reference: ImageReference, letter: str = "d", config: ImageConfig = CONFIG) -> Inspected:
    """An image that its registry shows and this machine does not have."""
    return Inspected(reference, None, Look(reference, remote(letter, config), elapsed_ms=9), here=False)


async def all_made_here(
    username: str,
    reference: ImageReference,
    given: Credential | None = None,
    *,
    lock: Lock | None = None,
    fresh: bool = False,
) -> Inspected:
    """`facts.Inspect` on a machine that has every image, and where no registry is asked for any."""
    return Inspected(reference, local(str(reference)), None, here=True, credential=given, lock=lock)


async def nobody_reached(reference: ImageReference) -> Problem | None:
    """Every registry is out of reach."""
    params = {"image": str(reference), "registry": reference.registry, "detail": "out of reach"}
    return Problem("RegistryUnreachable", params)


async def nothing_known(
    username: str,
    reference: ImageReference,
    given: Credential | None = None,
    *,
    lock: Lock | None = None,
    fresh: bool = False,
) -> Inspected:
    """`facts.Inspect` where the image is not here and its registry is out of reach."""
    params = {"image": str(reference), "registry": reference.registry, "detail": "out of reach"}
    look = Look(reference, problem=Problem("RegistryUnreachable", params))
    return Inspected(reference, None, look, here=False, lock=lock)


async def one_machine() -> tuple[Machine, ...]:
    return (BOX_MACHINE,)


async def room_for_all(image: RemoteImage) -> None:
    """`facts.FindRoom` where nobody can see the disk."""


async def as_planned(username: str, job: Job, plan: ContainerPlan) -> ContainerPlan:
    """`prepare.Prepare` where every image is there."""
    return replace(plan, credential=None)
