"""Runs the benchmarks named on the command line, or all; prints a table and writes JSON to `--json FILE`."""

import argparse
import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from benchmarks.engine import make_image
from benchmarks.first_line import first_line
from benchmarks.full_store import fill
from benchmarks.idle import idle
from benchmarks.image_check import image_check
from benchmarks.many_jobs import many_jobs
from benchmarks.many_tasks import many_tasks, queued_tasks
from benchmarks.philly import philly
from benchmarks.portal_list import COUNT, portal_list
from benchmarks.portal_log import portal_log
from benchmarks.scheduler import scheduler
from benchmarks.server import server
from benchmarks.state_machine import state_machine
from benchmarks.submissions import submissions

Figures = dict[str, float]

WITH_A_SERVER: dict[str, Callable[..., Awaitable[Figures]]] = {
    "first-line": first_line,
    "many-jobs": many_jobs,
    "many-tasks": many_tasks,
    "queued-tasks": queued_tasks,
    "submissions": submissions,
    "idle": idle,
    "image-check": image_check,
    "state-machine": state_machine,
    "portal-list": portal_list,
    "portal-log": portal_log,
}
_PREPARED: dict[str, Callable[[Path], None]] = {"portal-list": partial(fill, count=COUNT)}
ALONE = ("scheduler", "philly")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    every = [*WITH_A_SERVER, *ALONE]
    parser.add_argument("names", nargs="*", choices=[[], *every], help="which; all where none is named")
    parser.add_argument("--json", type=Path, help="write the figures here")
    trace = os.environ.get("PAI_BENCH_TRACE")
    parser.add_argument(
        "--trace", type=Path, default=trace, help="the Philly trace; otherwise PAI_BENCH_TRACE"
    )
    arguments = parser.parse_args()
    names = arguments.names or every
    if any(name in WITH_A_SERVER for name in names):
        make_image()
    figures: dict[str, Figures] = {}
    for name in names:
        if name == "philly" and arguments.trace is None:
            print("philly: left out, for there is no --trace FILE")
            continue
        figures[name] = _run(name, arguments.trace)
        print(name)
        for what, value in figures[name].items():
            print(f"  {what:<62} {value:10.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


def _run(name: str, trace: Path) -> Figures:
    if name == "scheduler":
        return scheduler()
    if name == "philly":
        return philly(trace)
    with server(_PREPARED.get(name)) as running:
        return asyncio.run(WITH_A_SERVER[name](running))  # type: ignore[arg-type]  # all are coroutines


if __name__ == "__main__":
    main()
