"""Problems of a job file, shown as a compiler shows them: place, text, the line with a caret, the remedy. Pure."""

from collections.abc import Sequence

from rich.cells import cell_len

from openpai.cli.exits import Complaint
from openpai.cli.output import clean
from openpai.client.replies import Problem

_LONGEST = 160  # characters of a source line that are shown
_TAB = " " * 4


def complaints(problems: Sequence[Problem], file: str, text: str) -> list[Complaint]:
    """What to show for each problem that the server found in `text`, which came from `file`."""
    lines = text.splitlines()
    return [_complaint(problem, file, lines) for problem in problems]


def _complaint(problem: Problem, file: str, lines: Sequence[str]) -> Complaint:
    number, column, path = problem.get("line"), problem.get("column"), problem.get("path")
    place = ":".join(str(part) for part in (file, number, column) if part is not None)
    told = f"{path}: {problem['message']}" if path else problem["message"]
    within = number is not None and 0 < number <= len(lines)
    excerpt = _excerpt(lines[number - 1], number, column) if within and number is not None else []
    return Complaint(told, problem.get("fix") or "", place, excerpt)


def _excerpt(source: str, number: int, column: int | None) -> list[str]:
    """The source line, and a caret under the column (counted in characters from 1)."""
    first = max(0, (column or 1) - 1 - _LONGEST // 2) if len(source) > _LONGEST else 0
    shown = source[first : first + _LONGEST]
    source_line = f"{number:>5} | {shown.replace(chr(9), _TAB)}"
    if column is None:
        return [source_line]
    before = shown[: max(0, column - 1 - first)]
    return [source_line, f"{'':>5} | {_blank(before)}^"]


def _blank(text: str) -> str:
    """Blanks as wide as the text on a terminal, where a Chinese character takes two columns."""
    return " " * cell_len(clean(text.replace("\t", _TAB)))
