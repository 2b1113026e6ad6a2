"""What was read of a GPU → why no task may get it."""

import pytest

from openpai.backends.docker.gpus.health import DISPLAY_MB, Reading, problem_of
from openpai.images.cuda.machine import GpuProcess
from openpai.messages import LANGUAGES, message

STRANGER = GpuProcess(4711, "python3")


@pytest.mark.parametrize(
    ("reading", "code"),
    [
        (Reading(lost=True, failure="GPU is lost"), "GpuLost"),
        (Reading(failure="Unknown Error"), "GpuSilent"),
        (Reading(memory_errors=1), "GpuMemoryErrors"),
        (Reading(rows_failed=True, memory_errors=1), "GpuMemoryWornOut"),
        (Reading(rows_pending=True), "GpuRepairPending"),
        (Reading(pages_pending=True), "GpuRepairPending"),
        (Reading(recovery=1), "GpuNeedsReset"),
        (Reading(recovery=99), "GpuNeedsReset"),
        (Reading(xid=79), "GpuFaultReported"),
        (Reading(mig=True), "GpuInMigMode"),
    ],
)
def test_each_trouble_has_a_code_and_words_for_people(reading: Reading, code: str) -> None:
    problem = problem_of(3, reading, ())
    assert problem is not None
    assert problem.code == code
    for language in LANGUAGES:
        told = message(problem.code, problem.params, language)
        assert "GPU 3" in told.text
        assert told.fix


def test_a_gpu_that_is_well_may_be_given_away_even_when_our_own_tasks_use_it() -> None:
    assert problem_of(0, Reading(compute=frozenset({1, 2})), ()) is None


def test_what_programs_cause_is_no_trouble_of_the_gpu() -> None:
    assert [problem_of(0, Reading(xid=xid), ()) for xid in (13, 31, 43, 45, 63, 94)] == [None] * 6


def test_strangers_are_named_with_number_and_name_and_many_are_cut_short() -> None:
    problem = problem_of(2, Reading(), (STRANGER, GpuProcess(4712, "Xorg")))
    assert problem is not None
    assert (problem.code, problem.params) == (
        "GpuHeld",
        {"gpu": 2, "processes": "4711 (python3), 4712 (Xorg)"},
    )
    many = problem_of(2, Reading(), tuple(GpuProcess(number, "p") for number in range(9)))
    assert many is not None
    assert many.params["processes"] == "0 (p), 1 (p), 2 (p), 3 (p), …"


def test_a_fault_of_the_gpu_is_told_before_its_strangers() -> None:
    problem = problem_of(0, Reading(memory_errors=2), (STRANGER,))
    assert problem is not None
    assert problem.code == "GpuMemoryErrors"


def test_a_display_server_with_a_little_memory_of_it_does_not_hold_a_gpu() -> None:
    drawing = Reading(compute=frozenset({1}), graphics={2: 4, 3: DISPLAY_MB})
    assert drawing.holders == {1, 3}
