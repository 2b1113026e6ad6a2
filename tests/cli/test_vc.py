"""`pai vc …` and `pai nodes …`."""

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Pai
from tests.cli.stand_in import StandIn

VCS = "GET /api/v2/virtual-clusters"
FILE = "GET /api/v2/cluster/file"
NODES = "GET /api/v2/cluster/nodes"
CHECK = "POST /api/v2/cluster/file/check"
APPLY = "PUT /api/v2/cluster/file"


def use(
    total: int, used: int = 0, *, bad: int = 0, opportunistic: int = 0, described: bool = False
) -> dict[str, Any]:
    free = total - used - bad
    counts = {"total": total, "used": used, "opportunistic": opportunistic, "bad": bad, "free": free}
    return {**counts, "described": described}


def vc(**more: Any) -> dict[str, Any]:
    nothing = {"cpu": 0, "memory": 0, "gpu": 0}
    return {
        "capacity": 50.0, "usedCapacity": 0.0, "resourcesUsed": nothing, "resourcesGuaranteed": nothing,
        "resourcesTotal": nothing, "skus": {}, "pinnedCells": [], "groups": None, "usable": True, **more,
    }  # fmt: skip


def cell(kind: str, address: str, *children: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "cellType": kind, "cellAddress": address, "isNodeLevel": False, "cellState": "Free",
        "cellHealthiness": "Healthy", "cellPriority": -2, "vc": None, "job": None, "pinnedCellId": None,
        "physicalAddress": None, "cellChildren": list(children), **more,
    }  # fmt: skip


USED: dict[str, Any] = {"cellState": "Used", "job": "ann~train", "cellPriority": 10}
IDLE: dict[str, Any] = {"cellState": "Used", "job": "bob~idle", "cellPriority": -1}
RESERVED: dict[str, Any] = {"cellState": "Reserved", "job": "ann~next", "cellPriority": 10}
BAD: dict[str, Any] = {"cellHealthiness": "Bad"}
RACK = cell(
    "RACK",
    "r1",
    cell(
        "NODE",
        "r1/n1",
        *(cell("G", f"r1/n1/{n}", **more) for n, more in enumerate((USED, USED, {}, IDLE, BAD, RESERVED))),
        isNodeLevel=True,
        pinnedCellId="quiet",
    ),
)
FILE_IS_FINE: dict[str, Any] = {"path": "/x/cluster.yaml", "config": None, "problems": [], "warnings": []}
MISTAKE = {"code": "Oversold", "message": "Too much.", "fix": "Promise less.", "line": 3, "column": 5}

SAME: dict[str, list[Any]] = {
    "addedMachines": [], "removedMachines": [], "changedMachines": [], "skus": [], "virtualClusters": [],
    "otherCells": [],
}  # fmt: skip
NONE: dict[str, list[str]] = {
    "displaced": [], "downgraded": [], "unreserved": [], "starts": [], "never": [],
}  # fmt: skip


def trial(**more: Any) -> dict[str, Any]:
    message = {"status": 200, "message": "It has no mistakes.", "applied": False, "warnings": []}
    return message | {"difference": SAME, "effect": NONE} | more


def test_each_virtual_cluster_is_a_line_for_each_sku(pai: Pai, server: StandIn) -> None:
    skus = {"V100": use(8, 3, bad=1, opportunistic=2), "CPU": use(16)}
    server.world.answers[VCS] = {"default": vc(skus=skus), "vision": vc(usable=False)}
    server.world.refusals[FILE] = (403, {"code": "ForbiddenUserError", "message": "no", "problems": []})
    done = pai("vc")
    _, first, second, vision = done.stdout.splitlines()
    assert first.split() == ["default", "V100", "8", "3", "4", "1", "2"]
    assert second.split() == ["CPU", "16", "0", "16", "0", "0"]
    assert vision.split()[:2] == ["vision", "–"]
    assert json.loads(pai("vc", "--json").stdout) == server.world.answers[VCS]
    assert "虚拟集群" in pai("--lang", "zh", "vc").stdout
    server.world.answers[VCS] = {"default": vc(skus={"V100": use(8, described=True)})}
    assert "V100 (fake)" in pai("vc").stdout


def test_an_admin_sees_what_is_wrong_with_the_file(pai: Pai, server: StandIn) -> None:
    server.world.answers |= {VCS: {"default": vc()}, FILE: FILE_IS_FINE | {"problems": [MISTAKE]}}
    done = pai("vc")
    assert "3:5: Too much." in done.stderr
    assert "Promise less." in done.stderr


def test_cells_are_a_tree_with_who_has_them(pai: Pai, server: StandIn) -> None:
    server.world.answers |= {
        VCS: {"default": vc()},
        FILE: FILE_IS_FINE,
        "GET /api/v2/cluster/cells": {"cells": [RACK]},
    }
    shown = pai("vc", "--cells").stdout
    assert "r1" in shown
    (node,) = [line for line in shown.splitlines() if "r1/n1" in line]
    assert "pinned as quiet" in node
    for part in (
        "0-1 ann~train", "2 free", "3 bob~idle (opportunistic)", "4 bad", "5 reserved for ann~next",
    ):  # fmt: skip
        assert f"  {part}" in node


