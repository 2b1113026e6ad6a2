"""Virtual clusters and nodes by OpenPAI's calls, and what is new beside them."""

from pathlib import Path

import httpx2
import pytest

from openpai.lifecycle.states import JobState
from openpai.runtime.outlook import Outlook
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Gang, Start
from openpai.server.cluster_shapes import CellList
from openpai.store.groups import Group
from tests.server.house import House, client

FILE = """\
nodes:
  node-a: {gpus: 8, sku: V100, cpu: 64, memory: 256Gi}
  node-c: {cpu: 4, memory: 4Gi}
virtual-clusters:
  default: {share: rest}
  vision: {cells: {V100: 4}, groups: vision, pinned: {quiet: node-a/0}}
"""


@pytest.fixture
async def described(house: House) -> House:
    """The cluster of `FILE`, in which alice's job `train` has two GPUs of `vision`."""
    (house.folder / "cluster.yaml").write_text(FILE)
    await house.services.groups.add(Group("vision", ""))
    await house.services.groups.join("vision", "bob")
    standing = await house.controller.standing()
    cluster = standing.described.cluster
    scheduler = Scheduler(cluster)
    scheduler.set_bad(standing.health.bad_nodes, standing.health.bad_leaves)
    for gang in (
        Gang("id1", "vision", 10, {"V100": {"t-0": 2}}),
        Gang("id2/x-0", "vision", -1, {"V100": {"t-0": 1}}),
    ):
        decision = scheduler.decide(gang)
        assert isinstance(decision, Start)
        scheduler.apply(gang, decision)
    names = {"id1": "alice~train", "id2": "bob~idle"}
    house.controller.outlooks = Outlook(scheduler, Scheduler(cluster), names=names)
    return house


async def get(asking: httpx2.AsyncClient, path: str) -> dict[str, object]:
    reply = await asking.get(f"/api/v2{path}")
    assert reply.status_code == 200, reply.text
    value = reply.json()
    assert isinstance(value, dict)
    return value


async def test_a_virtual_cluster_has_what_it_is_promised(described: House, api: httpx2.AsyncClient) -> None:
    clusters = (await api.get("/api/v2/virtual-clusters")).json()
    assert list(clusters) == ["default", "vision"]
    vision = clusters["vision"]
    total = {"cpu": 30, "memory": 122_880, "gpu": 5, "vCores": 30, "GPUs": 5}
    assert vision["resourcesTotal"] == vision["resourcesGuaranteed"] == total
    assert vision["resourcesUsed"]["gpu"] == 2
    assert (vision["capacity"], vision["maxCapacity"], vision["usedCapacity"]) == (62.5, 62.5, 25.0)
    assert vision["skus"] == {
        "V100": {"total": 5, "used": 2, "opportunistic": 1, "bad": 0, "free": 3, "described": False}
    }
    assert (vision["dedicated"], vision["pinnedCells"], vision["groups"]) == (False, ["quiet"], ["vision"])
    assert await get(api, "/virtual-clusters/vision") == vision


async def test_a_machine_that_is_not_there_is_no_guaranteed_part(
    described: House, api: httpx2.AsyncClient
) -> None:
    default = (await api.get("/api/v2/virtual-clusters/default")).json()
    assert default["skus"]["CPU"] == {
        "total": 4,
        "used": 0,
        "opportunistic": 0,
        "bad": 4,
        "free": 0,
        "described": False,
    }
    assert default["resourcesTotal"]["cpu"] - default["resourcesGuaranteed"]["cpu"] == 4


async def test_it_is_told_who_may_use_it(described: House, api: httpx2.AsyncClient) -> None:
    for user, usable in (("alice", False), ("bob", True), ("root", True)):
        async with client(described, user) as asking:
            assert (await get(asking, "/virtual-clusters/vision"))["usable"] is usable


async def test_a_group_tells_what_it_may_use(described: House, api: httpx2.AsyncClient) -> None:
    acls = (await api.get("/api/v2/groups/vision")).json()["extension"]["acls"]
    assert acls["virtualClusters"] == ["vision"]


async def test_without_a_file_one_virtual_cluster_has_all(api: httpx2.AsyncClient) -> None:
    clusters = await get(api, "/virtual-clusters")
    assert list(clusters) == ["default"]
    assert (await get(api, "/virtual-clusters/default"))["resourcesTotal"] == {
        "cpu": 48 + 16 + 16, "memory": 262_144 + 65_536, "gpu": 8, "vCores": 80, "GPUs": 8,
    }  # fmt: skip


async def test_one_that_is_not_there_is_not_found(described: House, api: httpx2.AsyncClient) -> None:
    for path in ("", "/cells", "/sku-types"):
        reply = await api.get(f"/api/v2/virtual-clusters/none{path}")
        assert (reply.status_code, reply.json()["code"]) == (404, "NoVirtualClusterError")
        assert "vision" in reply.json()["problems"][0]["fix"]


