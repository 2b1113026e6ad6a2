"""Jobs as the API shows them, for tests of the command line."""

from typing import Any


def a_task(index: int = 0, state: str = "RUNNING", **more: Any) -> dict[str, Any]:
    return {
        "taskIndex": index,
        "taskState": state,
        "attemptId": None if state == "WAITING" else 0,
        "containerNodeName": "node-a",
        "containerIp": "10.210.0.2",
        "containerExitCode": None,
        "launchedTime": 1_700_000_000_000,
        "completedTime": None,
        "diagnosis": None,
        "pull": None,
    } | more


def a_job(
    name: str = "train",
    state: str = "RUNNING",
    *,
    sub_state: str | None = None,
    tasks: list[dict[str, Any]] | None = None,
    role: str = "worker",
    **status: Any,
) -> dict[str, Any]:
    final = state in ("SUCCEEDED", "FAILED", "STOPPED")
    return {
        "debugId": "0" * 32,
        "name": name,
        "tags": [],
        "jobStatus": {
            "username": "ann",
            "state": state,
            "subState": sub_state or ("COMPLETED" if final else "QUEUED" if state == "WAITING" else state),
            "executionType": "START",
            "retries": 0,
            "retryDetails": {"user": 0, "platform": 0, "resource": 0},
            "retryDelayTime": None,
            "virtualCluster": "default",
            "submissionTime": 1_700_000_000_000,
            "createdTime": 1_700_000_000_000,
            "launchedTime": None if state == "WAITING" else 1_700_000_000_000,
            "completedTime": 1_700_000_065_000 if final else None,
            "attemptId": 0,
            "appExitCode": None,
            "waits": [],
            "diagnosis": None,
        }
        | status,
        "taskRoles": {
            role: {
                "taskRoleStatus": {"name": role},
                "taskStatuses": [a_task(0, state)] if tasks is None else tasks,
            }
        },
    }


def an_item(name: str = "train", state: str = "RUNNING", **more: Any) -> dict[str, Any]:
    return {
        "debugId": "0" * 32,
        "name": name,
        "username": "ann",
        "state": state,
        "subState": state,
        "executionType": "START",
        "tags": [],
        "retries": 0,
        "retryDetails": {"user": 0, "platform": 0, "resource": 0},
        "retryDelayTime": None,
        "submissionTime": 1_700_000_000_000,
        "createdTime": 1_700_000_000_000,
        "launchedTime": 1_700_000_000_000,
        "completedTime": 1_700_000_065_000,
        "appExitCode": 0,
        "virtualCluster": "default",
        "totalGpuNumber": 2,
        "totalTaskNumber": 1,
        "totalTaskRoleNumber": 1,
        "jobPriority": None,
        "reason": None,
    } | more


def failed_job(name: str = "train") -> dict[str, Any]:
    diagnosis = {
        "code": "OutOfMemory",
        "message": "The task needed more memory than it has.",
        "fix": "Ask for more memory.",
        "evidence": ["Killed", "\x1b[31mred\x1b[0m"],
    }
    task = a_task(0, "FAILED", containerExitCode=137, diagnosis=diagnosis)
    return a_job(name, "FAILED", tasks=[task], diagnosis=diagnosis)
