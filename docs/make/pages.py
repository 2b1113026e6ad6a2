"""Pages with parts that are made: what stands between two marks is put there, everything else is a person's.

<!-- made: NAME -->
…
<!-- end -->
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "zh")

_PART = re.compile(r"(<!-- made: (?P<name>\S+(?: \S+)*) -->\n).*?(<!-- end -->)", re.DOTALL)

Make = Callable[[str, str], str]
"""Name of a part and language → Markdown."""


def pages() -> Iterator[tuple[Path, str]]:
    """Every page of `docs/`, with its language."""
    for language in LANGUAGES:
        for page in sorted((DOCS / language).glob("*.md")):
            yield page, language
    for page in sorted(DOCS.glob("*.md")):
        yield page, "en"


def filled(text: str, language: str, make: Make) -> str:
    """The page with all its parts as they should be now."""
    return _PART.sub(lambda part: f"{part[1]}\n{make(part['name'], language)}\n{part[3]}", text)


def parts(text: str) -> list[str]:
    """The names of the parts of a page."""
    return [part["name"] for part in _PART.finditer(text)]


def cell(text: str) -> str:
    """Text as a table's cell: one line, no bar that would end the cell, nothing that Markdown takes for HTML."""
    pieces = " ".join(text.split()).replace("|", "\\|").split("`")  # every other one is code, shown as it is
    pieces[::2] = [piece.replace("<", "&lt;") for piece in pieces[::2]]
    return "`".join(pieces)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table; cells are put as they are."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
