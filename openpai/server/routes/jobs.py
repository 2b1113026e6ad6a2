"""Jobs: listed, shown, stopped."""

import asyncio
import json
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import TypeAdapter

from openpai.clock import new_id, now_ms
from openpai.errors import PaiError, fail
from openpai.lifecycle.attempts import run_again
from openpai.lifecycle.records import Event, JobRun, TaskAttempt
from openpai.lifecycle.states import is_final, public_job_state
from openpai.messages import message
from openpai.server.auth import User, must_own
from openpai.server.bodies import JsonBody, read_json
from openpai.server.detail import View, job_detail
from openpai.server.items import event_replies, job_item
from openpai.server.job_shapes import JobCounts, JobDetail, JobItem, JobPage
from openpai.server.listing import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    MAX_OFFSET,
    PUBLIC_STATES,
    check_names,
    list_query,
)
from openpai.server.replies import Language, json_reply
from openpai.server.roles import roles_of
from openpai.server.services import Given, Services
from openpai.server.shapes import Accepted, EventPage
from openpai.server.tasks import find_attempt, find_job
from openpai.store.job_records import Listed
from openpai.store.tokens import Identity

router = APIRouter(tags=["jobs"])
old_router = APIRouter(tags=["jobs"])

_items = TypeAdapter(list[JobItem])


@router.get("/jobs", response_model=list[JobItem] | JobPage)
async def list_jobs(
    request: Request,
    services: Given,
    language: Language,
    username: str | None = None,
    vc: str | None = None,
    state: str | None = None,
    keyword: str | None = None,
    order: str | None = None,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
    limit: Annotated[int, Query(ge=0, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    with_total_count: Annotated[bool, Query(alias="withTotalCount")] = False,
) -> Response:
    """Jobs of all users, newest first. Values joined by commas mean any of them; parameters must all hold."""
    check_names(name for name, _ in request.query_params.multi_items())
    query = list_query(
        username=username, vc=vc, state=state, keyword=keyword, order=order, offset=offset, limit=limit
    )
    total, rows = await services.jobs.page(query)
    items = [job_item(row, services.controller.waits(row.run.id), language) for row in rows]
    if with_total_count:
        return json_reply(JobPage(totalCount=total, data=items))
    return Response(_items.dump_json(items), media_type="application/json")


@router.get("/job-counts", response_model=JobCounts)
async def count_jobs(services: Given, username: str | None = None) -> Response:
    """How many jobs there are in each state; of this user alone, where one is named."""
    counts = dict.fromkeys(PUBLIC_STATES, 0)
    for state, stopping, count in await services.jobs.counts(username):
        counts[public_job_state(state, stopping)] += count
    return json_reply(JobCounts(counts=counts))


@router.get("/jobs/{job}", response_model=JobDetail)
async def show_job(job: str, services: Given, language: Language) -> Response:
    """A job in detail, with its current attempt."""
    listed = await find_job(services, job)
    return json_reply(await _detail(services, listed, listed.run.attempt.index, language))


@router.get("/jobs/{job}/attempts/{attempt}", response_model=JobDetail)
async def show_attempt(job: str, attempt: int, services: Given, language: Language) -> Response:
    """A job in detail, with the attempt of this number, counted from 0."""
    return json_reply(await _detail(services, await find_job(services, job), attempt, language))


@old_router.get("/user/{user}/jobs/{job}", response_model=JobDetail)
async def show_job_of_user(user: str, job: str, services: Given, language: Language) -> Response:
    """A job in detail, at the address of OpenPAI's first API, where its VS Code extension asks for free names."""
    return await show_job(f"{user}~{job}", services, language)


async def _detail(services: Services, listed: Listed, index: int, language: str) -> JobDetail:
    run = listed.run
    found = await find_attempt(services, listed, index)
    if found is None:
        raise fail("NoJob", name=f"{run.full_name}/attempts/{index}")
    spec = await services.jobs.spec(run.id)
    roles = roles_of(spec.document)
    waits, pulls = services.controller.waits(run.id), services.controller.pulls(run.id)
    failure = await services.jobs.first_failure(run)
    return job_detail(View(listed, found[0], found[1], roles, waits, pulls, spec.images, failure), language)


@router.get("/jobs/{job}/config", response_class=Response, responses={200: {"content": {"text/yaml": {}}}})
async def show_config(job: str, services: Given) -> Response:
    """The job file as it counts, secrets masked: YAML in JSON's syntax, so that it can be read as both."""
    listed = await find_job(services, job)
    document = (await services.jobs.spec(listed.run.id)).document
    return Response(json.dumps(document, ensure_ascii=False), media_type="text/yaml")


class ExecutionType(JsonBody):
    """What a person wants of the job."""

    value: Literal["START", "STOP"]


@router.put(
    "/jobs/{job}/executionType",
    status_code=202,
    response_model=Accepted,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": ExecutionType.model_json_schema()}},
        }
    },
)
async def set_execution_type(
    job: str, request: Request, services: Given, user: User, language: Language
) -> Response:
    """Stop a job, or have one that ended run again: its owner may, and an admin. Of no effect on one that has ended or
    is being stopped, or goes on anyway."""
    wanted = (await read_json(request, ExecutionType)).value
    run = (await find_job(services, job)).run
    must_own(user, run.user)
    if wanted == "STOP":
        await services.jobs.request_stop(run.id)
        code = "ReplyStopping"
    else:
        code = "ReplyStarted" if await _run_again(services, run, user) else "ReplyRuns"
    services.controller.wake()
    return json_reply(
        Accepted(status=202, message=message(code, {"name": run.full_name}, language).text), 202
    )


