"""The pages as the tests of this room see them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "README.zh.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
)

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def fences(page: Path, language: str) -> list[str]:
    """The blocks of code of this language."""
    return [body for found, body in _FENCE.findall(page.read_text("utf-8")) if found == language]


def prose(page: Path) -> str:
    """The page without its blocks of code and its comments."""
    return _COMMENT.sub("", _FENCE.sub("", page.read_text("utf-8")))


def code_spans(page: Path) -> Iterator[str]:
    """Every piece of `code` in the running text."""
    yield from _CODE.findall(prose(page))


def headings(page: Path) -> list[tuple[int, str]]:
    """Level and text of every heading."""
    return [(len(marks), text) for marks, text in _HEADING.findall(prose(page))]


def anchors(page: Path) -> set[str]:
    """What a link may point to inside the page, as GitHub names it."""
    return {_slug(text) for _, text in headings(page)}


def _slug(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", heading.replace("&lt;", "").replace("&gt;", "").lower())
    return kept.strip().replace(" ", "-")
