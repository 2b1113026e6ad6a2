"""The picture of a session: what is recorded is what is drawn, and it needs nothing from elsewhere."""

import re
from pathlib import Path

import pytest

from docs.make.picture import draw, record, shown
from tests.docs.texts import ROOT

PICTURES = sorted((ROOT / "docs" / "images").glob("*.svg"))
_LARGEST = 100_000  # bytes


def test_what_a_command_writes_to_a_terminal_is_recorded() -> None:
    written, code = record("test -t 1 && printf '\\033[32mgreen\\033[0m\\n'; exit 3", width=40)
    assert (written, code) == ("\x1b[32mgreen\x1b[0m\r\n", 3)


@pytest.mark.parametrize(
    ("written", "stands"),
    [
        ("one\r\ntwo\r\n", "one\ntwo"),
        ("10 %\r50 %\rdone\r\n", "done"),
        ("10 %\x1b[2K\rdone\r\n", "done"),
        ("\x1b[?25lx\x1b[?25h\x1b[1mbold\x1b[0m\r\n", "x\x1b[1mbold\x1b[0m"),
    ],
)
def test_what_was_drawn_over_is_not_shown(written: str, stands: str) -> None:
    assert shown(written) == stands


def test_a_picture_holds_the_commands_and_what_they_wrote() -> None:
    svg = draw([("pai jobs", "No jobs.\r\n")], "OpenPAI", width=40).replace("&#160;", " ")
    assert "pai jobs" in svg
    assert "No jobs." in svg


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_pictures_in_the_pages_need_no_host(picture: Path) -> None:
    svg = picture.read_text("utf-8")
    assert set(re.findall(r"https?://[^\"'\s)]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in svg
    assert "SUCCEEDED" in svg
    assert len(svg.encode()) < _LARGEST


def test_there_is_one_for_each_language() -> None:
    assert [picture.name for picture in PICTURES] == ["run.svg", "run.zh.svg"]
