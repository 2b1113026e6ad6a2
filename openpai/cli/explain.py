"""`pai explain`: why a job waits, and what would start it; for one that started, why there and why then."""

import sys

import click
from rich.table import Column, Table

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.language import say
from openpai.cli.output import console, line, print_json
from openpai.cli.speaking import SpeakingCommand, job_argument, json_option
from openpai.cli.units import moment
from openpai.client.replies import Explanation, PastReason, Room, StartChange

_MOST_SHOWN = 10


@click.command(cls=SpeakingCommand)
@job_argument
@json_option
@click.pass_obj
def explain(target: Target, job: str, as_json: bool) -> None:
    found = ask(target, lambda client: client.explain(job))
    if as_json:
        print_json(found)
        return
    name = f"{found['username']}~{found['jobName']}"
    if found["now"] is not None:
        tell_explanation(found["now"])
    else:
        line(say("explain.waits_not", job=name, state=found["state"]), "bold")
    _past(say("explain.history"), found["history"])
    _past(say("explain.events"), found["events"])


def tell_explanation(found: Explanation) -> None:
    """The sentence first, then the place in the queue, what would help, and the numbers."""
    if found["reason"] is None:
        line(say("explain.starts"), "green")
        return
    line(found["reason"]["message"], "bold yellow")
    if fix := found["reason"].get("fix"):
        line(f"  {say('word.fix', text=fix)}")
    queue = found["queue"]
    ahead = ", ".join(queue["ahead"][:_MOST_SHOWN]) or "–"
    line(say("explain.queue", vc=queue["virtualCluster"], n=queue["place"], of=queue["waiting"], ahead=ahead))
    if found["changes"]:
        line(say("explain.changes"), "bold")
        for change in found["changes"]:
            line(f"  • {_change(change)}", "green")
    if found["rooms"]:
        line("")
        console(sys.stdout).print(_rooms(found["rooms"]))


def _change(change: StartChange) -> str:
    if not change["victims"]:
        return change["message"]
    return say("explain.ends", change=change["message"], jobs=", ".join(change["victims"]))


def _rooms(rooms: list[Room]) -> Table:
    table = Table(
        Column(say("explain.room.part"), no_wrap=True),
        Column(say("explain.room.cells"), justify="right"),
        Column(say("explain.room.free"), justify="right"),
        Column(say("explain.room.bad"), justify="right"),
        Column(say("explain.room.largest"), justify="right"),
        Column(say("explain.room.holders")),
        Column(say("explain.room.why")),
        box=None,
        pad_edge=False,
    )
    for room in rooms:
        holders = [f"{each['job']} {each['cells']} ({each['priority']})" for each in room["holders"]]
        shown = ", ".join(holders[:_MOST_SHOWN]) + (", …" if len(holders) > _MOST_SHOWN else "")
        table.add_row(
            f"{room['chain']} ({room['sku']})",
            str(room["cells"]),
            str(room["free"]),
            str(room["bad"]),
            str(room["largestFree"]),
            shown or "–",
            room["why"]["message"],
        )
    return table


def _past(title: str, past: list[PastReason]) -> None:
    if past:
        line("")
        line(title, "bold")
        for each in past:
            line(f"  {moment(each['since'])}  {each['reason']['message']}")
