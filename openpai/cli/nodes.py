"""`pai nodes …`: the machines, what of them is used, and which are kept free."""

import sys
from collections.abc import Sequence

import click
from rich.table import Column, Table
from rich.text import Text

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.language import say
from openpai.cli.output import console, line, one_line, print_json, warn
from openpai.cli.speaking import SpeakingCommand, json_option
from openpai.client.replies import Node, NodeGpu, SkuUse

_STYLES = {"ready": "green", "gone": "red", "unlisted": "red"}
_MOST_JOBS = 5


@click.command(cls=SpeakingCommand)
@json_option
@click.pass_obj
def nodes(target: Target, as_json: bool) -> None:
    found = ask(target, lambda client: client.nodes())
    if as_json:
        print_json(found)
        return
    console(sys.stdout).print(_table(found))
    for node in found:
        for gpu in node["gpus"]:
            _tell_trouble(node, gpu)


@click.command(cls=SpeakingCommand)
@click.argument("node", metavar="NODE")
@click.pass_obj
def cordon(target: Target, node: str) -> None:
    line(ask(target, lambda client: client.mark_node(node, "cordon"))["message"])


@click.command(cls=SpeakingCommand)
@click.argument("node", metavar="NODE")
@click.pass_obj
def uncordon(target: Target, node: str) -> None:
    line(ask(target, lambda client: client.mark_node(node, "ready"))["message"])


@click.command(cls=SpeakingCommand)
@click.argument("node", metavar="NODE")
@click.option("--wait", is_flag=True)
@click.pass_obj
def drain(target: Target, node: str, wait: bool) -> None:
    line(ask(target, lambda client: client.mark_node(node, "drain", wait=wait))["message"])


def _tell_trouble(node: Node, gpu: NodeGpu) -> None:
    who = {"node": node["name"], "index": gpu["index"]}
    if gpu["problem"]:
        warn(say("nodes.gpu.bad", **who, reason=gpu["problem"]["message"]), gpu["problem"].get("fix"))
    if gpu["processes"]:
        names = ", ".join(f"{each['name']} ({each['pid']})" for each in gpu["processes"])
        warn(say("nodes.gpu.held", **who, processes=names))


def _table(found: Sequence[Node]) -> Table:
    table = Table(
        *(Column(say(f"nodes.column.{name}"), overflow="fold") for name in ("name", "state", "sku")),
        *(Column(say(f"nodes.column.{name}"), justify="right") for name in ("used", "free", "bad", "total")),
        *(Column(say(f"nodes.column.{name}"), overflow="fold") for name in ("gpus", "driver", "jobs")),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="bold",
    )
    for node in found:
        for row in _rows(node):
            table.add_row(*row)
    return table


def _rows(node: Node) -> Sequence[Sequence[Text]]:
    first = [Text(one_line(node["name"])), Text(say(f"nodes.state.{node['state']}"), _style(node))]
    last = [Text(one_line(text)) for text in (_gpus(node), node["driver"] or "", _jobs(node))]
    nothing = [Text("")] * 3
    uses: list[tuple[str, SkuUse | None]] = [*node["skus"].items()]
    rows = []
    for number, (sku, use) in enumerate(uses or [("", None)]):
        counts = (
            [use["used"] + use["opportunistic"], use["free"], use["bad"], use["total"]] if use else [""] * 4
        )
        middle = [Text(one_line(sku)), *(Text(str(count)) for count in counts)]
        rows.append([*(first if not number else nothing[:2]), *middle, *(last if not number else nothing)])
    return rows


def _style(node: Node) -> str:
    return _STYLES.get(node["state"], "yellow")


def _gpus(node: Node) -> str:
    """How many of which model."""
    models: dict[str, int] = {}
    for gpu in node["gpus"]:
        models[gpu["model"] or "?"] = models.get(gpu["model"] or "?", 0) + 1
    told = ", ".join(f"{count} × {model}" for model, count in models.items())
    return f"{told} {say('nodes.described')}" if told and node["described"] else told


def _jobs(node: Node) -> str:
    names = [job["name"] for job in node["jobs"]]
    more = len(names) - _MOST_JOBS
    return ", ".join(names[:_MOST_JOBS]) + (f", … (+{more})" if more > 0 else "")
