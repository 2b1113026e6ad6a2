"""The images of an engine: which are there, which are in use; having one, and removing one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from openpai.backends.contract import ReportPull
from openpai.backends.docker import translate
from openpai.backends.docker.engine import Engine, EngineError, segment
from openpai.backends.docker.fetched import fetched_name, is_fetched_name
from openpai.backends.docker.image_facts import listed_image, local_image
from openpai.backends.docker.info import EngineInfo
from openpai.backends.docker.load import Loader
from openpai.backends.docker.problems import engine_failed, image_gone
from openpai.backends.docker.pull import Pulls
from openpai.errors import TemporaryFailure
from openpai.images.credentials.credential import Credential
from openpai.images.facts import LocalImage
from openpai.images.reference import ImageReference, parse_reference
from openpai.runtime.container import ContainerPlan

_OUT_OF_REACH = frozenset({"RegistryUnreachable", "RegistryRateLimited"})


class Images:
    """The images of one engine. Raises as the contract's verbs."""

    def __init__(self, engine: Engine, info: EngineInfo) -> None:
        self._engine = engine
        self._loader = Loader(engine, info, self._layers)
        self.pulls = Pulls(engine, self._loader.load)

    async def close(self) -> None:
        """Cancel all pulls, wait for their ends, and let go of connections to registries."""
        await self.pulls.close()
        await self._loader.close()

    async def all(self) -> Sequence[LocalImage]:
        """All images, without their configurations."""
        entries = await self._call("list images", "GET", "/images/json", {"digests": "1"})
        return [listed_image(entry) for entry in entries]

    async def find(self, reference: str) -> LocalImage | None:
        """The image of that name, digest or id, with its configuration."""
        if is_fetched_name(reference):
            return None
        image = await self._known(reference)
        if image is None and "@" in reference and (name := fetched_name(parse_reference(reference))):
            return await self._known(name)
        return image

    async def _known(self, reference: str) -> LocalImage | None:
        """What the engine itself has under that name."""
        try:
            return local_image(await self._engine.call("GET", f"/images/{segment(reference)}/json"))
        except EngineError as error:
            # An older engine takes some names that a newer one knows for none.
            if error.status == 404 or "invalid reference format" in error.words:
                return None
            raise engine_failed(f"look at {reference}", error.words) from error

    async def in_use(self) -> frozenset[str]:
        """The ids of images that a container has, running or not."""
        entries = await self._call("list containers", "GET", "/containers/json", {"all": "1"})
        return frozenset(entry["ImageID"] for entry in entries)

    async def for_plan(self, plan: ContainerPlan, report: ReportPull) -> tuple[LocalImage, str]:
        """The plan's image, pulled where it must be, and the name to make a container from it by."""
        if plan.image_id:
            image = await self.find(plan.image_id)
            if image is None:
                raise image_gone(plan.image, plan.image_id)
            return image, image.id
        reference = translate.reference(plan.image)
        if plan.refresh and reference.digest is None:
            return await self._renewed(reference, plan.credential, report), str(reference)
        image = await self._here(reference) or await self.pull(reference, plan.credential, report)
        # To the engine, one that came from elsewhere, or was loaded, has not this digest in this repository.
        known = reference.digest is None or await self._known(str(reference)) is not None
        return image, str(reference) if known else image.id

    async def pull(
        self, reference: ImageReference, credential: Credential | None, report: ReportPull
    ) -> LocalImage:
        """Have the image pulled; one with a digest that is here is not."""
        image = await self._here(reference) if reference.digest else None
        if image is None:
            await self.pulls.pull(reference, credential, report)
            image = await self.find(str(reference))
        if image is None:
            raise engine_failed(f"pull {reference}", "the pull ended well, and yet the image is not there")
        if reference.tag and reference.digest and not image.names:
            await self._name(image, str(replace(reference, tag=None, digest=None)), reference.tag)
            return await self.find(image.id) or image
        return image

    async def remove(self, image_id: str) -> None:
        """Remove an image under all its names. Forced, since one of several names needs that; so whether a
        container has it is asked before."""
        if image_id in await self.in_use():
            raise engine_failed(f"remove {image_id}", "a container has this image")
        try:
            await self._engine.call("DELETE", f"/images/{segment(image_id)}", params={"force": "1"})
        except EngineError as error:
            if error.status != 404:
                raise engine_failed(f"remove {image_id}", error.words) from error

    async def _renewed(
        self, reference: ImageReference, credential: Credential | None, report: ReportPull
    ) -> LocalImage:
        """What the tag names now; what is here where the registry cannot be asked."""
        try:
            return await self.pull(reference, credential, report)
        except TemporaryFailure as error:
            here = await self.find(str(reference)) if error.first.code in _OUT_OF_REACH else None
            if here is None:
                raise
            return here

    async def _here(self, reference: ImageReference) -> LocalImage | None:
        """What the reference names; by its digest also what came from another repository: it is the same."""
        image = await self.find(str(reference))
        if image is None and reference.digest:
            others = (
                i for i in await self.all() if any(d.endswith(f"@{reference.digest}") for d in i.digests)
            )
            other = next(others, None)
            image = await self.find(other.id) if other else None
        return image

    async def _layers(self) -> Sequence[Sequence[str]]:
        """The layers of each image that is here."""
        found = [await self.find(image.id) for image in await self.all()]
        return [image.config.diff_ids for image in found if image and image.config]

    async def _name(self, image: LocalImage, repository: str, tag: str) -> None:
        """Give an image that was pulled by its digest the tag it was asked for by, so that who lists images can
        tell what it is. A tag that exists stays where it is."""
        if await self.find(f"{repository}:{tag}") is None:
            path = f"/images/{segment(image.id)}/tag"
            await self._call(f"tag {image.id}", "POST", path, {"repo": repository, "tag": tag})

    async def _call(self, act: str, method: str, path: str, params: Mapping[str, str]) -> Any:
        try:
            return await self._engine.call(method, path, params=params)
        except EngineError as error:
            raise engine_failed(act, error.words) from error
