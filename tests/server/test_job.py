"""One job as OpenPAI shows it: in detail, with what happened, and stopped."""

from dataclasses import replace

import httpx2
import pytest

from openpai.backends.contract import PullProgress
from openpai.errors import Params
from openpai.lifecycle.records import Cells, Diagnosis, Event, JobAttempt, Outcome
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
    "containerGpus", "gpuUuids", "fakeGpus", "hived", "containerLog", "containerExitCode", "containerExitSpec",
    "containerExitDiagnostics",
    "retries", "accountableRetries", "createdTime", "launchedTime", "completedTime", "attemptId", "attemptState",
    "currentAttemptCreatedTime", "currentAttemptLaunchedTime", "currentAttemptCompletedTime", "diagnosis", "pull",
    "placedTime", "waitedMs", "pulledMs", "startedMs", "ranMs", "stoppingTime", "killTime",
}  # fmt: skip

WAITS = Reason("WaitsForCells", {"virtual_cluster": "default", "cpu": 4, "memory_mb": 8000, "gpu": 2})


async def test_a_waiting_job_says_why_in_the_readers_language(house: House, api: httpx2.AsyncClient) -> None:
    await house.submitted()
    house.controller.waiting = [WAITS]
    reply = (await api.get("/api/v2/jobs/alice~train")).json()
    assert set(reply) == {"debugId", "name", "tags", "jobStatus", "taskRoles", "images"}
    assert set(reply["jobStatus"]) == STATUS
    (why,) = reply["jobStatus"]["waits"]
    assert why["code"] == "WaitsForCells"
    assert "Needed: 4 CPU(s)" in why["message"]
    chinese = (await api.get("/api/v2/jobs/alice~train", headers={"Accept-Language": "zh-CN"})).json()
    assert "CPU" in chinese["jobStatus"]["waits"][0]["message"]
    assert chinese["jobStatus"]["waits"][0]["message"] != why["message"]


async def test_roles_come_in_the_order_of_the_file_under_their_normalised_names(
    house: House, api: httpx2.AsyncClient
) -> None:
    await house.running()
    roles = (await api.get("/api/v2/jobs/alice~train")).json()["taskRoles"]
    assert list(roles) == ["taskmain", "ps"]
    assert roles["taskmain"]["taskRoleStatus"] == {"name": "Task_Main"}
    assert [task["taskIndex"] for task in roles["taskmain"]["taskStatuses"]] == [0, 1]
    task = roles["taskmain"]["taskStatuses"][0]
    assert set(task) == TASK
    assert task["taskState"] == "RUNNING"
    assert task["containerIp"] == "10.0.0.2"
    assert task["containerPorts"] == {"ssh": "15000", "http": "15001", "board": "15002,15003"}
    assert (task["containerGpus"], task["gpuUuids"], task["fakeGpus"]) == (None, [], False)


@pytest.mark.parametrize(
    ("uuids", "fake"), [(("GPU-1", "GPU-3"), False), (("GPU-FAKE-1", "GPU-FAKE-3"), True)]
)
async def test_a_task_tells_its_gpus_and_whether_they_are_there(
    house: House, api: httpx2.AsyncClient, uuids: tuple[str, ...], fake: bool
) -> None:
    run = await house.running()
    cells = Cells("node-a", "NODE", "V100", (0, 3), ("NODE", "NODE"), uuids)
    await house.step(run, tasks=(replace(run.tasks[0], cells=cells), *run.tasks[1:]))
    roles = (await api.get("/api/v2/jobs/alice~train")).json()["taskRoles"]
    task = roles["taskmain"]["taskStatuses"][0]
    assert task["containerGpus"] == 0b1001, "as OpenPAI does: a bit for each"
    assert (task["gpuUuids"], task["fakeGpus"]) == (list(uuids), fake)


async def test_before_a_task_has_its_place_nothing_of_a_container_is_told(
    house: House, api: httpx2.AsyncClient
) -> None:
    await house.submitted()
    task = (await api.get("/api/v2/jobs/alice~train")).json()["taskRoles"]["ps"]["taskStatuses"][0]
    assert task["taskState"] == "WAITING"
    assert task["containerPorts"] == {}
    assert [task[key] for key in ("containerId", "containerIp", "containerNodeName", "containerLog")] == [
        None
    ] * 4


async def test_the_log_that_a_task_names_can_be_read(house: House, api: httpx2.AsyncClient) -> None:
    run = await house.running()
    house.write(run, b"hello\n")
    task = (await api.get(f"/api/v2/jobs/{run.full_name}")).json()["taskRoles"]["taskmain"]["taskStatuses"][0]
    locations = (await api.get(task["containerLog"])).json()["locations"]
    assert [location["name"] for location in locations] == ["all", "stdout", "stderr"]
    assert (await api.get(locations[0]["uri"])).content == b"hello\n"