async def test_the_gpus_of_nodes(described: House, api: httpx2.AsyncClient) -> None:
    assert await get(api, "/virtual-clusters?nodes") == {
        "node-a": {"gpuUsed": 3, "gpuAvailable": 5, "gpuTotal": 8},
        "node-c": {"gpuUsed": 0, "gpuAvailable": 0, "gpuTotal": 0},
        "node-b": {"gpuUsed": 0, "gpuAvailable": 0, "gpuTotal": 0},
    }


async def test_skus_of_the_cluster_and_of_one_virtual_cluster(
    described: House, api: httpx2.AsyncClient
) -> None:
    v100 = {"cpu": 6, "memory": 24_576, "gpu": 1}
    assert list(await get(api, "/cluster/sku-types")) == ["V100", "V100-CPU", "CPU"]
    for path in ("/cluster/sku-types?vc=vision", "/virtual-clusters/vision/sku-types"):
        assert await get(api, path) == {"V100": v100}
    assert (await api.get("/api/v2/cluster/sku-types?vc=none")).status_code == 404


async def test_the_inside_of_cells_is_told_of_those_that_are_opened(
    described: House, api: httpx2.AsyncClient
) -> None:
    tops = (await api.get("/api/v2/cluster/cells?open=")).json()["cells"]
    assert [top["cellChildren"] for top in tops] == [[], [], []]
    assert tops[0]["inside"] == {
        "cells": 8, "used": 2, "opportunistic": 1, "reserved": 0, "bad": 0, "free": 5,
        "jobs": ["alice~train", "bob~idle"],
    }  # fmt: skip
    opened = await api.get("/api/v2/cluster/cells?open=node-c&open=none")
    *closed, half = [top["cellChildren"] for top in opened.json()["cells"]]
    assert (closed, [len(cell["cellChildren"]) for cell in half]) == ([[], []], [2, 2])
    (promised, *_) = (await api.get("/api/v2/virtual-clusters/vision/cells?open=")).json()["cells"]
    assert (promised["inside"]["cells"], promised["inside"]["jobs"]) == (4, ["alice~train"])


async def test_a_virtual_cluster_tells_how_many_of_its_jobs_run_and_wait(
    house: House, api: httpx2.AsyncClient
) -> None:
    await house.submitted("waits")
    await house.running("runs")
    ended = await house.submitted("ended")
    await house.step(ended, state=JobState.STOPPED)
    default = (await api.get("/api/v2/virtual-clusters/default")).json()
    assert (default["waitingJobs"], default["runningJobs"]) == (1, 1)


async def test_cells_are_trees_in_which_each_leaf_tells_its_job(
    described: House, api: httpx2.AsyncClient
) -> None:
    (promised, pinned, idle) = (await api.get("/api/v2/virtual-clusters/vision/cells")).json()["cells"]
    assert (promised["cellType"], promised["cellState"], promised["cellPriority"]) == ("V100x4", "Used", 10)
    assert promised["leafCellType"] == "V100"
    pair, other = promised["cellChildren"]
    assert [leaf["job"] for leaf in pair["cellChildren"]] == ["alice~train"] * 2
    assert pair["physicalAddress"].startswith("node-a/")
    assert (other["cellState"], other["cellPriority"], other["leafCellType"]) == ("Free", -2, None)
    assert (pinned["pinnedCellId"], pinned["physicalAddress"]) == ("quiet", "node-a/0/0/0")
    assert (idle["job"], idle["cellPriority"]) == ("bob~idle", -1)
    reply = await api.get("/api/v2/cluster/cells")
    assert CellList.model_validate_json(reply.content).model_dump(mode="json") == reply.json()
    tops = reply.json()["cells"]
    assert [(top["cellAddress"], top["cellHealthiness"]) for top in tops] == [
        ("node-a", "Healthy"),
        ("node-a", "Healthy"),
        ("node-c", "Bad"),
    ]


async def test_nodes_with_their_state_their_gpus_and_their_jobs(
    described: House, api: httpx2.AsyncClient
) -> None:
    nodes = {node["name"]: node for node in (await api.get("/api/v2/cluster/nodes")).json()["nodes"]}
    assert [(name, node["state"]) for name, node in nodes.items()] == [
        ("node-a", "ready"),
        ("node-c", "gone"),
        ("node-b", "unlisted"),
    ]
    here = nodes["node-a"]
    assert here["skus"]["V100"] == {
        "total": 8,
        "used": 2,
        "opportunistic": 1,
        "bad": 0,
        "free": 5,
        "described": False,
    }
    assert (here["driver"], here["cpu"], here["memoryMB"]) == ("535.104.05", 64, 262_144)
    train, idle = here["jobs"]
    assert (train["name"], train["virtualCluster"], train["opportunistic"]) == (
        "alice~train",
        "vision",
        False,
    )
    assert (idle["name"], idle["opportunistic"]) == ("bob~idle", True)
    holders = {gpu["index"]: gpu["job"] for gpu in here["gpus"]}
    assert [index for index, job in holders.items() if job == "alice~train"] == train["cells"]["V100"]


