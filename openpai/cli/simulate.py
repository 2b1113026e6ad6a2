"""`pai simulate`: what a cluster would have done with a trace of jobs. It needs no server."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Column
from rich.table import Table as RichTable
from rich.text import Text

from openpai.cli import excerpt, given
from openpai.cli.exits import Complaint, Fault
from openpai.cli.language import entry, language, say, usage_fault
from openpai.cli.output import console, line, one_line, print_json, warn
from openpai.cli.speaking import SpeakingCommand, json_option
from openpai.client.replies import Problem as ToldProblem
from openpai.cluster.read import read_cluster
from openpai.errors import PaiError, Problem, fail
from openpai.scheduler.cluster import Cluster
from openpai.simulator.engine import largest_node
from openpai.simulator.page.html import page
from openpai.simulator.policies import POLICIES
from openpai.simulator.runs import Run, run_all
from openpai.simulator.tables import Table, delay_table, excess_table, summary_table
from openpai.simulator.trace import Trace
from openpai.simulator.trace_file import read_trace

_TELL_EVERY = 500  # jobs


@click.command(cls=SpeakingCommand)
@click.option("--cluster", required=True, metavar="FILE")
@click.option("--trace", required=True, metavar="FILE")
@click.option("--compare", multiple=True, metavar="FILE")
@click.option("--policy", multiple=True, type=click.Choice(list(POLICIES)), default=("cells",))
@click.option("--html", metavar="FILE")
@json_option
def simulate(
    cluster: str,
    trace: str,
    compare: tuple[str, ...],
    policy: tuple[str, ...],
    html: str | None,
    as_json: bool,
) -> None:
    clusters = {file: _read_cluster(file) for file in (cluster, *compare)}
    jobs = _read_trace(trace, clusters[cluster])
    if jobs.unread:
        warn(say("simulator.unread", columns=", ".join(map(one_line, jobs.unread))))
    screen = _Screen(len(jobs.jobs))
    policies = [POLICIES[name] for name in dict.fromkeys(policy)]
    try:
        runs = run_all(jobs.jobs, clusters, policies, screen.tell)
    finally:
        screen.wipe()
    if html is not None:
        _write(html, page(Path(trace).name, runs, language()))
    if as_json:
        print_json([_as_json(run) for run in runs])
    else:
        _show(runs)
        if html is not None:
            line(say("simulator.written", file=html), error=True)


def _read_cluster(file: str) -> Cluster:
    text = given.read_text(file)
    try:
        described = read_cluster(text, Path(file))
    except PaiError as error:
        raise Fault(excerpt.complaints([_told(each) for each in error.problems], file, text)) from error
    if not described.cluster.cells:
        raise usage_fault("simulator.no_machines", file=file)
    return described.cluster


def _told(problem: Problem) -> ToldProblem:
    told = entry(problem.code, **problem.params)
    return {
        "code": problem.code,
        "message": told.text,
        "fix": told.fix,
        "line": problem.line,
        "column": problem.column,
        "path": problem.path,
    }


def _read_trace(file: str, cluster: Cluster) -> Trace:
    try:
        return read_trace(Path(file), largest_node(cluster))
    except PaiError as error:
        told = [entry(problem.code, **problem.params) for problem in error.problems]
        raise Fault([Complaint(each.text, each.fix) for each in told]) from error


def _write(file: str, text: str) -> None:
    try:
        Path(file).write_text(text, "utf-8")
    except OSError as error:
        raise fail("FileNotWritten", path=file, reason=error.strerror or str(error)) from error


class _Screen:
    """How far it is, on one line of a terminal that is drawn over itself."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._terminal = sys.stderr if sys.stderr.isatty() else None

    def tell(self, cluster: str, policy: str, done: int) -> None:
        if self._terminal is not None and done % _TELL_EVERY == 0:
            text = say("simulator.progress", cluster=cluster, policy=policy, done=done, jobs=self._jobs)
            self._terminal.write(f"\r\x1b[K{one_line(text)}")
            self._terminal.flush()

    def wipe(self) -> None:
        if self._terminal is not None:
            self._terminal.write("\r\x1b[K")
            self._terminal.flush()


def _show(runs: Sequence[Run]) -> None:
    def text(code: str, **params: object) -> str:
        return say(f"simulator.{code}", **params)

    _print(summary_table(runs, text))
    line("")
    line(text("table.delays"), "bold")
    _print(delay_table(runs, text))
    if any(run.excess for run in runs):
        line("")
        line(text("table.excess"), "bold")
        _print(excess_table(runs, text))


def _print(table: Table) -> None:
    shown = RichTable(
        *(
            Column(name, justify="left" if place < table.names else "right", overflow="fold")
            for place, name in enumerate(table.head)
        ),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="bold",
    )
    for row in table.rows:
        shown.add_row(*(Text(one_line(cell)) for cell in row))
    console(sys.stdout).print(shown)


def _as_json(run: Run) -> object:
    return _camel(
        {
            "cluster": run.cluster,
            "policy": run.policy,
            **asdict(run.summary),
            "excess": list(map(asdict, run.excess)),
        }
    )


def _camel(value: object) -> object:
    """The same with its names as the API writes them."""
    if isinstance(value, Mapping):
        return {_camel_name(str(name)): _camel(each) for name, each in value.items()}
    return [_camel(each) for each in value] if isinstance(value, list | tuple) else value


def _camel_name(name: str) -> str:
    return re.sub("_([a-z])", lambda match: match[1].upper(), name)