async def test_a_pull_is_shown_with_its_task(house: House, api: httpx2.AsyncClient) -> None:
    run = await house.submitted()
    house.controller.pulling = {run.tasks[1].uid: PullProgress("ubuntu:22.04", 10, 100, 1, 4, 30, 3)}
    tasks = (await api.get("/api/v2/jobs/alice~train")).json()["taskRoles"]["taskmain"]["taskStatuses"]
    assert [task["pull"] for task in tasks] == [
        None,
        {
            "role": "Task_Main", "index": 1, "image": "ubuntu:22.04",
            "doneBytes": 10, "totalBytes": 100, "layersDone": 1, "layersTotal": 4,
            "bytesPerSecond": 30, "remainingSeconds": 3,
        },
    ]  # fmt: skip


async def test_a_cause_read_from_the_output_stands_beside_the_users_exit_code(
    house: House, api: httpx2.AsyncClient
) -> None:
    line = "ModuleNotFoundError: No module named 'cv2'"
    params: Params = {"exit_code": 3, "module": "cv2", "package": "opencv-python-headless"}
    await house.ended(await house.running(), 3, Diagnosis("ModuleMissing", params, ("begin", line)))
    reply = (await api.get("/api/v2/jobs/alice~train")).json()
    status, task = reply["jobStatus"], next(iter(reply["taskRoles"].values()))["taskStatuses"][0]
    assert (status["appExitCode"], task["containerExitCode"]) == (3, 3)
    for spec in (status["appExitSpec"], task["containerExitSpec"]):
        assert (spec["code"], spec["phrase"]) == (232, "ModuleMissing"), "OpenPAI's number for it"
        assert (spec["type"], spec["behavior"], spec["reaction"]) == (
            "USER_FAILURE",
            "UNKNOWN",
            "RETRY_TO_MAX",
        )
        assert "cv2" in spec["reason"]
        assert "pip install opencv-python-headless" in spec["solution"][0]
    assert line in status["diagnosis"]["evidence"]
    chinese = (await api.get("/api/v2/jobs/alice~train", headers={"accept-language": "zh"})).json()
    assert chinese["jobStatus"]["appExitSpec"]["reason"] == "缺少 Python 模块 cv2。"


async def test_a_cause_kept_before_its_text_had_another_parameter_is_still_told(
    house: House, api: httpx2.AsyncClient
) -> None:
    await house.ended(await house.running(), 137, Diagnosis("OutOfMemory", {"exit_code": 137}))
    status = (await api.get("/api/v2/jobs/alice~train")).json()["jobStatus"]
    assert "exit code 137" in status["diagnosis"]["message"]
    assert status["appExitSpec"]["code"] == -1200


async def test_a_failed_job_tells_the_users_own_exit_code_and_the_cause(
    house: House, api: httpx2.AsyncClient
) -> None:
    await house.ended(await house.running(), code=3)
    reply = (await api.get("/api/v2/jobs/alice~train")).json()
    status = reply["jobStatus"]
    assert (status["state"], status["subState"], status["attemptState"]) == ("FAILED", "COMPLETED", "FAILED")
    assert status["appExitCode"] == 3
    assert status["diagnosis"]["code"] == "ExitCode"
    assert status["diagnosis"]["evidence"][-1] == "ValueError: 7"
    assert "exit code 3" in status["appExitMessages"]["launcher"]
    assert status["appExitDiagnostics"].endswith("ValueError: 7")
    assert status["appExitSpec"]["code"] == 3
    assert status["appExitSpec"]["type"] == "UNKNOWN_FAILURE"
    assert status["appExitType"] == "Failed"
    assert status["appExitTriggerTaskRoleName"] == "Task_Main"
    assert "minFailedInstances" in status["appExitTriggerMessage"]
    assert status["completedTime"] == T0 + 9
    task = reply["taskRoles"]["taskmain"]["taskStatuses"][0]
    assert (task["containerExitCode"], task["taskState"]) == (3, "FAILED")
    (item,) = (await api.get("/api/v2/jobs")).json()
    assert item["appExitCode"] == 3


async def test_a_succeeded_job_has_no_trouble_to_tell(house: House, api: httpx2.AsyncClient) -> None:
    await house.ended(await house.running())
    status = (await api.get("/api/v2/jobs/alice~train")).json()["jobStatus"]
    assert (status["appExitCode"], status["appExitType"], status["appProgress"]) == (0, "Succeeded", 1)
    assert status["appExitMessages"] is None
    assert status["appExitSpec"]["type"] == "USER_SUCCESS"


