"""`pai explain`: one sentence first, then what would help, then the numbers."""

import json
from typing import Any

from tests.cli.conftest import Pai
from tests.cli.stand_in import StandIn

CALL = "GET /api/v2/jobs/ann~train/explanation"


def told(code: str, message: str, fix: str | None = None) -> dict[str, Any]:
    return {"code": code, "message": message, "fix": fix}


ROOM = {
    "chain": "V100-NODE", "sku": "V100", "cells": 8, "free": 1, "elsewhere": 0, "bad": 1, "largestFree": 1,
    "needed": 2, "largestNeeded": 2, "used": {"10": 6}, "why": told("KeptOutByRoom", "2 needed, 1 free"),
    "holders": [{"job": "bob~long", "priority": 10, "cells": 6, "reserved": False}],
}  # fmt: skip
NOW = {
    "reason": told("WaitsForCells", "There is no room for it now.", "It starts by itself."),
    "queue": {"virtualCluster": "default", "place": 2, "waiting": 3, "ahead": ["bob~before"]},
    "rooms": [ROOM],
    "changes": [
        {**told("StartsWithFewerGpus", "with 1 instead of 2 GPU(s)"), "victims": []},
        {**told("StartsAtPriority", "at the priority `prod`"), "victims": ["bob~long"]},
    ],
}
WAITED = {"since": 1_700_000_000_000, "reason": told("WaitsForTurn", "bob~before came first.")}
REPLY = {
    "username": "ann",
    "jobName": "train",
    "state": "WAITING",
    "now": NOW,
    "history": [WAITED],
    "events": [],
}


def test_the_sentence_comes_first_then_what_would_help_then_the_numbers(pai: Pai, server: StandIn) -> None:
    server.world.answers[CALL] = REPLY
    lines = pai("explain", "ann~train").stdout.splitlines()
    assert lines[0] == "There is no room for it now."
    assert "It starts by itself." in lines[1]
    assert "number 2 of 3" in lines[2]
    assert "bob~before" in lines[2]
    shown = "\n".join(lines)
    assert "• with 1 instead of 2 GPU(s)\n" in shown
    assert "at the priority `prod`; these would have to end for it: bob~long" in shown
    (row,) = [line for line in lines if line.startswith("V100-NODE (V100)")]
    assert row.split()[2:6] == ["8", "1", "1", "1"]
    assert "bob~long 6 (10)" in row
    assert lines.index(row) > shown[: shown.index("•")].count("\n")
    assert "bob~before came first." in lines[-1]


def test_a_job_that_does_not_wait_says_so_and_what_it_waited_for(pai: Pai, server: StandIn) -> None:
    server.world.answers[CALL] = {**REPLY, "state": "RUNNING", "now": None}
    shown = pai("explain", "ann~train").stdout
    assert shown.startswith("ann~train does not wait: RUNNING.")
    assert "bob~before came first." in shown


def test_json_is_the_apis_own_shape(pai: Pai, server: StandIn) -> None:
    server.world.answers[CALL] = REPLY
    assert json.loads(pai("explain", "ann~train", "--json").stdout) == REPLY
