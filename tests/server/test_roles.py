"""What replies tell of a task's gang and of its cells."""

from dataclasses import replace
from typing import Any

import pytest

from openpai.lifecycle.records import Cells, TaskAttempt
from openpai.server.roles import roles_of
from tests.builders import NOW, a_task, document_of, role

PROMISED = Cells("box", "NODE", "UNIT", (0, 1), ("NODE", "NODE"))
IDLE = replace(PROMISED, charged=())


def told(task: TaskAttempt, **extras: Any) -> tuple[str | None, bool]:
    reply = roles_of(document_of({"main": role()}, **extras)).hived_of(task, "ann~job")
    return reply.affinityGroupName, reply.lazyPreempted


def placed(cells: Cells | None) -> TaskAttempt:
    return a_task(cells=cells, placed_at=NOW)


@pytest.mark.parametrize(
    ("extras", "gang"),
    [
        ({}, "ann~job/default"),
        ({"hivedScheduler": {"taskRoles": {"main": {"affinityGroupName": "tight"}}}}, "ann~job/tight"),
        ({"gangAllocation": False}, None),
    ],
)
def test_the_gang_is_named_after_its_job(extras: dict[str, Any], gang: str | None) -> None:
    assert told(placed(PROMISED), **extras) == (gang, False)


@pytest.mark.parametrize(
    ("cells", "priority", "downgraded"),
    [
        (PROMISED, "test", False),
        (IDLE, "test", True),
        (IDLE, "oppo", False),
        (None, "test", False),
    ],
)
def test_downgraded_is_who_was_promised_cells_and_goes_on_with_idle_ones(
    cells: Cells | None, priority: str, downgraded: bool
) -> None:
    extras = {"hivedScheduler": {"jobPriorityClass": priority}}
    assert told(placed(cells), **extras)[1] is downgraded


def test_who_waits_for_reserved_cells_is_not_downgraded() -> None:
    assert told(a_task(cells=IDLE))[1] is False