async def test_an_earlier_attempt_is_shown_as_it_ended(house: House, api: httpx2.AsyncClient) -> None:
    first = await house.ended(await house.running(), code=1)
    second = replace(first.attempt, index=1, outcome=None, completed_at=None, launched_at=None)
    tasks = tuple(replace(t, uid=f"{t.uid[:30]}-1", state=TaskState.QUEUED, node=None) for t in first.tasks)
    await house.step(
        first, state=JobState.QUEUED, attempt=second, tasks=tasks, user_retries=1, completed_at=None
    )
    path = "/api/v2/jobs/alice~train"
    now = (await api.get(path)).json()["jobStatus"]
    assert (now["attemptId"], now["attemptState"], now["retries"]) == (1, "WAITING", 1)
    then = (await api.get(f"{path}/attempts/0")).json()["jobStatus"]
    assert (then["attemptId"], then["attemptState"], then["state"]) == (0, "FAILED", "WAITING")
    assert then["appExitCode"] == 1
    assert (await api.get(f"{path}/attempts/1")).json()["jobStatus"] == now
    for missing in ("2", "-1", str(10**40)):
        reply = await api.get(f"{path}/attempts/{missing}")
        assert (reply.status_code, reply.json()["code"]) in (
            (404, "NoJobError"),
            (400, "InvalidParametersError"),
        )


async def test_a_job_that_waits_for_its_retry_says_how_long(house: House, api: httpx2.AsyncClient) -> None:
    run = await house.running()
    outcome = Outcome(JobState.FAILED, Diagnosis("ContainerLost"))
    attempt = JobAttempt(0, T0, T0 + 2, T0 + 5000, outcome=outcome)
    await house.step(run, state=JobState.RETRYING, attempt=attempt, retry_at=T0 + 35_000, platform_retries=1)
    status = (await api.get("/api/v2/jobs/alice~train")).json()["jobStatus"]
    assert (status["state"], status["subState"], status["retryDelayTime"]) == ("WAITING", "RETRYING", 30)
    assert status["retryDetails"] == {"user": 0, "platform": 1, "preemption": 0, "resource": 0}
    assert status["appExitCode"] == -101


async def test_the_config_is_json_that_yaml_readers_read_without_secrets(
    house: House, api: httpx2.AsyncClient
) -> None:
    await house.submitted(description="说明")
    reply = await api.get("/api/v2/jobs/alice~train/config")
    assert reply.headers["content-type"] == "text/yaml; charset=utf-8"
    assert reply.json()["secrets"] == {"word": "******"}
    assert "说明" in reply.text


async def test_events_come_newest_first_and_name_their_task(house: House, api: httpx2.AsyncClient) -> None:
    run = await house.running()
    task = run.tasks[0]
    who: Params = {"role": task.role, "index": task.index, "cause": "ExitCode", "exit_code": 3}
    await house.step(run, Event(T0 * 2, "TaskFailed", who, task.uid, warning=True))
    reply = (await api.get("/api/v2/jobs/alice~train/events")).json()
    assert reply["totalCount"] == 2
    newest, oldest = reply["data"]
    assert (newest["type"], newest["reason"], newest["taskroleName"]) == (
        "Warning",
        "TaskFailed",
        "Task_Main",
    )
    assert newest["message"] == "Task Task_Main[0] failed: A command ended with exit code 3."
    assert newest["firstTimestamp"].endswith("Z")
    assert (oldest["reason"], oldest["message"]) == ("JobSubmitted", "Submitted by alice.")
    assert oldest["taskroleName"] is None
    assert newest["uid"] != oldest["uid"]
    warnings = (await api.get("/api/v2/jobs/alice~train/events?type=Warning")).json()
    assert [event["reason"] for event in warnings["data"]] == ["TaskFailed"]
    assert (await api.get("/api/v2/jobs/alice~train/events?type=Odd")).status_code == 400


@pytest.mark.parametrize("user", ["alice", "root"])
async def test_the_owner_and_an_admin_may_stop_a_job(user: str, house: House) -> None:
    run = await house.running()
    async with client(house, user) as asking:
        for _ in range(2):
            reply = await asking.put("/api/v2/jobs/alice~train/executionType", json={"value": "STOP"})
            assert (reply.status_code, reply.json()["status"]) == (202, 202)
    assert house.controller.woken == 2
    assert (await house.run(run.full_name)).stop_requested


async def test_nobody_else_may_stop_it(house: House) -> None:
    run = await house.running()
    async with client(house, "bob") as asking:
        reply = await asking.put("/api/v2/jobs/alice~train/executionType", json={"value": "STOP"})
    assert (reply.status_code, reply.json()["code"]) == (403, "ForbiddenUserError")
    assert not (await house.run(run.full_name)).stop_requested


async def test_a_stop_may_come_as_plain_text_as_openpais_portal_sends_it(
    house: House, api: httpx2.AsyncClient
) -> None:
    run = await house.running()
    reply = await api.put(
        "/api/v2/jobs/alice~train/executionType",
        content='{"value": "STOP"}',
        headers={"Content-Type": "text/plain;charset=UTF-8"},
    )
    assert reply.status_code == 202
    assert (await house.run(run.full_name)).stop_requested


@pytest.mark.parametrize(
    "body", [b"", b"STOP", b"[]", b'{"value": "stop"}', b'{"value": "STOP", "force": true}', b"\xff", b"{}"]
)
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
