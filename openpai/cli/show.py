"""`pai show`: one job in full."""

import sys
from collections.abc import Iterator

import click
from rich.table import Column, Table
from rich.text import Text

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.card import ending, first_failure
from openpai.cli.language import say
from openpai.cli.output import console, line, one_line, print_json
from openpai.cli.progress import Task, full_name, tasks_of
from openpai.cli.pulling import Pulls
from openpai.cli.speaking import SpeakingCommand, job_argument, json_option
from openpai.cli.states import FINAL, style_of
from openpai.cli.units import moment, short, span
from openpai.client.replies import JobDetail, TaskStatus
from openpai.clock import now_ms


@click.command(cls=SpeakingCommand)
@job_argument
@json_option
@click.pass_obj
def show(target: Target, job: str, as_json: bool) -> None:
    detail = ask(target, lambda client: client.job(job))
    if as_json:
        print_json(detail)
        return
    now = now_ms()
    _head(detail, now)
    tasks = tasks_of(detail)
    for board in _boards(tasks):
        line(board)
    if tasks:
        line("")
        console(sys.stdout).print(_table(tasks, now))


def _head(job: JobDetail, now: int) -> None:
    status = job["jobStatus"]
    final = status["state"] in FINAL
    if final:
        for each in ending(job):
            line(each.text, each.style)
    else:
        line(f"{full_name(job)}: {status['state']} ({status['subState'].lower()})", style_of(status["state"]))
        if since := status.get("stoppingTime"):
            until = moment(status.get("killTime"))
            line(f"  {say('show.stopping', since=moment(since), until=until)}", "yellow")
        for each in first_failure(job):
            line(each.text, each.style)
    for reason in status.get("waits") or []:
        line(f"  {reason['message']}", "yellow")
        if fix := reason.get("fix"):
            line(f"  {say('word.fix', text=fix)}")
    facts = {
        "column.cluster": status["virtualCluster"],
        "column.submitted": moment(status["submissionTime"]),
        "column.launched": moment(status["launchedTime"]),
        "column.completed": moment(status["completedTime"]),
        "column.duration": span(status["launchedTime"], status["completedTime"], now),
        "column.retries": str(status["retries"]),
    }
    line("")
    table = Table(Column(), Column(overflow="fold"), box=None, show_header=False, pad_edge=False)
    for code, value in facts.items():
        table.add_row(Text(say(code), style="dim"), Text(one_line(value)))
    console(sys.stdout).print(table)


def _boards(tasks: list[Task]) -> Iterator[str]:
    """Where a TensorBoard is, while the task lives that it stands beside."""
    for task in tasks:
        port = task.status.get("containerPorts", {}).get("tensorboard")
        address = task.status.get("containerIp")
        if port and address and task.status["taskState"] == "RUNNING":
            yield say("show.board", url=f"http://{address}:{port}")


def _table(tasks: list[Task], now: int) -> Table:
    table = Table(
        Column(say("column.task"), overflow="fold"),
        Column(say("column.state"), no_wrap=True),
        Column(say("column.node"), overflow="fold"),
        Column(say("column.address"), overflow="fold"),
        Column(say("column.attempt"), justify="right"),
        Column(say("column.exit"), justify="right"),
        Column(say("column.before"), justify="right", no_wrap=True),
        Column(say("column.duration"), justify="right", no_wrap=True),
        Column(say("column.about"), overflow="fold"),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="bold",
    )
    for task in tasks:
        table.add_row(*_row(task, now))
    return table


def _row(task: Task, now: int) -> list[Text]:
    status = task.status
    code, attempt = status.get("containerExitCode"), status.get("attemptId")
    return [
        Text(one_line(task.label)),
        Text(status["taskState"], style=style_of(status["taskState"])),
        Text(one_line(_where(status))),
        Text(one_line(status.get("containerIp") or "-")),
        Text("-" if attempt is None else str(attempt)),
        Text("-" if code is None else str(code)),
        Text("/".join(short(took) for took in _before(status))),
        Text(span(status.get("launchedTime"), status.get("completedTime"), now)),
        Text(one_line(_about(task))),
    ]


def _where(status: TaskStatus) -> str:
    """Its machine, and its GPUs there by the numbers of their cells: `gpu-1: GPU 0, 3`."""
    node, gpus = status.get("containerNodeName") or "-", status.get("containerGpus")
    if not gpus:
        return node
    numbers = ", ".join(str(place) for place in range(gpus.bit_length()) if gpus >> place & 1)
    mark = f" {say('nodes.described')}" if status.get("fakeGpus") else ""
    return f"{node}: GPU {numbers}{mark}"


def _before(status: TaskStatus) -> tuple[int | None, int | None, int | None]:
    """What went before its first process: how long it waited for its place, its image, its start."""
    return status.get("waitedMs"), status.get("pulledMs"), status.get("startedMs")


def _about(task: Task) -> str:
    """What is to be said about a task: what ended it, or how far its image is."""
    if diagnosis := task.status.get("diagnosis"):
        return diagnosis["message"]
    if (pull := task.status.get("pull")) and task.status["taskState"] == "WAITING":
        pulls = Pulls()
        pulls.take(pull)
        return pulls.text()
    return ""
