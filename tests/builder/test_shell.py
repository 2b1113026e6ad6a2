"""Programs are run for a build; what they say is kept, and what they need is told."""

import os
import shutil
from pathlib import Path

import pytest

from openpai.builder.shell import ProgramFailed, as_root, run
from openpai.errors import PaiError


def test_what_a_program_prints_is_logged_and_told_line_by_line(tmp_path: Path) -> None:
    lines: list[str] = []
    run(["sh", "-c", "echo one; echo two >&2"], tmp_path / "log", lines.append)
    assert lines == ["one", "two"]
    assert (tmp_path / "log").read_text() == "one\ntwo\n"


def test_a_failure_carries_the_last_lines(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed) as raised:
        run(["sh", "-c", "seq 100; exit 3"], tmp_path / "log")
    assert raised.value.last_lines.split() == [str(number) for number in range(86, 101)]


def test_root_runs_the_command_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert as_root(["mmdebstrap", "x"]) == ["mmdebstrap", "x"]


def test_who_can_not_become_root_is_told_which_program_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(PaiError) as raised:
        as_root(["mmdebstrap", "x"])
    assert (raised.value.first.code, raised.value.first.params) == (
        "BuildNeedsRoot",
        {"program": "mmdebstrap"},
    )
