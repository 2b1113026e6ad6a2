"""What OpenPAI's words say of an end: who told of it, who brought it about, and how far the task was."""

import pytest

from openpai.lifecycle.exit_specs import exit_spec, exit_specs

ISSUERS = {"USER_CONTAINER", "PAI_OS", "PAI_RUNTIME", "PAI_DOCKER", "PAI_FC"}
CAUSERS = {*ISSUERS, "USER_SUBMISSION", "USER_STOP", "PAI_HW", "PAI_UNKNOWN", "UNKNOWN"}
STAGES = {"SUBMITTING", "ALLOCATING", "LAUNCHING", "RUNNING", "COMPLETING", "UNKNOWN"}


@pytest.mark.parametrize("code", exit_specs())
def test_every_end_is_told_in_openpai_s_words(code: str) -> None:
    spec = exit_spec(code)
    assert (spec.issuer in ISSUERS, spec.causer in CAUSERS, spec.stage in STAGES) == (True, True, True)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("Succeeded", ("USER_CONTAINER", "USER_CONTAINER", "COMPLETING")),
        ("StopRequested", ("PAI_FC", "USER_STOP", "UNKNOWN")),
        ("Killed", ("PAI_OS", "PAI_OS", "RUNNING")),
        ("ArithmeticFault", ("USER_CONTAINER", "USER_CONTAINER", "RUNNING")),
        ("GpuEccError", ("PAI_RUNTIME", "PAI_HW", "RUNNING")),
        ("OutOfMemory", ("PAI_DOCKER", "USER_CONTAINER", "RUNNING")),
        ("ImageNotFound", ("PAI_DOCKER", "USER_SUBMISSION", "LAUNCHING")),
        ("RegistryUnreachable", ("PAI_DOCKER", "PAI_DOCKER", "LAUNCHING")),
        ("NetworkPoolExhausted", ("PAI_FC", "PAI_FC", "ALLOCATING")),
        ("Preempted", ("PAI_FC", "PAI_FC", "UNKNOWN")),
        ("ExitCode", ("PAI_RUNTIME", "UNKNOWN", "RUNNING")),
        ("Nonsense", ("UNKNOWN", "UNKNOWN", "UNKNOWN")),
    ],
)
def test_who_told_who_brought_it_about_and_when(code: str, told: tuple[str, str, str]) -> None:
    spec = exit_spec(code)
    assert (spec.issuer, spec.causer, spec.stage) == told
