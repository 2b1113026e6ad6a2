"""Images: the catalogue with what runs here, and a look at any of them."""

from fastapi import APIRouter, Request, Response
from pydantic import Field

from openpai.admission.check_image import ImageReport
from openpai.images.catalogue.stock import StockItem
from openpai.images.credentials.credential import Credential
from openpai.images.cuda.fit import Fit
from openpai.images.cuda.machine import Machine
from openpai.images.facts import LocalImage, RateLimit
from openpai.messages import message
from openpai.server.auth import User
from openpai.server.bodies import JsonBody, read_json
from openpai.server.image_shapes import (
    ComponentReply,
    GpuReply,
    ImageCheck,
    ImageItem,
    ImageList,
    LocalImageReply,
    MachineFit,
    MachineReply,
    RateLimitReply,
)
from openpai.server.replies import Language, json_reply, problem_reply, told, verdict_reply
from openpai.server.services import Given

router = APIRouter(tags=["images"])


class CheckImage(JsonBody):
    """An image, and the log-in to look at it with; without one, the stored one that a job would get."""

    image: str = Field(min_length=1, max_length=1000)
    username: str = Field("", max_length=1000)
    password: str = Field("", repr=False)
    registryuri: str = Field("", max_length=1000)


_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": CheckImage.model_json_schema()}},
    }
}


@router.get("/images", response_model=ImageList)
async def list_images(services: Given, language: Language) -> Response:
    """The catalogue, what is on the machine of it, and whether each image runs here; then the other images."""
    stock = await services.shelf.stock()
    reply = ImageList(
        catalogue=[_item(item, language) for item in stock.items],
        others=[_local(image) for image in stock.others],
        machines=[_machine(machine) for machine in stock.machines],
        problems=[problem_reply(problem, language) for problem in stock.problems],
    )
    return json_reply(reply)


@router.post("/images/check", response_model=ImageCheck, openapi_extra=_BODY)
async def check_image(request: Request, services: Given, user: User, language: Language) -> Response:
    """Ask an image's registry for it now, as a submission would. Wrong log-ins are a verdict, not an error."""
    body = await read_json(request, CheckImage)
    parts = (body.username, body.password, body.registryuri)
    given = Credential(*parts) if any(parts) else None
    return json_reply(_report(await services.check_image(user.username, body.image, given), language))


def _report(report: ImageReport, language: str) -> ImageCheck:
    found = report.inspected
    image = found.look.image if found and found.look else None
    return ImageCheck(
        image=found.reference.canonical if found else report.name,
        ok=all(verdict.verdict != "fail" for verdict in report.verdicts),
        verdicts=[verdict_reply(verdict, language) for verdict in report.verdicts],
        digest=image.digest if image else None,
        downloadBytes=image.download_bytes if image else None,
        layers=len(image.layer_bytes) if image else None,
        platforms=list(image.platforms) if image else [],
        onThisMachine=bool(found and found.here),
        credentialSource=found.credential.source if found and found.credential else None,
        rateLimit=_rate_limit(image.rate_limit) if image and image.rate_limit else None,
        machines=[_fit(fit, language) for fit in report.fits],
    )


def _rate_limit(limit: RateLimit) -> RateLimitReply:
    return RateLimitReply(limit=limit.limit, remaining=limit.remaining, windowSeconds=limit.window_s)


def _fit(fit: Fit, language: str) -> MachineFit:
    reason = told(fit.code, fit.params, language) if fit.code else None
    return MachineFit(machine=fit.machine, runs=fit.ok, reason=reason)


def _item(item: StockItem, language: str) -> ImageItem:
    entry, local = item.entry, item.local
    return ImageItem(
        image=str(entry.reference),
        line=entry.line,
        framework=entry.framework,
        frameworkVersion=entry.framework_version,
        components=[ComponentReply(name=part.name, version=part.version) for part in entry.components],
        python=entry.python,
        kind=entry.kind,
        cuda=entry.cuda,
        minDriver=entry.min_driver,
        recipe=entry.recipe,
        notes=[message(code, {}, language).text for code in entry.notes],
        onThisMachine=local is not None,
        id=local.id if local else None,
        digest=local.digests[0].partition("@")[2] if local and local.digests else None,
        sizeBytes=local.size_bytes if local else None,
        runs=item.standing.runs,
        reasons=[told(problem.code, problem.params, language) for problem in item.standing.reasons],
    )


def _local(image: LocalImage) -> LocalImageReply:
    return LocalImageReply(
        id=image.id,
        names=list(image.names),
        digests=list(image.digests),
        sizeBytes=image.size_bytes,
        createdTime=image.created_at,
    )


def _machine(machine: Machine) -> MachineReply:
    return MachineReply(
        name=machine.name,
        architecture=machine.architecture,
        driver=machine.driver,
        gpus=[
            GpuReply(
                model=gpu.model,
                uuid=gpu.uuid,
                computeCapability=".".join(map(str, gpu.compute_capability)),
                memoryMB=gpu.memory_mb,
            )
            for gpu in machine.gpus
        ],
        described=machine.described,
    )
