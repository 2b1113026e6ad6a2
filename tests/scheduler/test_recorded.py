"""What HiveD decided, recorded, and what it should have decided where it is defective (recorded/README.md)."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from openpai.errors import PaiError
from openpai.protocol.job import Job
from openpai.protocol.parse import parse
from openpai.runtime.demand import all_tasks, gang_name, units
from openpai.scheduler.cluster import Sku
from openpai.scheduler.resources import Resources
from tests.protocol import samples
from tests.scheduler.pods import Pods

Fields = dict[str, Any]

RECORDED = json.loads((Path(__file__).parent / "recorded" / "cases.json").read_text(encoding="utf-8"))
CLUSTERS = RECORDED["clusters"]

ELSEWHERE: dict[str, Callable[[], bool]] = {
    "vc_empty": lambda: read(samples.job()).virtual_cluster != "",
    "priority_below_-1": lambda: "PriorityUnknown" in codes_of(asking({"jobPriorityClass": -2})),
    "priority_above_1000": lambda: "PriorityUnknown" in codes_of(asking({"jobPriorityClass": 1001})),
    "cells_not_positive": lambda: units(Resources(0, 0, 0), Sku(1, 1, 1)) == 1,
    "group_name_empty": lambda: gang_name("id", read(samples.job()), "worker", 0) != "",
    "member_pods_not_positive": lambda: bool(codes_of(samples.role(instances=0))),
    "member_cells_not_positive": lambda: units(Resources(-1, -1, -1), Sku(1, 1, 1)) == 1,
    "pod_not_in_group": lambda: all_tasks(read(samples.job())) == [("worker", 0)],
}
"""What the original refuses before it schedules, and what keeps it from the scheduler here: the protocol refuses it, or
a gang made from a job cannot be so."""


ENDS = {"V-guaranteed-rack-0": 13}
"""Where a case ends early: a choice that the recording leaves open was made otherwise the step before, and what follows
depends on it. Here a gang that displaces others takes idle cells first; the original fills the fullest machine."""


def read(job: Fields) -> Job:
    return parse(json.dumps(job)).job


def codes_of(job: Fields) -> list[str]:
    return samples.codes(json.dumps(job))


def asking(extras: Fields) -> Fields:
    return samples.job(extras={"hivedScheduler": extras})


def cases() -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in RECORDED["cases"] if not case.get("oversold")]


@pytest.mark.parametrize("case", cases())
def test_decides_as_recorded(case: Fields) -> None:
    pods = Pods(CLUSTERS[case["cluster"]], case.get("chains", ()))
    for i, step in enumerate(case["steps"][: ENDS.get(case["id"])]):
        expected, actual = step.get("expect"), take(pods, step)
        assert differences(expected, actual) == {}, f"step {i}: {step}"


@pytest.mark.parametrize(
    "case", [each for each in RECORDED["cases"] if each.get("oversold")], ids=lambda each: each["id"]
)
def test_refuses_more_promises_than_there_are_cells(case: Fields) -> None:
    with pytest.raises(PaiError) as refused:
        Pods(CLUSTERS[case["cluster"]])
    assert {problem.code for problem in refused.value.problems} == {"Oversold"}


def test_every_case_is_there() -> None:
    assert len(RECORDED["cases"]) == 83
    expected = [step["expect"] for case in RECORDED["cases"] for step in case["steps"] if "expect" in step]
    assert sum(len(each) for each in expected) > 2000


def take(pods: Pods, step: Fields) -> Fields:
    """Do one step; what it answers."""
    match step["op"]:
        case "ask":
            return ask(pods, step)
        case "gone":
            pods.gone(step["pod"])
        case "withdrawn":
            pods.withdrawn(step["pod"])
        case "bad" | "healthy":
            pods.turn(step["node"], step["op"] == "bad")
        case "restart":
            pods.restart(CLUSTERS[step["cluster"]])
        case "gangs":
            return pods.gangs()
        case "promised":
            return pods.promised()
        case "free":
            return pods.free()
        case "opportunistic":
            return pods.opportunistic()
        case other:
            raise AssertionError(other)
    return {}


def ask(pods: Pods, step: Fields) -> Fields:
    if step["expect"].get("kind") == "elsewhere":
        return {
            "kind": "elsewhere",
            "why": step["expect"]["why"] if step["expect"]["why"] in ELSEWHERE else None,
        }
    return pods.ask(step["pod"], step["of"], step.get("phase", "preempting"), step.get("keep", True))


def differences(expected: Fields | None, actual: Fields) -> Fields:
    """Where the two do not agree: only what is expected is looked at, but of maps by name no more may be there."""
    if expected is None:
        return {}
    of_names = all(isinstance(each, Mapping) for each in (*expected.values(), *actual.values()))
    names = expected.keys() | (actual.keys() if of_names else set())
    found: Fields = {}
    for name in sorted(names):
        one, other = expected.get(name), actual.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            if inner := differences(one, other):
                found[name] = inner
        elif comparable(one) != comparable(other):
            found[name] = (one, other)
    return found


def comparable(value: object) -> object:
    return sorted(value, key=str) if isinstance(value, list) else value