async def test_an_admin_keeps_a_node_free(described: House, api: httpx2.AsyncClient) -> None:
    path = "/api/v2/cluster/nodes/node-a/state"

    async def state(asking: httpx2.AsyncClient) -> list[object]:
        node = (await asking.get("/api/v2/cluster/nodes")).json()["nodes"][0]
        return [node["state"], node["mark"] and node["mark"]["username"], node["skus"]["V100"]["free"]]

    async with client(described, "root") as admin:
        for body, told in (
            ({"value": "cordon"}, ["cordoned", "root", 0]),
            ({"value": "drain", "wait": True}, ["draining", "root", 0]),
            ({"value": "drain"}, ["emptying", "root", 0]),
        ):
            reply = await admin.put(path, json=body)
            assert (reply.status_code, "node-a" in reply.json()["message"]) == (202, True)
            assert await state(admin) == told
        assert described.controller.woken == 3
        assert described.controller.outlooks
        for gang in ("id1", "id2/x-0"):
            described.controller.outlooks.scheduler.release(gang)
        assert (await state(admin))[0] == "drained"
        await admin.put(path, json={"value": "ready"})
        assert await state(admin) == ["ready", None, 8]
        reply = await admin.put("/api/v2/cluster/nodes/node-x/state", json={"value": "cordon"})
        assert (reply.status_code, reply.json()["code"]) == (404, "NoNodeError")
        assert (await admin.put(path, json={"value": "off"})).status_code == 400
    assert (await api.put(path, json={"value": "cordon"})).status_code == 403


async def test_while_the_engine_is_silent_that_is_told(house: House, api: httpx2.AsyncClient) -> None:
    house.controller.unreachable = True
    for path in ("virtual-clusters", "cluster/nodes", "cluster/sku-types"):
        assert (await api.get(f"/api/v2/{path}")).status_code == 503


async def test_a_file_is_checked_shown_and_applied(described: House, tmp_path: Path) -> None:
    less = FILE.replace("V100: 4", "V100: 1").replace("  node-c: {cpu: 4, memory: 4Gi}\n", "")
    async with client(described, "root") as admin:
        reply = await admin.post("/api/v2/cluster/file/check", json={"config": less})
        assert reply.status_code == 200, reply.text
        trial = reply.json()
        assert trial["applied"] is False
        assert trial["difference"]["removedMachines"] == ["node-c"]
        (change,) = [each for each in trial["difference"]["virtualClusters"] if each["name"] == "vision"]
        assert change["before"]["cells"] == {"V100": 5}
        assert change["after"] == {"cells": {"V100": 2}, "pinnedCells": ["quiet"], "groups": ["vision"]}
        assert trial["effect"]["downgraded"] == ["alice~train"]
        assert [each["code"] for each in trial["warnings"]] == ["NodeNotInFile"]
        assert (tmp_path / "cluster.yaml").read_text() == FILE, "a check changes nothing"
        applied = (await admin.put("/api/v2/cluster/file", json={"config": less})).json()
        assert applied["difference"] == trial["difference"]
        assert (tmp_path / "cluster.yaml").read_text() == less
        assert described.controller.woken == 1
        shown = (await admin.get("/api/v2/cluster/file")).json()
        assert (shown["config"], shown["problems"]) == (less, [])


async def test_mistakes_are_told_with_their_place_and_keep_the_old_file(
    described: House, api: httpx2.AsyncClient, tmp_path: Path
) -> None:
    wrong = FILE.replace("V100: 4", "V100: 40")
    async with client(described, "root") as admin:
        for reply in (
            await admin.post("/api/v2/cluster/file/check", json={"config": wrong}),
            await admin.put("/api/v2/cluster/file", json={"config": wrong}),
        ):
            assert reply.status_code == 400
            (problem,) = reply.json()["problems"]
            assert (problem["code"], problem["line"]) == ("NotEnoughLeft", 6)
        assert (tmp_path / "cluster.yaml").read_text() == FILE
        (tmp_path / "cluster.yaml").write_text(wrong)
        shown = (await admin.get("/api/v2/cluster/file")).json()
        assert [each["code"] for each in shown["problems"]] == ["NotEnoughLeft"]
        assert "vision" in (await admin.get("/api/v2/virtual-clusters")).json(), "the last good one counts"
    for method, path in (("GET", "file"), ("PUT", "file"), ("POST", "file/check")):
        reply = await api.request(method, f"/api/v2/cluster/{path}", json={"config": wrong})
        assert reply.status_code == 403


async def test_an_unknown_group_is_warned_of(described: House) -> None:
    async with client(described, "root") as admin:
        text = FILE.replace("groups: vision", "groups: [vision, sight]")
        trial = (await admin.post("/api/v2/cluster/file/check", json={"config": text})).json()
    assert [each["code"] for each in trial["warnings"]] == [
        "NodeNotThere",
        "NodeNotInFile",
        "NoSuchGroupOfFile",
    ]