async def _run_again(services: Services, run: JobRun, user: Identity) -> bool:
    """Whether that had to be done. Raises `JobStillStops`."""
    if not is_final(run.state):
        if run.stop_requested:
            raise fail("JobStillStops", name=run.full_name)
        return False
    again = run_again(run, now_ms(), new_id)
    event = Event(
        again.attempt.created_at, "JobRunAgain", {"user": user.username, "attempt": again.attempt.index}
    )
    return await services.jobs.run_again(again, [event])


@router.delete("/jobs/{job}", response_model=Accepted)
async def delete_job(job: str, services: Given, user: User, language: Language) -> Response:
    """Delete a job that ended, with its history and its logs: its owner may, and an admin. Its name is free then."""
    run = (await find_job(services, job)).run
    must_own(user, run.user)
    if not is_final(run.state):
        raise _not_ended(run)
    await asyncio.to_thread(
        services.logs.remove, run.id
    )  # first: of a job that is gone nobody would find them
    if not await services.jobs.delete(run.id):
        raise _not_ended((await find_job(services, job)).run)
    told = message("ReplyDeleted", {"name": run.full_name}, language).text
    return json_reply(Accepted(status=200, message=told))


def _not_ended(run: JobRun) -> PaiError:
    state = public_job_state(run.state, run.stop_requested)
    return fail("JobNotEnded", name=run.full_name, state=state)


@router.get("/jobs/{job}/events", response_model=EventPage)
async def list_events(
    job: str,
    services: Given,
    language: Language,
    type: Literal["Normal", "Warning"] | None = None,
) -> Response:
    """What happened to a job, newest first."""
    listed = await find_job(services, job)
    happened = await services.jobs.events(listed.run.id)
    tasks = await _tasks_of(services, listed, happened)
    replies = event_replies(listed.run, happened, tasks, language)
    wanted = [reply for reply in replies if type in (None, reply.type)]
    return json_reply(EventPage(totalCount=len(wanted), data=wanted))


async def _tasks_of(services: Services, job: Listed, happened: list[Event]) -> dict[str, TaskAttempt]:
    """The task attempts that events name, by uid; latest job attempt first, and no further back than needed."""
    missing = {event.task for event in happened if event.task is not None}
    found: dict[str, TaskAttempt] = {}
    for index in range(job.run.attempt.index, -1, -1):
        if not missing:
            break
        attempt = await services.jobs.attempt(job.run.id, index)
        found |= {task.uid: task for task in (attempt[1] if attempt else [])}
        missing -= found.keys()
    return found
