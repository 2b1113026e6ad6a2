"""Why a job waits, over HTTP."""

import httpx2

from openpai.errors import Params
from openpai.lifecycle.records import Event
from openpai.runtime.explanation import Change, Explanation
from openpai.scheduler.gang import Blocked
from openpai.scheduler.reason import Reason
from openpai.scheduler.room import Holder, Room
from tests.server.house import T0, House

WAITS = Reason("WaitsForCells", {"virtual_cluster": "default", "cpu": 4, "memory_mb": 8000, "gpu": 2})
ROOM = Room(
    chain="V100-NODE",
    sku="V100",
    cells=8,
    free=1,
    elsewhere=0,
    bad=1,
    largest_free=1,
    needed=2,
    largest_needed=2,
    used={10: 6},
    holders=(Holder("other-id", 10, 6),),
    why=Blocked.NO_ROOM,
)
HELPS = (
    Change("StartsWithFewerGpus", {"role": "main", "count": 1, "wanted": 2}),
    Change("StartsAtPriority", {"priority": "prod"}, ("bob~long",)),
)


async def test_a_job_that_waits_is_explained_in_the_readers_language(
    house: House, api: httpx2.AsyncClient
) -> None:
    await house.submitted()
    house.controller.explained = Explanation(WAITS, (ROOM,), HELPS, 2, 3, ("bob~before",))
    reply = (await api.get("/api/v2/jobs/alice~train/explanation")).json()
    assert (reply["username"], reply["jobName"], reply["state"]) == ("alice", "train", "WAITING")
    now = reply["now"]
    assert now["reason"]["code"] == "WaitsForCells"
    assert now["queue"] == {"virtualCluster": "default", "place": 2, "waiting": 3, "ahead": ["bob~before"]}
    (room,) = now["rooms"]
    assert (room["cells"], room["free"], room["bad"], room["used"]) == (8, 1, 1, {"10": 6})
    assert room["holders"] == [{"job": "other-id", "priority": 10, "cells": 6, "reserved": False}]
    assert (room["why"]["code"], room["why"]["message"]) == ("KeptOutByRoom", "2 needed, 1 free")
    assert [(each["message"], each["victims"]) for each in now["changes"]] == [
        ("with 1 instead of 2 GPU(s) for each task of main", []),
        ("at the priority `prod`", ["bob~long"]),
    ]
    chinese = await api.get("/api/v2/jobs/alice~train/explanation", headers={"Accept-Language": "zh-CN"})
    assert chinese.json()["now"]["rooms"][0]["why"]["message"] == "需要 2 个，空闲 1 个"


async def test_what_a_job_waited_for_stays_after_it_has_started(
    house: House, api: httpx2.AsyncClient
) -> None:
    run = await house.submitted()
    waited = Event(T0 + 1, "JobWaits", {**WAITS.params, "cause": WAITS.code})
    where: Params = {"role": "main", "index": 0, "node": "node-a", "sku": "V100", "cells": "0, 1"}
    placed = Event(T0 + 2, "TaskPlaced", where)
    await house.services.jobs.save([(run, [waited, placed])])
    reply = (await api.get("/api/v2/jobs/alice~train/explanation")).json()
    assert reply["now"] is None
    assert [(each["since"], each["reason"]["code"]) for each in reply["history"]] == [
        (T0 + 1, "WaitsForCells")
    ]
    (event,) = reply["events"]
    assert "node-a: V100 0, 1" in event["reason"]["message"]


async def test_of_no_such_job_nothing_is_told(api: httpx2.AsyncClient) -> None:
    assert (await api.get("/api/v2/jobs/alice~nobody/explanation")).status_code == 404
