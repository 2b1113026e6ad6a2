"""The list of jobs: what each row tells, and how to ask for some."""

import httpx2
import pytest

from openpai.lifecycle.states import JobState
from openpai.scheduler.reason import Reason
from tests.server.house import House

ITEM = {
    "debugId", "name", "username", "state", "subState", "executionType", "tags", "retries", "retryDetails",
    "retryDelayTime", "submissionTime", "createdTime", "launchedTime", "completedTime", "appExitCode",
    "virtualCluster", "totalGpuNumber", "totalTaskNumber", "totalTaskRoleNumber", "jobPriority", "reason",
}  # fmt: skip


async def test_a_listed_job_has_every_field_of_openpai(house: House, api: httpx2.AsyncClient) -> None:
    await house.submitted()
    (item,) = (await api.get("/api/v2/jobs")).json()
    assert set(item) == ITEM
    assert (item["name"], item["username"], item["state"], item["subState"]) == (
        "train",
        "alice",
        "WAITING",
        "QUEUED",
    )
    assert (item["totalTaskNumber"], item["totalTaskRoleNumber"], item["totalGpuNumber"]) == (3, 2, 0)
    assert item["retryDetails"] == {"user": 0, "platform": 0, "preemption": 0, "resource": 0}


async def test_with_total_count_the_list_tells_how_many_there_are(
    house: House, api: httpx2.AsyncClient
) -> None:
    for name in ("a", "b", "c"):
        await house.submitted(name)
    reply = (await api.get("/api/v2/jobs", params={"withTotalCount": "true", "limit": 1, "offset": 1})).json()
    assert reply["totalCount"] == 3
    assert len(reply["data"]) == 1
    assert (await api.get("/api/v2/jobs?limit=0")).json() == []


async def test_every_user_sees_the_jobs_of_all_and_can_ask_for_some(
    house: House, api: httpx2.AsyncClient
) -> None:
    await house.submitted("one", "alice")
    await house.submitted("two", "bob")

    async def names(query: str) -> list[str]:
        return sorted(item["name"] for item in (await api.get(f"/api/v2/jobs?{query}")).json())

    assert await names("") == ["one", "two"]
    assert await names("username=bob") == ["two"]
    assert await names("username=bob,alice") == ["one", "two"]
    assert await names("keyword=tw") == ["two"]
    assert await names("vc=default&username=alice") == ["one"]
    assert await names("vc=other") == []
    assert (await api.get("/api/v2/jobs?order=jobName,ASC")).json()[0]["name"] == "one"
    assert (await api.get("/api/v2/jobs?order=jobName,DESC")).json()[0]["name"] == "two"


async def test_states_are_asked_for_by_the_names_that_are_shown(
    house: House, api: httpx2.AsyncClient
) -> None:
    await house.submitted("waits")
    await house.running("runs")
    stopping = await house.running("stops")
    await house.services.jobs.request_stop(stopping.id)
    await house.ended(await house.running("succeeds"))
    late = await house.running("succeeds-in-spite-of-stop")
    await house.services.jobs.request_stop(late.id)
    await house.ended(late)
    winding_up = await house.running("winds-up")
    await house.step(winding_up, state=JobState.STOPPING)

    async def names(states: str) -> set[str]:
        items = (await api.get("/api/v2/jobs", params={"state": states})).json()
        assert {item["state"] for item in items} <= set(states.upper().split(","))
        return {item["name"] for item in items}

    assert await names("WAITING") == {"waits"}
    assert await names("RUNNING") == {"runs", "winds-up"}
    assert await names("STOPPING") == {"stops"}
    assert await names("SUCCEEDED") == {"succeeds", "succeeds-in-spite-of-stop"}
    assert await names("RUNNING,SUCCEEDED") == {"runs", "winds-up", "succeeds", "succeeds-in-spite-of-stop"}
    assert await names("stopping,waiting") == {"stops", "waits"}
    assert await names("STOPPED,FAILED") == set()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("state=ASLEEP", "state"),
        ("limit=50001", "limit"),
        ("limit=-1", "limit"),
        ("offset=x", "offset"),
        (f"offset={10**30}", "offset"),
        ("order=color,ASC", "order"),
        ("order=jobName", "order"),
        ("withTotalCount=perhaps", "withTotalCount"),
        ("username=a&username=b", "username"),
        ("tagsContain=a", "tagsContain"),
        ("jobPriority=prod", "jobPriority"),
    ],
)
async def test_a_wrong_parameter_is_named(query: str, name: str, api: httpx2.AsyncClient) -> None:
    reply = await api.get(f"/api/v2/jobs?{query}")
    assert reply.status_code == 400
    assert reply.json()["code"] == "InvalidParametersError"
    assert f"`{name}`" in reply.json()["message"]
    assert reply.json()["problems"][0]["path"] == name


async def test_jobs_are_counted_by_the_state_that_is_shown(house: House, api: httpx2.AsyncClient) -> None:
    await house.submitted("waits")
    await house.running("runs")
    await house.ended(await house.running("fails"), 1)
    stopping = await house.running("stops")
    await house.services.jobs.request_stop(stopping.id)
    await house.submitted("other", user="bob")
    of_all = {"WAITING": 2, "RUNNING": 1, "STOPPING": 1, "FAILED": 1, "SUCCEEDED": 0, "STOPPED": 0}
    assert (await api.get("/api/v2/job-counts")).json() == {"counts": of_all}
    mine = (await api.get("/api/v2/job-counts", params={"username": "alice"})).json()
    assert mine == {"counts": of_all | {"WAITING": 1}}
    nobody = (await api.get("/api/v2/job-counts", params={"username": "nobody"})).json()
    assert set(nobody["counts"].values()) == {0}


async def test_a_listed_job_tells_why_it_waits_or_failed(house: House, api: httpx2.AsyncClient) -> None:
    await house.submitted("waits")
    await house.ended(await house.running("fails"), 1)
    await house.ended(await house.running("succeeds"))
    house.controller.waiting = [Reason("EngineUnreachable", {"address": "here", "detail": "gone"})]

    async def reasons(language: str) -> dict[str, str | None]:
        items = (await api.get("/api/v2/jobs", headers={"Accept-Language": language})).json()
        return {item["name"]: item["reason"] for item in items}

    english, chinese = await reasons("en"), await reasons("zh-CN")
    assert english["succeeds"] is None
    assert "here" in str(english["waits"])
    assert "exit code 1" in str(english["fails"])
    assert chinese["fails"] not in (None, english["fails"])


async def test_behind_the_last_job_there_is_none(house: House, api: httpx2.AsyncClient) -> None:
    await house.submitted()
    assert (await api.get("/api/v2/jobs?withTotalCount=true&offset=5")).json() == {
        "totalCount": 1,
        "data": [],
    }
