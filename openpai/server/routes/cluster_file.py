"""The cluster file: what it says, what another one would mean, and the change to that. For admins."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from pydantic import Field

from openpai.cluster.compare import compare
from openpai.cluster.described import Described
from openpai.cluster.standing import Standing
from openpai.cluster.warnings import unknown_groups, warnings_on
from openpai.errors import Problem
from openpai.messages import message
from openpai.server.auth import User, must_be_admin
from openpai.server.bodies import JsonBody, read_json
from openpai.server.cluster_shapes import ClusterFileReply, TrialReply
from openpai.server.cluster_view import difference, effect
from openpai.server.replies import Language, json_reply, problem_reply
from openpai.server.services import Given, Services

router = APIRouter(tags=["cluster"])


class ClusterFileBody(JsonBody):
    """The text of a cluster file, in YAML or JSON."""

    config: str = Field(min_length=1)


_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": ClusterFileBody.model_json_schema()}},
    }
}


@router.get("/cluster/file", response_model=ClusterFileReply)
async def show_file(services: Given, user: User, language: Language) -> Response:
    """The cluster file as it is, and what is wrong with it. For an admin."""
    must_be_admin(user)
    standing = await services.controller.standing()
    warnings = await _warnings(services, standing.described, standing)
    reply = ClusterFileReply(
        path=str(services.cluster.path),
        config=services.cluster.text(),
        problems=[problem_reply(problem, language) for problem in services.cluster.problems],
        warnings=[problem_reply(problem, language) for problem in warnings],
    )
    return json_reply(reply)


@router.post("/cluster/file/check", response_model=TrialReply, openapi_extra=_BODY)
async def check_file(request: Request, services: Given, user: User, language: Language) -> Response:
    """What another cluster file would mean for every virtual cluster and every live job. Nothing changes. For an
    admin."""
    must_be_admin(user)
    text = (await read_json(request, ClusterFileBody)).config.encode()
    return json_reply(await _trial(services, text, language, applied=False))


@router.put("/cluster/file", response_model=TrialReply, openapi_extra=_BODY)
async def apply_file(request: Request, services: Given, user: User, language: Language) -> Response:
    """Make a text the cluster file. It counts at once, and no job that runs is ended. For an admin."""
    must_be_admin(user)
    text = (await read_json(request, ClusterFileBody)).config.encode()
    reply = await _trial(services, text, language, applied=True)
    services.cluster.write(text)
    services.controller.wake()
    return json_reply(reply)


async def _trial(services: Services, text: bytes, language: str, *, applied: bool) -> TrialReply:
    standing = await services.controller.standing()
    described = services.cluster.check(text, standing.nodes, standing.machines)
    found = await services.controller.effect(described)
    warnings = await _warnings(services, described, standing)
    code = "ReplyClusterFileApplied" if applied else "ReplyClusterFileChecked"
    return TrialReply(
        status=200,
        message=message(code, {"path": str(services.cluster.path)}, language).text,
        applied=applied,
        difference=difference(compare(standing.described, described)),
        effect=effect(found, await services.controller.outlook()),
        warnings=[problem_reply(problem, language) for problem in warnings],
    )


async def _warnings(services: Services, described: Described, standing: Standing) -> Sequence[Problem]:
    groups = frozenset(group.name for group in await services.groups.all())
    return [*warnings_on(described.cluster, standing.nodes), *unknown_groups(described.groups, groups)]
