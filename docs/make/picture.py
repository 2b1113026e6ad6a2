"""A picture of a terminal session that really took place: run in a pty, recorded, drawn as SVG.

Usage: python -m docs.make.picture OUTPUT.svg TITLE COMMAND… ; each COMMAND is one line of the session.
Nothing is touched up: what the commands wrote is what is drawn. The picture names no host, so it looks the same
wherever it is seen; the reader's own monospaced font is taken.
"""

import os
import pty
import re
import shlex
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

WIDTH = 100
_BLOCK = 65_536

_ERASE_LINE = re.compile(r"^.*\x1b\[2?K", re.DOTALL)
_OTHER_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Zac-ln-z]")  # everything but colours (…m)

_THEME = TerminalTheme(
    (36, 41, 51),
    (216, 222, 233),
    [(59, 66, 82), (224, 108, 117), (152, 195, 121), (229, 192, 123),
     (97, 175, 239), (198, 120, 221), (86, 182, 194), (216, 222, 233)],
    [(120, 130, 150), (224, 108, 117), (152, 195, 121), (229, 192, 123),
     (97, 175, 239), (198, 120, 221), (86, 182, 194), (236, 239, 244)],
)  # fmt: skip

SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
}}
.{unique_id}-title {{ font-size: 17px; font-family: system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">
{matrix}
</g>
</g>
</svg>
"""


def record(command: str, width: int = WIDTH) -> tuple[str, int]:
    """What a command writes to a terminal so wide, and its exit code."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(COLUMNS=str(width), LINES="50", TERM="xterm-256color")
        os.execvp("bash", ["bash", "-c", command])
    written = bytearray()
    while piece := _read(terminal):
        written += piece
    os.close(terminal)
    return written.decode("utf-8", "replace"), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, _BLOCK)
    except OSError:  # Linux's way to say that nobody writes any more
        return b""


def shown(written: str) -> str:
    """What stands on the screen in the end: lines that were drawn over show their last state only.

    >>> shown("10 %\\r20 %\\r\\x1b[2Kdone\\r\\n")
    'done'
    """
    lines = written.replace("\r\n", "\n").split("\n")
    return "\n".join(_last_state(line) for line in lines).rstrip("\n")


def _last_state(line: str) -> str:
    line = _ERASE_LINE.sub("", line)
    return _OTHER_CONTROL.sub("", line.rpartition("\r")[2])


def draw(session: list[tuple[str, str]], title: str, width: int = WIDTH) -> str:
    """Commands and what each wrote, as SVG."""
    console = Console(
        record=True, width=width, file=StringIO(), force_terminal=True, color_system="truecolor"
    )
    for number, (command, written) in enumerate(session):
        if number:
            console.print()
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")), overflow="fold")
        console.print(Text.from_ansi(shown(written)), overflow="fold")
    svg = console.export_svg(title=title, theme=_THEME, code_format=SVG, unique_id="pai")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def main() -> int:
    if len(sys.argv) < 4:
        print(
            f"usage: python -m docs.make.picture {shlex.join(['OUTPUT.svg', 'TITLE', 'COMMAND'])} …",
            file=sys.stderr,
        )
        return 2
    output, title, *commands = sys.argv[1:]
    session = []
    for command in commands:
        print(f"$ {command}", flush=True)
        written, code = record(command)
        if code:
            print(f"{written}\nended with exit code {code}: no picture is made", file=sys.stderr)
            return 1
        session.append((command, written))
    Path(output).write_text(draw(session, title), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
