"""A job is handed in: as a file or in JSON, once or twice, or only looked at."""

import json

import httpx2
import pytest

from openpai.protocol.schema import json_schema
from tests.server.house import House, job_file

JOBS = "/api/v2/jobs"


@pytest.mark.parametrize(
    "kind",
    [
        "text/yaml",
        "text/plain;charset=UTF-8",
        "application/yaml",
        "application/x-yaml",
        "application/x-www-form-urlencoded",
    ],
)
async def test_a_job_file_is_taken_whatever_type_a_client_gives_it(
    kind: str, house: House, api: httpx2.AsyncClient
) -> None:
    reply = await api.post(JOBS, content=job_file(), headers={"Content-Type": kind})
    assert reply.status_code == 202
    assert reply.json() == {
        "status": 202,
        "message": "Job alice~train is submitted.",
        "name": "alice~train",
        "warnings": [],
    }
    assert house.controller.woken == 1
    assert (await house.run("alice~train")).user == "alice"


async def test_json_overrides_what_the_file_says(house: House, api: httpx2.AsyncClient) -> None:
    body = {
        "config": job_file(parameters={"rate": 1}),
        "name": "other",
        "parameters": {"rate": 2},
        "secrets": {"word": "w"},
    }
    reply = await api.post(JOBS, json=body)
    assert (reply.status_code, reply.json()["name"]) == (202, "alice~other")
    config = (await api.get(f"{JOBS}/alice~other/config")).json()
    assert (config["name"], config["parameters"]) == ("other", {"rate": 2})


async def test_warnings_come_with_the_answer(api: httpx2.AsyncClient) -> None:
    reply = await api.post(JOBS, content=job_file(defaults={"virtualCluster": "default", "color": "red"}))
    (warning,) = reply.json()["warnings"]
    assert warning["code"] == "IgnoredField"
    assert warning["line"] == 1


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b"{}", "config"),
        (b'{"config": 1}', "config"),
        (b'{"config": "x", "name": 1}', "name"),
        (b'{"config": "x", "secrets": {"a": 1}}', "secrets.a"),
        (b'{"config": "x", "parameters": []}', "parameters"),
        (b'{"config": "x", "extra": 1}', "extra"),
    ],
)
async def test_wrong_json_is_told_key_by_key(body: bytes, name: str, api: httpx2.AsyncClient) -> None:
    reply = await api.post(JOBS, content=body, headers={"Content-Type": "application/json"})
    assert (reply.status_code, reply.json()["code"]) == (400, "InvalidParametersError")
    assert [problem["path"] for problem in reply.json()["problems"]] == [name]


async def test_a_faulty_file_is_refused_with_line_and_column(api: httpx2.AsyncClient) -> None:
    reply = await api.post(JOBS, content="protocolVersion: 2\nname: [\n")
    assert (reply.status_code, reply.json()["code"]) == (400, "InvalidProtocolError")
    assert reply.json()["problems"][0]["line"] is not None


async def test_the_same_name_twice_is_a_conflict(api: httpx2.AsyncClient) -> None:
    await api.post(JOBS, content=job_file())
    reply = await api.post(JOBS, content=job_file())
    assert (reply.status_code, reply.json()["code"]) == (409, "ConflictJobError")


async def test_the_same_request_twice_makes_one_job(api: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": "k" * 255}
    for _ in range(2):
        reply = await api.post(JOBS, content=job_file(), headers=key)
        assert (reply.status_code, reply.json()["name"]) == (202, "alice~train")
    other = await api.post(JOBS, content=job_file("other"), headers=key)
    assert (other.status_code, other.json()["problems"][0]["code"]) == (409, "IdempotencyKeyReused")
    assert len((await api.get(JOBS)).json()) == 1


async def test_a_key_that_is_too_long_is_refused(api: httpx2.AsyncClient) -> None:
    reply = await api.post(JOBS, content=job_file(), headers={"Idempotency-Key": "k" * 256})
    assert reply.status_code == 400
    assert "`idempotency-key`" in reply.json()["message"]


async def test_a_dry_run_tells_what_would_happen_and_keeps_nothing(
    house: House, api: httpx2.AsyncClient
) -> None:
    reply = await api.post(f"{JOBS}?dryRun=true", content=job_file(instances=1))
    assert reply.status_code == 200
    told = reply.json()
    assert set(told) == {"status", "name", "warnings", "verdicts", "placement", "waits", "explanation"}
    assert told["name"] == "alice~train"
    assert {verdict["check"] for verdict in told["verdicts"]} >= {"image", "fits"}
    assert all(
        set(verdict) == {"check", "verdict", "code", "path", "message", "fix"} for verdict in told["verdicts"]
    )
    assert told["placement"] == [
        {"role": "Task_Main", "index": 0, "node": "node-a", "cells": [0]},
        {"role": "ps", "index": 0, "node": "node-a", "cells": [1]},
    ]
    assert (told["waits"], told["explanation"]) == ([], None)
    assert (await api.get(JOBS)).json() == []
    assert house.controller.woken == 0


async def test_a_dry_run_of_what_never_fits_says_so_in_the_readers_language(api: httpx2.AsyncClient) -> None:
    large = json.loads(job_file())
    large["taskRoles"]["ps"]["resourcePerInstance"]["gpu"] = 99
    reply = await api.post(
        f"{JOBS}?dryRun=true", json={"config": json.dumps(large)}, headers={"Accept-Language": "zh"}
    )
    (failed,) = [verdict for verdict in reply.json()["verdicts"] if verdict["verdict"] == "fail"]
    assert "99" in failed["message"]
    assert "角色" in failed["message"]
    assert reply.json()["placement"] is None
    refused = await api.post(JOBS, json={"config": json.dumps(large)})
    assert refused.json()["problems"][0]["code"] == "NeverFits"


async def test_a_dry_run_that_is_neither_true_nor_false_is_refused(api: httpx2.AsyncClient) -> None:
    assert (await api.post(f"{JOBS}?dryRun=maybe", content=job_file())).status_code == 400


async def test_the_schema_of_the_job_file_can_be_had(api: httpx2.AsyncClient) -> None:
    reply = await api.get("/api/v2/job-schema")
    assert reply.status_code == 200
    assert reply.json() == json_schema()
    chinese = await api.get("/api/v2/job-schema", headers={"Accept-Language": "zh-CN"})
    assert (
        chinese.json()["properties"]["jobRetryCount"]["description"] == "整个任务失败后重试的次数；默认 0。"
    )


async def test_openpais_old_address_tells_whether_a_name_is_taken(
    house: House, api: httpx2.AsyncClient
) -> None:
    free = await api.get("/api/v1/user/alice/jobs/train")
    assert (free.status_code, free.json()["code"]) == (404, "NoJobError")
    await house.submitted()
    taken = await api.get("/rest-server/api/v1/user/alice/jobs/train")
    assert (taken.status_code, taken.json()["name"]) == (200, "train")
