"""Puts the code of the examples into their job files, so that a job needs neither a network nor a storage for it.

A job file writes a file with `cat > NAME <<'END'` … `END`; what is between is made the file NAME beside it.

    python examples/embed.py [--check]
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

_BEGIN = re.compile(r"( *)cat > (\S+) <<'(\w+)'")


def job_files() -> dict[Path, str]:
    """Every job file with the code that stands beside it now."""
    found = sorted(Path(__file__).parent.glob("*/*.yaml"))
    return {path: "\n".join(_filled(path)) + "\n" for path in found}


def _filled(path: Path) -> Iterator[str]:
    lines = iter(path.read_text("utf-8").splitlines())
    for line in lines:
        yield line
        if begin := _BEGIN.fullmatch(line):
            indent, name, end = begin.groups()
            yield from _code(path.parent / name, indent, end)
            while next(lines) != indent + end:
                pass
            yield indent + end


def _code(file: Path, indent: str, end: str) -> Iterator[str]:
    for line in file.read_text("utf-8").splitlines():
        if line == end or "<%" in line:
            raise ValueError(f"{file} must hold neither a line {end} nor a template mark")
        yield indent + line if line else ""


def main() -> int:
    """Write what is not up to date; with `--check`, only say so."""
    stale = {path: text for path, text in job_files().items() if path.read_text("utf-8") != text}
    if "--check" in sys.argv:
        print("\n".join(f"{path} is not up to date: run examples/embed.py" for path in stale))
        return len(stale)
    for path, text in stale.items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
