"""`pai image pull`, `clean` and `removals`."""

import json
import threading
import time
from typing import Any

from tests.cli.conftest import Pai
from tests.cli.stand_in import StandIn, wait_until

PULL, PULLS = "POST /api/v2/images/pull", "GET /api/v2/images/pulls"
GB = 1_000_000_000


def a_pull(state: str, **more: Any) -> dict[str, Any]:
    return {
        "image": "team/tool:v1", "by": "admin", "state": state, "since": 1_700_000_000_000,
        "doneBytes": GB, "totalBytes": 4 * GB, "layersDone": 1, "layersTotal": 4,
        "bytesPerSecond": 50_000_000, "remainingSeconds": 60, "reason": None, "againTime": None, **more,
    }  # fmt: skip


def removed(name: str, at: int | None = None) -> dict[str, Any]:
    reason = {"code": "RemovedAboveMark", "message": "least recently used", "fix": None}
    return {
        "image": f"sha256:{name}", "names": [name], "sizeBytes": 3 * GB, "usedTime": 1_700_000_000_000,
        "removedTime": at, "reason": reason,
    }  # fmt: skip


def cleaning(**more: Any) -> dict[str, Any]:
    before = {"totalBytes": 100 * GB, "freeBytes": 10 * GB, "usedPercent": 90.0}
    after = {"totalBytes": 100 * GB, "freeBytes": 16 * GB, "usedPercent": 84.0}
    return {
        "dryRun": False, "highPercent": 85.0, "lowPercent": 70.0, "before": before, "after": after,
        "removed": [removed("old:1"), removed("older:1")], "kept": [], **more,
    }  # fmt: skip


def accept(server: StandIn) -> None:
    server.world.answers[PULL] = {"status": 202, "message": "The server pulls it.", "image": "team/tool:v1"}


def test_pull_waits_until_the_image_is_there_and_tells_how_it_goes(pai: Pai, server: StandIn) -> None:
    accept(server)
    server.world.answers[PULLS] = {"data": [a_pull("pulling"), a_pull("failed", image="another:1")]}

    def life() -> None:
        wait_until(lambda: len(server.world.calls) > 2)
        server.world.answers[PULLS] = {"data": [a_pull("done")]}

    threading.Thread(target=life, daemon=True).start()
    told = pai("image", "pull", "team/tool:v1")
    assert told.returncode == 0
    assert told.stdout == "team/tool:v1 is on the machine.\n"
    assert "Pulling team/tool:v1  25%  1.0 GB / 4.0 GB  50.0 MB/s  1m 0s left" in told.stderr
    assert server.world.calls[0] == (PULL, {"image": "team/tool:v1"})


def test_a_pull_that_failed_says_why(pai: Pai, server: StandIn) -> None:
    accept(server)
    reason = {"code": "ImageNotFound", "message": "It was not found.", "fix": "Look for typing errors."}
    server.world.answers[PULLS] = {"data": [a_pull("failed", reason=reason)]}
    told = pai("image", "pull", "team/tool:v1")
    assert told.returncode == 1
    assert "It was not found." in told.stderr
    assert "Look for typing errors." in told.stderr


def test_what_is_tried_again_is_told_once(pai: Pai, server: StandIn) -> None:
    accept(server)
    reason = {"code": "RegistryUnreachable", "message": "It cannot be reached.", "fix": None}
    server.world.answers[PULLS] = {"data": [a_pull("waiting", layersTotal=0, reason=reason)]}

    def life() -> None:
        wait_until(lambda: len(server.world.calls) > 3)
        time.sleep(0.1)
        server.world.answers[PULLS] = {"data": [a_pull("done")]}

    threading.Thread(target=life, daemon=True).start()
    assert pai("image", "pull", "team/tool:v1").stderr.count("It cannot be reached.") == 1


def test_clean_tells_what_was_removed(pai: Pai, server: StandIn) -> None:
    server.world.answers["POST /api/v2/images/clean?dryRun=false"] = cleaning()
    told = pai("image", "clean").stdout
    assert "The disk of 100 GB was 90.0 % full; 6.0 GB were freed: 84.0 %." in told
    assert "old:1" in told
    assert "least recently used" in told
    assert "REMOVED" not in told


def test_a_dry_run_tells_what_would_be_and_why_others_stay(pai: Pai, server: StandIn) -> None:
    kept = {
        "image": "sha256:x",
        "names": [],
        "sizeBytes": 1,
        "reason": {"code": "KeptPinned", "message": "pinned"},
    }
    reply = cleaning(dryRun=True, removed=[], kept=[kept])
    server.world.answers["POST /api/v2/images/clean?dryRun=true"] = reply
    told = pai("image", "clean", "--dry-run").stdout
    for words in ("this would free up to", "No image is removed.", "These stay", "sha256:x", "pinned"):
        assert words in told
    assert json.loads(pai("image", "clean", "--dry-run", "--json").stdout) == reply


def test_a_disk_that_cannot_be_seen_is_told(pai: Pai, server: StandIn) -> None:
    unseen = cleaning(before=None, after=None, removed=[])
    server.world.answers["POST /api/v2/images/clean?dryRun=false"] = unseen
    told = pai("image", "clean")
    assert "cannot see the disk" in told.stderr
    assert told.stdout == ""


def test_removals_are_listed(pai: Pai, server: StandIn) -> None:
    call = "GET /api/v2/images/removals?offset=0&limit=2"
    reply = {
        "totalCount": 9,
        "data": [removed("old:1", 1_700_000_000_000), removed("older:1", 1_600_000_000_000)],
    }
    server.world.answers[call] = reply
    told = pai("image", "removals", "--limit", "2").stdout
    assert told.index("old:1") < told.index("older:1")
    assert "REMOVED" in told
    assert json.loads(pai("image", "removals", "--limit", "2", "--json").stdout) == reply


def test_no_removals_are_told(pai: Pai, server: StandIn) -> None:
    server.world.answers["GET /api/v2/images/removals?offset=0&limit=50"] = {"totalCount": 0, "data": []}
    assert pai("image", "removals", LANG="zh_CN.UTF-8").stderr == "还没有删除过镜像。\n"
