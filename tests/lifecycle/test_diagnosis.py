"""From the end of a container to its cause."""

import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.errors import KINDS
from openpai.lifecycle.diagnosis import EVIDENCE_LINES, diagnose, last_lines
from openpai.lifecycle.exit_specs import Behavior, exit_spec, exit_specs
from openpai.lifecycle.exits import Exit
from openpai.messages import LANGUAGES, catalogue, message

LONG_AGO = 0
AT = 1_700_000_000_000


def cause(
    code: int, oom: bool = False, error: str = "", engine_started_at: int = LONG_AGO
) -> tuple[str, object]:
    diagnosis = diagnose(Exit(code, AT, oom, error), engine_started_at, b"")
    return diagnosis.code, diagnosis.params.get("signal") or diagnosis.params.get("detail")


@pytest.mark.parametrize(
    ("exit_", "expected"),
    [
        (cause(0), ("Succeeded", None)),
        (cause(0, oom=True), ("Succeeded", None)),  # a child was killed and the program coped
        (cause(1), ("ExitCode", None)),
        (cause(1, oom=True), ("OutOfMemory", None)),
        (cause(137, oom=True), ("OutOfMemory", None)),
        (cause(137), ("Killed", None)),
        (cause(126), ("CommandNotExecutable", None)),
        (cause(127), ("CommandNotFound", None)),
        (cause(128), ("ExitCode", None)),
        (cause(134), ("Signalled", "SIGABRT")),
        (cause(139), ("Signalled", "SIGSEGV")),
        (cause(143), ("Signalled", "SIGTERM")),
        (cause(255), ("ExitCode", None)),
        (cause(200), ("ExitCode", None)),
        (cause(-1), ("ExitCode", None)),
        (cause(128, error="cannot start"), ("ContainerRefused", "cannot start")),
        (cause(0, error="cannot start"), ("ContainerRefused", "cannot start")),
    ],
)
def test_an_exit_has_one_cause(exit_: tuple[str, object], expected: tuple[str, object]) -> None:
    assert exit_ == expected


@pytest.mark.parametrize("number", [s for s in signal.Signals if s != signal.SIGKILL and s < 65])
def test_every_signal_is_told_by_its_name(number: signal.Signals) -> None:
    assert cause(128 + number) == ("Signalled", number.name)


@pytest.mark.parametrize("code", [137, 143, 255])
@pytest.mark.parametrize(
    ("engine", "expected"),
    [(AT + 30_000, True), (AT - 30_000, True), (AT + 30_001, False), (AT - 30_001, False)],
)
def test_an_end_from_outside_around_an_engine_start_is_the_engines(
    code: int, engine: int, expected: bool
) -> None:
    assert (cause(code, engine_started_at=engine)[0] == "EngineRestarted") == expected


@pytest.mark.parametrize("code", [0, 1, 126, 127, 139])
def test_an_end_of_its_own_around_an_engine_start_is_its_own(code: int) -> None:
    assert cause(code, engine_started_at=AT)[0] != "EngineRestarted"


def test_out_of_memory_around_an_engine_start_is_still_out_of_memory() -> None:
    assert cause(137, oom=True, engine_started_at=AT)[0] == "OutOfMemory"


def test_the_users_exit_code_stays_what_it_was() -> None:
    for code in (1, 3, 126, 127, 137, 139, 255):
        assert diagnose(Exit(code, AT), LONG_AGO, b"").params["exit_code"] == code


def test_the_evidence_is_the_last_lines_that_say_something() -> None:
    output = b"".join(b"line %d\n\n  \n" % n for n in range(100))
    evidence = diagnose(Exit(1, AT), LONG_AGO, output).evidence
    assert evidence == tuple(f"line {n}" for n in range(100 - EVIDENCE_LINES, 100))
    assert diagnose(Exit(0, AT), LONG_AGO, output).evidence == (), "a success needs none"


def test_a_progress_bar_shows_its_last_states_as_lines() -> None:
    assert last_lines(b"10%\r20%\r100%\ndone") == ("10%", "20%", "100%", "done")


def test_a_line_without_end_is_cut() -> None:
    assert last_lines(b"x" * 10_000) == ("x" * 500,)


@given(st.binary(max_size=2000))
def test_any_bytes_make_evidence_that_can_be_shown(output: bytes) -> None:
    lines = last_lines(output)
    assert len(lines) <= EVIDENCE_LINES
    assert all(line.strip() and len(line) <= 500 and "\n" not in line for line in lines)
    "\n".join(lines).encode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", exit_specs())
def test_every_entry_of_the_exit_table_has_a_text(code: str, language: str) -> None:
    assert catalogue(language)[code]["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_diagnosis_tells_fills_its_text(language: str) -> None:
    for exit_ in (
        Exit(0, AT),
        Exit(3, AT),
        Exit(126, AT),
        Exit(127, AT),
        Exit(139, AT),
        Exit(137, AT),
        Exit(137, AT, True),
    ):
        diagnosis = diagnose(exit_, LONG_AGO, b"")
        assert message(diagnosis.code, diagnosis.params, language).text


def test_every_reason_why_a_start_fails_has_its_entry() -> None:
    codes = set(KINDS)
    first, last = list(KINDS).index("ImageNotFound"), list(KINDS).index("EngineFailed")
    at_start = set(list(KINDS)[first : last + 1])
    assert at_start <= codes
    assert at_start - set(exit_specs()) == set()


def test_a_code_that_the_table_lacks_counts_as_unknown() -> None:
    assert exit_spec("Nonsense").behavior == Behavior.UNKNOWN


def test_whose_fault_it_is_is_one_of_four() -> None:
    assert {spec.fault for spec in exit_specs().values()} == {"none", "user", "platform", "unknown"}
    for spec in exit_specs().values():
        assert (spec.fault == "none") == (spec.behavior in (Behavior.SUCCESS, Behavior.STOP)), spec.name
