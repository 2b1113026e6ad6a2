"""`pai jobs`: the list."""

import shutil
import sys

import click
from rich.table import Column, Table
from rich.text import Text

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.language import say
from openpai.cli.output import console, line, one_line, print_json
from openpai.cli.speaking import SpeakingCommand, json_option
from openpai.cli.states import style_of
from openpai.cli.units import moment, span
from openpai.client import Client
from openpai.client.replies import JobItem, Jobs
from openpai.clock import now_ms

_PAGE = 1000  # jobs fetched at once with --all
_NARROW = 78  # columns; below, only what tells jobs apart is shown


@click.command(cls=SpeakingCommand)
@click.option("--state", multiple=True, metavar="STATE")
@click.option("--user", metavar="USER")
@click.option("--keyword", metavar="TEXT")
@click.option("--limit", type=click.IntRange(min=1), default=50, metavar="N")
@click.option("--all", "everything", is_flag=True)
@json_option
@click.pass_obj
def jobs(
    target: Target,
    state: tuple[str, ...],
    user: str | None,
    keyword: str | None,
    limit: int,
    everything: bool,
    as_json: bool,
) -> None:
    states = ",".join(state).upper()

    async def listed(client: Client) -> Jobs:
        if not everything:
            return await client.jobs(state=states, username=user, keyword=keyword, limit=limit)
        found: list[JobItem] = []
        while True:
            page = await client.jobs(
                state=states, username=user, keyword=keyword, offset=len(found), limit=_PAGE
            )
            found += page["data"]
            if not page["data"] or len(found) >= page["totalCount"]:
                return {"totalCount": len(found), "data": found}

    reply = ask(target, listed)
    if as_json:
        print_json(reply)
    else:
        _show(reply)


def _show(reply: Jobs) -> None:
    if not reply["data"]:
        line(say("jobs.none"), error=True)
        return
    console(sys.stdout).print(_table(reply["data"]))
    shown = len(reply["data"])
    if shown < reply["totalCount"]:
        line(say("jobs.more", shown=shown, total=reply["totalCount"]), "dim", error=True)


def _table(items: list[JobItem]) -> Table:
    narrow = sys.stdout.isatty() and shutil.get_terminal_size().columns < _NARROW
    now = now_ms()
    table = Table(
        Column(say("column.job"), overflow="fold"),
        Column(say("column.state"), no_wrap=True),
        Column(say("column.duration"), no_wrap=True, justify="right"),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="bold",
    )
    if not narrow:
        table.add_column(say("column.tasks"), justify="right", no_wrap=True)
        table.add_column(say("column.gpus"), justify="right", no_wrap=True)
        table.add_column(say("column.cluster"), no_wrap=True)
        table.add_column(say("column.submitted"), no_wrap=True)
    for item in items:
        table.add_row(*_row(item, narrow, now))
    return table


def _row(item: JobItem, narrow: bool, now: int) -> list[Text]:
    name = item["name"] if "~" in item["name"] else f"{item['username']}~{item['name']}"
    row = [
        Text(one_line(name)),
        Text(one_line(item["state"]), style=style_of(item["state"])),
        Text(span(item["launchedTime"], item["completedTime"], now)),
    ]
    if not narrow:
        row += [
            Text(str(item["totalTaskNumber"])),
            Text(str(item["totalGpuNumber"])),
            Text(one_line(item["virtualCluster"])),
            Text(moment(item["submissionTime"])),
        ]
    return row
