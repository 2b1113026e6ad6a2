"""Pulls under way, and room on the disk: what was removed to make it, and what would be."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from openpai.controller.asked_pulls import ImagePull
from openpai.controller.image_keeper import HeldImage
from openpai.images.disk.cleaning import CleaningPlan
from openpai.images.disk.room import ImageDisk
from openpai.images.facts import LocalImage
from openpai.images.reference import parse_reference
from openpai.messages import message
from openpai.server.auth import User, must_be_admin
from openpai.server.bodies import JsonBody, read_json
from openpai.server.image_disk_shapes import (
    CleaningReply,
    DiskReply,
    HeldImageReply,
    HeldImages,
    ImagePullReply,
    ImagePulls,
    JobName,
    KeptImage,
    PullAccepted,
    RemovedImage,
    RemovedImages,
)
from openpai.server.replies import Language, json_reply, told
from openpai.server.services import Given
from openpai.store.image_uses import Removed

router = APIRouter(tags=["images"])


class PullImage(JsonBody):
    """An image to pull now."""

    image: str = Field(min_length=1, max_length=1000)


_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": PullImage.model_json_schema()}},
    }
}


@router.get("/images/pulls", response_model=ImagePulls)
async def list_pulls(services: Given, user: User, language: Language) -> Response:
    """All pulls that run or wait, those that failed, and those that an admin had made within the last hour."""
    return json_reply(ImagePulls(data=[_pull(pull, language) for pull in services.keeper.pulls()]))


@router.post("/images/pull", status_code=202, response_model=PullAccepted, openapi_extra=_BODY)
async def pull_image(request: Request, services: Given, user: User, language: Language) -> Response:
    """Have an image pulled, in the background, with the log-in that counts for everyone. For an admin."""
    must_be_admin(user)
    body = await read_json(request, PullImage)
    reference = parse_reference(body.image)
    services.keeper.pull(reference)
    text = message("ReplyImagePull", {"image": str(reference)}, language).text
    return json_reply(PullAccepted(status=202, message=text, image=str(reference)), 202)


@router.get("/images/disk", response_model=HeldImages)
async def list_held(services: Given, user: User, language: Language) -> Response:
    """The images on the disk: how large, who needs them, and which of them cleaning would leave."""
    held = await services.keeper.held(services.controller.images() or {})
    policy = services.keeper.policy
    reply = HeldImages(
        disk=_disk(held.disk) if held.disk else None,
        highPercent=policy.high_percent,
        lowPercent=policy.low_percent,
        data=[_held(each, language) for each in held.images],
    )
    return json_reply(reply)


@router.get("/images/removals", response_model=RemovedImages)
async def list_removals(
    services: Given,
    user: User,
    language: Language,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """The images that were removed to make room, the latest first."""
    count, removed = await services.keeper.removals(offset, limit)
    return json_reply(RemovedImages(totalCount=count, data=[_removed(each, language) for each in removed]))


@router.post("/images/clean", response_model=CleaningReply)
async def clean_images(
    services: Given,
    user: User,
    language: Language,
    dryRun: bool = False,
) -> Response:
    """Remove now what the disk policy removes; with `dryRun`, only tell what that would be. For an admin."""
    must_be_admin(user)
    policy = services.keeper.policy
    reply = CleaningReply(
        dryRun=dryRun,
        highPercent=policy.high_percent,
        lowPercent=policy.low_percent,
        before=None,
        after=None,
        removed=[],
        kept=[],
    )
    if dryRun:
        return json_reply(_planned(reply, await services.keeper.plan(), language))
    cleaned = await services.keeper.clean()
    if cleaned is not None:
        removed = [_removed(each, language) for each in cleaned.removed]
        disks = {"before": _disk(cleaned.before), "after": _disk(cleaned.after)}
        reply = reply.model_copy(update={**disks, "removed": removed})
    return json_reply(reply)


def _planned(reply: CleaningReply, plan: CleaningPlan | None, language: str) -> CleaningReply:
    if plan is None:
        return reply
    removed = [
        RemovedImage(
            image=removal.image.id,
            names=_names(removal.image),
            sizeBytes=removal.image.size_bytes,
            usedTime=removal.used_at,
            removedTime=None,
            reason=told(removal.reason, {}, language),
        )
        for removal in plan.removals
    ]
    kept = [
        KeptImage(
            image=kept.image.id,
            names=_names(kept.image),
            sizeBytes=kept.image.size_bytes,
            reason=told(kept.reason, {}, language),
        )
        for kept in plan.kept
    ]
    disks = {"before": _disk(plan.disk), "after": _disk(plan.disk_after)}
    return reply.model_copy(update={**disks, "removed": removed, "kept": kept})


def _pull(pull: ImagePull, language: str) -> ImagePullReply:
    progress, problem = pull.progress, pull.problem
    return ImagePullReply(
        image=str(pull.image),
        by=pull.by,
        state=pull.state,
        since=pull.since,
        doneBytes=progress.done_bytes if progress else 0,
        totalBytes=progress.total_bytes if progress else 0,
        layersDone=progress.layers_done if progress else 0,
        layersTotal=progress.layers_total if progress else 0,
        bytesPerSecond=progress.bytes_per_second if progress else 0,
        remainingSeconds=progress.remaining_s if progress else None,
        reason=told(problem.code, problem.params, language) if problem else None,
        againTime=pull.again_at,
    )


def _held(held: HeldImage, language: str) -> HeldImageReply:
    users = [full_name.split("~", 1) for full_name in held.jobs]
    return HeldImageReply(
        image=held.image.id,
        names=_names(held.image),
        sizeBytes=held.image.size_bytes,
        createdTime=held.image.created_at,
        usedTime=held.used_at,
        stays=told(held.stays, {}, language) if held.stays else None,
        jobs=[JobName(username=username, name=name) for username, name in users],
    )


def _removed(removed: Removed, language: str) -> RemovedImage:
    return RemovedImage(
        image=removed.image_id,
        names=list(removed.names),
        sizeBytes=removed.size_bytes,
        usedTime=removed.used_at,
        removedTime=removed.at,
        reason=told(removed.reason, {}, language),
    )


def _disk(disk: ImageDisk) -> DiskReply:
    return DiskReply(
        totalBytes=disk.total_bytes, freeBytes=disk.free_bytes, usedPercent=round(disk.used_percent, 1)
    )


def _names(image: LocalImage) -> list[str]:
    return list(image.names or image.digests)
