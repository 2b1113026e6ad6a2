"""English and Chinese pages say the same things in the same order."""

from pathlib import Path

import pytest

from docs.make.pages import parts
from openpai.messages import LANGUAGES
from tests.docs.texts import ROOT, fences, headings

PAIRS = [
    (ROOT / "README.md", ROOT / "README.zh.md"),
    *((page, ROOT / "docs" / "zh" / page.name) for page in sorted((ROOT / "docs" / "en").glob("*.md"))),
]
pairs = pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=lambda page: page.name)


def test_both_languages_have_the_same_pages() -> None:
    english, chinese = ({page.name for page in (ROOT / "docs" / each).glob("*.md")} for each in LANGUAGES)
    assert english == chinese


@pairs
def test_pages_have_the_same_headings(english: Path, chinese: Path) -> None:
    levels = [[level for level, _ in headings(page)] for page in (english, chinese)]
    assert levels[0] == levels[1]


@pairs
def test_pages_have_the_same_made_parts(english: Path, chinese: Path) -> None:
    assert parts(english.read_text("utf-8")) == parts(chinese.read_text("utf-8"))


@pairs
def test_pages_show_the_same_jobs(english: Path, chinese: Path) -> None:
    assert fences(english, "yaml") == fences(chinese, "yaml")


@pairs
def test_tables_have_as_many_rows(english: Path, chinese: Path) -> None:
    rows = [
        sum(line.startswith("|") for line in page.read_text("utf-8").splitlines())
        for page in (english, chinese)
    ]
    assert rows[0] == rows[1]
