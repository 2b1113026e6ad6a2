"""When an attempt is decided: OpenPAI's completion policy."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.lifecycle.completion import decide
from openpai.lifecycle.records import Diagnosis, Outcome, TaskAttempt
from openpai.lifecycle.states import JobState, TaskState, is_final
from tests.builders import a_job, a_task, ended, job_of, role

F, S, STOPPED, RUNS = TaskState.FAILED, TaskState.SUCCEEDED, TaskState.STOPPED, TaskState.RUNNING
ENDS = {"f": F, "s": S, "x": STOPPED}


def outcome(roles: dict[str, dict[str, Any]], **tasks: str) -> Outcome | None:
    """`tasks` by role: a letter for each: r runs, f failed, s succeeded, each later than the one before."""
    records: list[TaskAttempt] = []
    at = 0
    for name, letters in tasks.items():
        for index, letter in enumerate(letters):
            at += 1
            state = ENDS.get(letter)
            records.append(ended(name, index, state, at) if state else a_task(name, index, RUNS))
    return decide(job_of(roles).task_roles, records)


@pytest.mark.parametrize(
    ("case", "roles", "tasks", "state", "trigger"),
    [
        ("a: exit 0", {"a": role()}, {"a": "s"}, "SUCCEEDED", "MinSucceededReached"),
        ("b: exit 1", {"a": role()}, {"a": "f"}, "FAILED", "MinFailedReached"),
        ("nothing ended", {"a": role(2)}, {"a": "rr"}, None, ""),
        ("some succeeded", {"a": role(2)}, {"a": "sr"}, None, ""),
        ("d: one of three fails", {"a": role(3)}, {"a": "frr"}, "FAILED", "MinFailedReached"),
        ("e: two open", {"a": role(3, failed=-1)}, {"a": "ffr"}, None, ""),
        ("e: failures never count", {"a": role(3, failed=-1)}, {"a": "ffs"}, "SUCCEEDED", "AllTasksEnded"),
        ("e: all fail, f never", {"a": role(3, failed=-1)}, {"a": "fff"}, "SUCCEEDED", "AllTasksEnded"),
        (
            "f: b done first",
            {"a": role(2), "b": role()},
            {"b": "s", "a": "rr"},
            "SUCCEEDED",
            "MinSucceededReached",
        ),
        (
            "g: b done, waits for a",
            {"a": role(2, 1, -1), "b": role(1, 1, -1)},
            {"b": "s", "a": "rr"},
            None,
            "",
        ),
        (
            "g: all done",
            {"a": role(2, 1, -1), "b": role(1, 1, -1)},
            {"b": "s", "a": "ss"},
            "SUCCEEDED",
            "AllTasksEnded",
        ),
        ("h: three of four fail", {"a": role(4, 4, 1)}, {"a": "fffr"}, None, ""),
        ("h: first success", {"a": role(4, 4, 1)}, {"a": "fsrr"}, "SUCCEEDED", "MinSucceededReached"),
        ("h: all four fail", {"a": role(4, 4, 1)}, {"a": "ffff"}, "FAILED", "MinFailedReached"),
        ("neither rule holds", {"a": role(2, 2, -1)}, {"a": "fs"}, "SUCCEEDED", "AllTasksEnded"),
    ],
)
def test_an_attempt_is_decided_by_the_table(
    case: str, roles: dict[str, Any], tasks: dict[str, str], state: str | None, trigger: str
) -> None:
    decided = outcome(roles, **tasks)
    assert (decided.state if decided else None) == state, case
    assert (decided.trigger if decided else "") == trigger, case


def test_the_cause_is_that_of_the_task_that_reached_the_limit() -> None:
    tasks = [
        ended("a", 0, F, at=30, cause="Killed"),
        ended("a", 1, F, at=10, cause="OutOfMemory"),
        ended("a", 2, F, at=20, cause="ExitCode"),
    ]
    decided = decide(a_job(a=role(3, failed=2)).task_roles, tasks)
    assert decided is not None
    assert (decided.diagnosis.code, decided.role, decided.index) == ("ExitCode", "a", 2)
    assert decided.trigger_params == {"count": 3, "limit": 2, "role": "a"}


def test_of_several_rules_the_one_counts_whose_deciding_task_ended_first() -> None:
    roles = a_job(a=role(), b=role()).task_roles
    failed_first = [ended("a", 0, S, at=20), ended("b", 0, F, at=10)]
    succeeded_first = [ended("a", 0, S, at=10), ended("b", 0, F, at=20)]

    assert decide(roles, failed_first) == Outcome(
        JobState.FAILED,
        Diagnosis("ExitCode", {"exit_code": 1}),
        "MinFailedReached",
        {"count": 1, "limit": 1, "role": "b"},
        "b",
        0,
    )
    decided = decide(roles, succeeded_first)
    assert decided is not None
    assert decided.state == JobState.SUCCEEDED


ends = st.lists(st.sampled_from([F, S, RUNS]), min_size=1, max_size=4)
limits = st.one_of(st.none(), st.just(-1), st.integers(1, 4))


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.tuples(ends, limits, limits), min_size=1))
def test_what_is_decided_holds_and_what_is_open_has_a_task_that_goes_on(
    roles: dict[str, tuple[list[TaskState], int | None, int | None]],
) -> None:
    job = job_of({name: role(len(states), f, s) for name, (states, f, s) in roles.items()})
    tasks = [
        a_task(name, i, state) if state == RUNS else ended(name, i, state, at=i)
        for name, (states, _, _) in roles.items()
        for i, state in enumerate(states)
    ]
    decided = decide(job.task_roles, tasks)

    if decided is None:
        assert not all(is_final(task.state) for task in tasks)
    else:
        assert decided.state in (JobState.SUCCEEDED, JobState.FAILED)
        assert (decided.state == JobState.SUCCEEDED) == (decided.diagnosis.code == "Succeeded")
    for turned in permutations(tasks) if len(tasks) <= 4 else [tasks[::-1]]:
        other = decide(job.task_roles, turned)
        assert (other and other.state) == (decided and decided.state), "the order of the list does not matter"
