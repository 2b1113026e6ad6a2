"""A job is handed in, or only looked at (`dryRun`); and what a job file looks like, for editors."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from openpai.admission.submit import Plan, Submission
from openpai.errors import PaiError
from openpai.messages import message
from openpai.protocol.schema import json_schema
from openpai.server.auth import User
from openpai.server.bodies import MAX_SUBMISSION_BYTES, Submit, read_bytes, read_json
from openpai.server.explaining import explanation_reply
from openpai.server.explanation_shapes import DryRun, Placed
from openpai.server.replies import (
    Language,
    json_reply,
    problem_reply,
    told,
    verdict_reply,
    wrong_parameter,
)
from openpai.server.services import Given
from openpai.server.shapes import Submitted
from openpai.store.tokens import Identity

router = APIRouter(tags=["jobs"])

_BODIES = {
    "requestBody": {
        "required": True,
        "content": {
            "text/yaml": {"schema": {"type": "string", "description": "the job file"}},
            "application/json": {"schema": Submit.model_json_schema()},
        },
    }
}


@router.post(
    "/jobs",
    status_code=202,
    response_model=Submitted,
    responses={200: {"model": DryRun}},
    openapi_extra=_BODIES,
)
async def submit(
    request: Request,
    services: Given,
    user: User,
    language: Language,
    dry_run: Annotated[bool, Query(alias="dryRun")] = False,
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> Response:
    """Hand in a job: the job file as text, or JSON with the text and what overrides it.

    The job is kept when this answers. With `dryRun` nothing is kept, and the reply tells what would happen.
    """
    submission = await _submission(request, user, idempotency_key or None)
    if dry_run:
        return json_reply(_dry_run_reply(await services.dry_run(submission), language))
    admitted = await services.submit(submission)
    services.controller.wake()
    reply = Submitted(
        status=202,
        message=message("ReplySubmitted", {"name": admitted.full_name}, language).text,
        name=admitted.full_name,
        warnings=[problem_reply(problem, language) for problem in admitted.warnings],
    )
    return json_reply(reply, 202)


@router.get("/job-schema", response_model=dict[str, Any])
async def show_schema(language: Language) -> Response:
    """The JSON Schema (draft 2020-12) of the job file, for editors; `pai schema` prints the same."""
    return JSONResponse(json_schema(language))


async def _submission(request: Request, user: Identity, key: str | None) -> Submission:
    """Everything but JSON is the job file itself, whatever type a client gives it."""
    username = user.username
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return Submission(username, await read_bytes(request), idempotency_key=key)
    body = await read_json(request, Submit, MAX_SUBMISSION_BYTES)
    if not body.config and body.cloneOf is None:
        raise PaiError(wrong_parameter("config", '"…"'))
    return Submission(
        username,
        body.config.encode(),
        body.name,
        body.parameters,
        body.secrets,
        key,
        clone_of=body.cloneOf,
        new_images=body.newImages,
        admin=user.admin,
    )


def _dry_run_reply(plan: Plan, language: str) -> DryRun:
    return DryRun(
        status=200,
        name=plan.full_name,
        warnings=[problem_reply(problem, language) for problem in plan.warnings],
        verdicts=[verdict_reply(verdict, language) for verdict in plan.verdicts],
        placement=None
        if plan.placement is None
        else [Placed(role=p.role, index=p.index, node=p.node, cells=list(p.cells)) for p in plan.placement],
        waits=[told(reason.code, reason.params, language) for reason in plan.waits],
        explanation=explanation_reply(plan.explanation, plan.virtual_cluster, plan.names, language)
        if plan.explanation
        else None,
    )
