"""From the end of a container to its cause."""

import re
import signal

import pytest

from openpai.errors import KINDS
from openpai.lifecycle.diagnosis import Room, diagnose
from openpai.lifecycle.exit_specs import Behavior, exit_spec, exit_specs
from openpai.lifecycle.exits import Exit
from openpai.lifecycle.output import NOTHING, Output
from openpai.lifecycle.patterns import Found, Pattern, patterns
from openpai.lifecycle.records import Diagnosis
from openpai.messages import LANGUAGES, catalogue, message

LONG_AGO = 0
AT = 1_700_000_000_000
ROOM = Room(memory_mb=2048, shm_mb=64)
MISSING = Output(("ModuleNotFoundError: …",), Found("ModuleMissing", {"module": "a", "package": "a"}, 0, 1))


def ended(exit_: Exit, output: Output = NOTHING, engine_started_at: int = LONG_AGO) -> Diagnosis:
    return diagnose(exit_, engine_started_at, output, ROOM)


def cause(
    code: int, oom: bool = False, error: str = "", engine_started_at: int = LONG_AGO
) -> tuple[str, object]:
    diagnosis = ended(Exit(code, AT, oom, error), engine_started_at=engine_started_at)
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
        (cause(129), ("Signalled", "SIGHUP")),
        (cause(130), ("Terminated", "SIGINT")),
        (cause(131), ("Terminated", "SIGQUIT")),
        (cause(132), ("IllegalInstruction", None)),
        (cause(134), ("Aborted", None)),
        (cause(135), ("BusError", None)),
        (cause(136), ("ArithmeticFault", None)),
        (cause(139), ("SegmentationFault", None)),
        (cause(141), ("BrokenPipe", None)),
        (cause(143), ("Terminated", "SIGTERM")),
        (cause(152), ("CpuTimeSpent", None)),
        (cause(153), ("FileTooLarge", None)),
        (cause(159), ("SystemCallForbidden", None)),
        (cause(255), ("ExitCode", None)),
        (cause(200), ("ExitCode", None)),
        (cause(-1), ("ExitCode", None)),
        (cause(128, error="cannot start"), ("ContainerRefused", "cannot start")),
        (cause(0, error="cannot start"), ("ContainerRefused", "cannot start")),
    ],
)
def test_an_exit_has_one_cause(exit_: tuple[str, object], expected: tuple[str, object]) -> None:
    assert exit_ == expected


@pytest.mark.parametrize("number", [s for s in signal.Signals if s < 65])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_signal_is_told_by_its_name(number: signal.Signals, language: str) -> None:
    told = ended(Exit(128 + number, AT))
    assert number.name in message(told.code, told.params, language).text or told.code == "FileTooLarge"


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
        assert ended(Exit(code, AT)).params["exit_code"] == code
        assert ended(Exit(code, AT), MISSING).params["exit_code"] == code


def test_what_the_task_wrote_tells_why_and_is_the_evidence() -> None:
    told = ended(Exit(1, AT), MISSING)
    assert (told.code, told.params["module"], told.evidence) == ("ModuleMissing", "a", MISSING.evidence)
    assert ended(Exit(139, AT), MISSING).code == "ModuleMissing", "more than the signal says"


@pytest.mark.parametrize("code", [0, 130, 131, 137, 143])
def test_a_success_or_an_end_from_outside_is_not_explained_by_what_was_written(code: int) -> None:
    assert ended(Exit(code, AT), MISSING) != ended(Exit(1, AT), MISSING)
    assert ended(Exit(code, AT), MISSING).code in ("Succeeded", "Killed", "Terminated")


def test_what_is_certain_comes_before_what_was_written() -> None:
    assert ended(Exit(1, AT, oom_killed=True), MISSING).code == "OutOfMemory"
    assert ended(Exit(255, AT), MISSING, engine_started_at=AT).code == "EngineRestarted"
    assert ended(Exit(127, AT, error="no shell"), MISSING).code == "ContainerRefused"


def test_a_success_needs_no_evidence() -> None:
    assert ended(Exit(0, AT), Output(("done",))).evidence == ()
    assert ended(Exit(1, AT), Output(("done",))).evidence == ("done",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_ran_out_is_told_with_its_size(language: str) -> None:
    full = ended(Exit(135, AT))
    assert "64 MB" in message(full.code, full.params, language).text
    killed = ended(Exit(137, AT, oom_killed=True))
    assert "2048 MB" in message(killed.code, killed.params, language).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", exit_specs())
def test_every_entry_of_the_exit_table_has_a_text(code: str, language: str) -> None:
    assert catalogue(language)[code]["text"]


def _groups(expression: re.Pattern[bytes] | None) -> set[str]:
    return {name.partition("_")[0] for name in expression.groupindex} if expression else set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: pattern.code)
def test_what_a_pattern_finds_fills_its_text(pattern: Pattern, language: str) -> None:
    names = _groups(pattern.line) | _groups(pattern.above)
    if "module" in names:
        names.add("package")
    found = Found(pattern.code, {name: f"<{name}>" for name in names}, 0, 1)
    told = ended(Exit(1, AT), Output((), found))
    words = message(told.code, told.params, language)
    assert words.fix
    assert "‹" not in words.text + words.fix
    assert all(f"<{name}>" in words.text + words.fix for name in names)


def test_a_text_of_an_output_alone_takes_no_attempt_from_a_job() -> None:
    of_programs = [p for p in patterns() if not p.words[0].startswith(b"[openpai]")]
    behaviors = {pattern.code: exit_spec(pattern.code).behavior for pattern in of_programs}
    certain = {code: behavior for code, behavior in behaviors.items() if behavior != Behavior.UNKNOWN}
    assert certain == {"PythonSyntaxError": Behavior.PERMANENT, "GpuEccError": Behavior.TRANSIENT}
    assert behaviors.keys() <= exit_specs().keys()


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
        blameless = (Behavior.SUCCESS, Behavior.STOP, Behavior.PREEMPTED)
        assert (spec.fault == "none") == (spec.behavior in blameless), spec.name
