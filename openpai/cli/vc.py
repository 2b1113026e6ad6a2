"""`pai vc` and `pai vc show`: what each virtual cluster is promised, who uses it, and on which cells."""

import sys
from collections.abc import Mapping, Sequence

import click
from rich.table import Column, Table
from rich.text import Text

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.cells import tree
from openpai.cli.language import say
from openpai.cli.output import console, line, one_line, print_json, warn
from openpai.cli.speaking import SpeakingCommand, json_option
from openpai.client import ApiError, Client
from openpai.client.replies import Cell, Problem, VirtualCluster

_FORBIDDEN = 403


@click.command(cls=SpeakingCommand)
@click.option("--cells", is_flag=True)
@json_option
@click.pass_obj
def vc(target: Target, cells: bool, as_json: bool) -> None:
    found, there, problems = ask(target, lambda client: _all(client, with_cells=cells))
    if as_json:
        print_json(found | {"cells": there} if cells else found)
        return
    for problem in problems:
        warn(_placed(problem), problem.get("fix"))
    console(sys.stdout).print(_table(found))
    if cells:
        line("")
        console(sys.stdout).print(tree(say("vc.cells"), there))


@click.command(cls=SpeakingCommand)
@click.argument("name", metavar="NAME")
@json_option
@click.pass_obj
def show(target: Target, name: str, as_json: bool) -> None:
    one, cells = ask(target, lambda client: _one(client, name))
    if as_json:
        print_json({**one, "cells": cells})
        return
    console(sys.stdout).print(_table({name: one}))
    groups = one["groups"]
    line(say("vc.groups", groups=say("vc.everybody") if groups is None else ", ".join(groups) or "–"))
    if one["pinnedCells"]:
        line(say("vc.pinned", cells=", ".join(one["pinnedCells"])))
    if cells:
        line("")
        console(sys.stdout).print(tree(say("vc.promised"), cells))


async def _all(
    client: Client, *, with_cells: bool
) -> tuple[dict[str, VirtualCluster], list[Cell], list[Problem]]:
    found = await client.virtual_clusters()
    return found, await client.cells() if with_cells else [], await _problems(client)


async def _problems(client: Client) -> list[Problem]:
    """What is wrong with the cluster file, for an admin."""
    try:
        return (await client.cluster_file())["problems"]
    except ApiError as error:
        if error.status == _FORBIDDEN:
            return []
        raise


async def _one(client: Client, name: str) -> tuple[VirtualCluster, list[Cell]]:
    return await client.virtual_cluster(name), await client.virtual_cells(name)


def _placed(problem: Problem) -> str:
    place = f"{problem['line']}:{problem.get('column')}: " if problem.get("line") is not None else ""
    return place + problem["message"]


def _table(found: Mapping[str, VirtualCluster]) -> Table:
    numbers = ("promised", "used", "free", "bad", "opportunistic")
    table = Table(
        Column(say("vc.column.name"), overflow="fold"),
        Column(say("vc.column.sku"), overflow="fold"),
        *(Column(say(f"vc.column.{name}"), justify="right") for name in numbers),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="bold",
    )
    for name, each in found.items():
        for row in _rows(name, each):
            table.add_row(*row)
    return table


def _rows(name: str, found: VirtualCluster) -> Sequence[Sequence[Text]]:
    mine = "" if found["usable"] else "dim"
    label = Text(one_line(name), mine)
    if not found["skus"]:
        return [[label, Text("–"), *(Text("0"),) * 5]]
    rows = []
    for sku, use in found["skus"].items():
        counts = (use["total"], use["used"], use["free"], use["bad"], use["opportunistic"])
        styles = (
            mine,
            mine,
            "green" if use["free"] and not mine else mine,
            "red" if use["bad"] else mine,
            mine,
        )
        numbers = (Text(str(count), style) for count, style in zip(counts, styles, strict=True))
        fake = f" {say('nodes.described')}" if use["described"] else ""
        rows.append([label, Text(one_line(sku) + fake, mine), *numbers])
        label = Text("")
    return rows
