"""Why a job waits, what would start it, and what it waited for."""

from fastapi import APIRouter, Response

from openpai.lifecycle.records import Event
from openpai.lifecycle.states import public_job_state
from openpai.server.explaining import explanation_reply
from openpai.server.explanation_shapes import JobExplanation, PastReason
from openpai.server.replies import Language, json_reply, told
from openpai.server.services import Given, Services
from openpai.server.tasks import find_job

router = APIRouter(tags=["jobs"])

_PLACED = ("JobPlaced", "JobHasCells", "JobHasIdleCells", "TaskPlaced", "JobGivesWay", "TaskOnIdleCells")


@router.get("/jobs/{job}/explanation", response_model=JobExplanation)
async def explain_job(job: str, services: Given, language: Language) -> Response:
    """Everything that stands in a job's way, in numbers; its place in the queue; the changes with which it would start
    now, each of them tried; and what it waited for before."""
    listed = await find_job(services, job)
    run = listed.run
    clusters = await _usable(services, run.user)
    found = await services.controller.explanation(run.id, clusters)
    names = (await services.controller.outlook()).names if found else {}
    events = [*reversed(await services.jobs.events(run.id))]
    return json_reply(
        JobExplanation(
            username=run.user,
            jobName=run.name,
            state=public_job_state(run.state, run.stop_requested),
            now=explanation_reply(found, listed.virtual_cluster, names, language) if found else None,
            history=[_past(event, language) for event in events if event.code == "JobWaits"],
            events=[_past(event, language) for event in events if event.code in _PLACED],
        )
    )


async def _usable(services: Services, username: str) -> list[str]:
    described = (await services.controller.standing()).described
    return list(described.usable(await services.groups.of(username), admin=False))


def _past(event: Event, language: str) -> PastReason:
    code = str(event.params.get("cause", "")) if event.code == "JobWaits" else event.code
    return PastReason(since=event.at, reason=told(code, event.params, language))
