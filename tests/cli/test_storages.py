"""`pai storage list`."""

import json
from typing import Any

from tests.cli.conftest import Pai
from tests.cli.stand_in import StandIn

LIST = "GET /api/v2/storages"


def storage(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "share": True, "volumeName": name, "default": False, "readOnly": False,
        "mountPath": f"/mnt/{name}", "description": "", "problem": None, "groups": None, **more,
    }  # fmt: skip


GONE = {"code": "StorageGone", "message": "The storage `nfs` is gone.", "fix": "Tell an admin."}


def test_each_storage_is_a_line_and_what_is_wrong_a_warning(pai: Pai, server: StandIn) -> None:
    storages = [storage("data", readOnly=True, default=True), storage("nfs", share=False, problem=GONE)]
    server.world.answers[LIST] = {"storages": storages, "problems": []}
    done = pai("storage", "list")
    _, data, nfs = done.stdout.splitlines()
    assert data.split("  ")[0] == "data (default)"
    assert "read-only" in data
    assert "ready" in data
    assert "a folder each" in nfs
    assert "gone" in nfs
    assert "The storage `nfs` is gone." in done.stderr
    assert "Tell an admin." in done.stderr
    assert json.loads(pai("storage", "list", "--json").stdout)["storages"] == storages


def test_an_admin_sees_who_may_mount_each_and_the_mistakes_of_the_file(pai: Pai, server: StandIn) -> None:
    mistake = {"code": "AdminFileSyntax", "message": "line 3", "fix": "Correct it."}
    server.world.answers[f"{LIST}?all=true"] = {
        "storages": [storage("data", groups=[]), storage("v", groups=["vision", "speech"])],
        "problems": [mistake],
    }
    done = pai("storage", "list", "--all")
    assert "everybody" in done.stdout
    assert "vision, speech" in done.stdout
    assert "line 3" in done.stderr
    assert "所有用户" in pai("--lang", "zh", "storage", "list", "--all").stdout


def test_without_any_it_says_so(pai: Pai, server: StandIn) -> None:
    server.world.answers[LIST] = {"storages": [], "problems": []}
    done = pai("storage", "list")
    assert (done.stdout, done.returncode) == ("", 0)
    assert "storages.toml" in done.stderr
