"""Runs the benchmarks named on the command line, or all; prints a table and writes JSON to `--json FILE`."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.engine import make_image
from benchmarks.first_line import first_line
from benchmarks.idle import idle
from benchmarks.image_check import image_check
from benchmarks.many_jobs import many_jobs
from benchmarks.many_tasks import many_tasks, queued_tasks
from benchmarks.server import server
from benchmarks.state_machine import state_machine
from benchmarks.submissions import submissions

Figures = dict[str, float]

BENCHMARKS: dict[str, Callable[..., Awaitable[Figures]]] = {
    "first-line": first_line,
    "many-jobs": many_jobs,
    "many-tasks": many_tasks,
    "queued-tasks": queued_tasks,
    "submissions": submissions,
    "idle": idle,
    "image-check": image_check,
    "state-machine": state_machine,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], help="which; all where none is named")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    make_image()
    figures: dict[str, Figures] = {}
    for name in arguments.names or BENCHMARKS:
        with server() as running:
            figures[name] = asyncio.run(BENCHMARKS[name](running))  # type: ignore[arg-type]  # all are coroutines
        print(name)
        for what, value in figures[name].items():
            print(f"  {what:<58} {value:10.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
