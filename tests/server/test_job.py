"""One job as OpenPAI shows it: in detail, with what happened, and stopped."""

from dataclasses import replace

import httpx2
import pytest

from openpai.backends.contract import PullProgress
from openpai.errors import Params
from openpai.lifecycle.records import Diagnosis, Event, JobAttempt, Outcome
from openpai.lifecycle.states import JobState, TaskState
from openpai.scheduler.reason import Reason
from tests.server.house import T0, House, client, log_path

STATUS = {
    "username", "state", "subState", "executionType", "retries", "retryDetails", "retryDelayTime", "createdTime",
    "launchedTime", "completedTime", "virtualCluster", "submissionTime", "attemptId", "attemptState", "appId",
    "appProgress", "appTrackingUrl", "appCreatedTime", "appLaunchedTime", "appCompletedTime", "appExitCode",
    "appExitSpec", "appExitDiagnostics", "appExitMessages", "appExitTriggerMessage",
    "appExitTriggerTaskRoleName", "appExitTriggerTaskIndex", "appExitType", "waits", "diagnosis",
    "stoppingTime", "killTime", "firstFailure",
}  # fmt: skip
TASK = {
    "taskIndex", "taskUid", "taskState", "containerId", "containerIp", "containerNodeName", "containerPorts",
    "containerGpus", "gpuUuids", "fakeGpus", "containerLog", "containerExitCode", "containerExitSpec", "containerExitDiagnostics",
    "retries", "accountableRetries", "createdTime", "launchedTime", "completedTime", "attemptId", "attemptState",
    "currentAttemptCreatedTime", "currentAttemptLaunchedTime", "currentAttemptCompletedTime", "diagnosis", "pull",
    "placedTime", "waitedMs", "pulledMs", "startedMs", "ranMs", "stoppingTime", "killTime",
}  # fmt: skip

WAITS = Reason("WaitsForCells", {"virtual_cluster": "default", "cpu": 4, "memory_mb": 8000, "gpu": 2})


async def test_a_wrong_body_stops_nothing(body: bytes, house: House, api: httpx2.AsyncClient) -> None:
    run = await house.running()
    reply = await api.put("/api/v2/jobs/alice~train/executionType", content=body)
    assert (reply.status_code, reply.json()["code"]) == (400, "InvalidParametersError")
    assert not (await house.run(run.full_name)).stop_requested


@pytest.mark.parametrize("name", ["alice~none", "none", "bob~train", "~", "alice~"])
@pytest.mark.parametrize("rest", ["", "/config", "/events", "/watch", "/attempts/0"])
async def test_a_job_that_is_not_there_is_missing_in_every_call(
    name: str, rest: str, house: House, api: httpx2.AsyncClient
) -> None:
    await house.submitted()
    reply = await api.get(f"/api/v2/jobs/{name}{rest}")
    assert (reply.status_code, reply.json()["code"]) == (404, "NoJobError")


async def test_the_attempts_of_a_task_are_listed_by_either_name_of_its_role(
    house: House, api: httpx2.AsyncClient
) -> None:
    run = await house.ended(await house.running(), code=2)
    for role in ("Task_Main", "taskmain"):
        path = f"/api/v2/jobs/{run.full_name}/attempts/0/taskRoles/{role}/taskIndex/1/attempts"
        reply = (await api.get(path)).json()
        assert (reply["taskRoleName"], reply["taskIndex"], reply["taskState"]) == ("Task_Main", 1, "FAILED")
        assert [attempt["containerExitCode"] for attempt in reply["attempts"]] == [2]
    missing = await api.get(log_path(run).replace("Task_Main", "none").removesuffix("/0/logs"))
    assert (missing.status_code, missing.json()["code"]) == (404, "NoJobError")