def test_one_virtual_cluster_is_shown_with_its_cells_and_its_groups(pai: Pai, server: StandIn) -> None:
    path = "GET /api/v2/virtual-clusters/vision"
    promised = cell(
        "NODE", "vision/0", cell("G", "vision/0/0", **USED), isNodeLevel=True, physicalAddress="n1"
    )
    server.world.answers |= {
        path: vc(groups=["sight"], pinnedCells=["quiet"], skus={"V100": use(1, 1)}),
        f"{path}/cells": {"cells": [promised]},
    }
    shown = pai("vc", "show", "vision").stdout
    assert "sight" in shown
    assert "quiet" in shown
    assert "vision/0  NODE  → n1  0 ann~train" in shown
    found = json.loads(pai("vc", "show", "vision", "--json").stdout)
    assert found["cells"] == [promised]


def test_a_check_tells_the_difference_and_what_it_means_for_jobs(
    pai: Pai, server: StandIn, tmp_path: Path
) -> None:
    (tmp_path / "new.yaml").write_text("nodes: {}\n")
    before: dict[str, Any] = {"cells": {"V100": 8}, "pinnedCells": [], "groups": None}
    after: dict[str, Any] = {"cells": {"V100": 4}, "pinnedCells": ["quiet"], "groups": ["sight"]}
    sku = {"cpu": 4, "memory": 8, "gpu": 1}
    server.world.answers[CHECK] = trial(
        difference=SAME
        | {
            "addedMachines": ["n9"],
            "skus": [{"name": "V100", "before": None, "after": sku}],
            "virtualClusters": [{"name": "vision", "before": before, "after": after}],
        },
        effect=NONE | {"downgraded": ["ann~train"], "starts": ["bob~next"]},
        warnings=[{"code": "NodeNotThere", "message": "n9 is not there.", "fix": "Bring it up."}],
    )
    done = pai("vc", "check", "new.yaml")
    assert done.returncode == 0
    for told in (
        "New machines: n9",
        "SKU V100: none → 4 core(s), 8 MB, 1 GPU(s)",
        "Virtual cluster vision: 8 V100 → 4 V100, quiet (sight)",
        "give way when others need their cells: ann~train",
        "start at once: bob~next",
    ):
        assert told in done.stdout
    assert "n9 is not there." in done.stderr
    assert server.world.calls[-1] == (CHECK, {"config": "nodes: {}\n"})


def test_mistakes_of_a_file_are_told_in_their_places(pai: Pai, server: StandIn, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text("a:\nb:\n  c: 17\n")
    server.world.refusals[APPLY] = (400, {"code": "X", "message": "Too much.", "problems": [MISTAKE]})
    done = pai("vc", "apply", "new.yaml")
    assert done.returncode == 2
    assert "new.yaml:3:5: " in done.stderr
    assert "3 |   c: 17" in done.stderr


def test_a_file_that_changes_nothing_is_told_so(pai: Pai, server: StandIn) -> None:
    server.world.answers[APPLY] = trial(applied=True)
    done = pai("vc", "apply", "-", stdin="nodes: {}")
    assert "Nothing is different." in done.stdout


def node(**more: Any) -> dict[str, Any]:
    return {
        "name": "n1", "state": "ready", "mark": None, "architecture": "amd64", "driver": "535.104.05",
        "described": False, "cpu": 64, "memoryMB": 1000, "skus": {}, "gpus": [], "jobs": [], **more,
    }  # fmt: skip


def gpu(index: int, **more: Any) -> dict[str, Any]:
    return {
        "index": index, "model": "V100", "uuid": "u", "memoryMB": 1, "job": None, "problem": None,
        "processes": [], **more,
    }  # fmt: skip


def test_nodes_are_lines_with_their_jobs_and_gpus_in_trouble_are_warned_of(pai: Pai, server: StandIn) -> None:
    job = {"name": "ann~train", "virtualCluster": "default", "opportunistic": False, "cells": {"V100": [0]}}
    lost = {"code": "GpuLost", "message": "It is lost.", "fix": "Restart the machine."}
    gpus = [gpu(0), gpu(1, problem=lost), gpu(2, processes=[{"pid": 7, "name": "python"}])]
    server.world.answers[NODES] = {
        "nodes": [
            node(skus={"V100": use(3, 1, bad=1), "CPU": use(16)}, gpus=gpus, jobs=[job]),
            node(name="n2", state="cordoned"),
        ]
    }
    done = pai("nodes")
    _, first, second, third = done.stdout.splitlines()
    assert first.split() == [
        "n1",
        "ready",
        "V100",
        "1",
        "1",
        "1",
        "3",
        "3",
        "×",
        "V100",
        "535.104.05",
        "ann~train",
    ]
    assert second.split() == ["CPU", "0", "16", "0", "16"]
    assert third.split()[:2] == ["n2", "cordoned"]
    assert "GPU 1 of n1 gets no job: It is lost." in done.stderr
    assert "python (7)" in done.stderr
    assert "Restart the machine." in done.stderr


def test_nodes_are_kept_free_and_let_go(pai: Pai, server: StandIn) -> None:
    path = "PUT /api/v2/cluster/nodes/n1/state"
    server.world.answers[path] = {"status": 202, "message": "As you wish."}
    for words, body in (
        (("cordon", "n1"), {"value": "cordon", "wait": False}),
        (("drain", "n1"), {"value": "drain", "wait": False}),
        (("drain", "n1", "--wait"), {"value": "drain", "wait": True}),
        (("uncordon", "n1"), {"value": "ready", "wait": False}),
    ):
        done = pai("nodes", *words)
        assert done.stdout == "As you wish.\n"
        assert server.world.calls[-1] == (path, body)


def test_a_word_that_is_a_command_and_a_group_helps_with_both(pai: Pai) -> None:
    shown = pai("vc", "--help").stdout
    assert "--cells" in shown
    assert "apply" in shown
    assert pai("vc", "shwo").returncode == 2
