"""A page of help, laid out for the width of the terminal, in which a Chinese character takes two columns."""

import sys
from collections.abc import Mapping, Sequence

from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from openpai.cli.output import console

_WIDEST = 100  # columns; longer lines are hard to read


def render(usage: str, about: str, lists: Mapping[str, Sequence[tuple[str, str]]], last: str) -> str:
    """The page: how to type it, what it does, each list under its title, a last word."""
    out = console(sys.stdout)
    width = min(out.width, _WIDEST)
    with out.capture() as captured:
        out.print(Text(usage, style="bold"), width=width)
        out.print(Padding(Text(about), (1, 0, 0, 2)), width=width)
        for title, rows in lists.items():
            if rows:
                out.print(Text(f"\n{title}", style="bold"))
                out.print(_table(rows), width=width)
        if last:
            out.print(Padding(Text(last), (1, 0, 0, 0)), width=width)
    return "\n".join(text.rstrip() for text in captured.get().splitlines())


def _table(rows: Sequence[tuple[str, str]]) -> Table:
    table = Table(
        Column(style="cyan", no_wrap=True), Column(), box=None, show_header=False, padding=(0, 0, 0, 2)
    )
    for typed, meaning in rows:
        table.add_row(typed, Text(meaning))
    return table
