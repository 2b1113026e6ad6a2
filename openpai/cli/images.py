"""`pai images`: the catalogue, and whether each image runs here."""

import sys

import click
from rich.table import Column, Table
from rich.text import Text

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.language import say
from openpai.cli.output import console, line, one_line, print_json, warn
from openpai.cli.speaking import SpeakingCommand, json_option
from openpai.cli.units import size
from openpai.client.replies import CatalogueImage, LocalImage

_DIGEST = 19  # characters: "sha256:" and twelve more


@click.command(cls=SpeakingCommand)
@click.option("--here", is_flag=True)
@json_option
@click.pass_obj
def images(target: Target, here: bool, as_json: bool) -> None:
    reply = ask(target, lambda client: client.images())
    if as_json:
        print_json(reply)
        return
    for problem in reply["problems"]:
        warn(problem["message"], problem.get("fix"))
    shown = [image for image in reply["catalogue"] if image["onThisMachine"] or not here]
    console(sys.stdout).print(_catalogue(shown))
    if reply["others"]:
        line("")
        line(say("images.others"), "bold")
        console(sys.stdout).print(_others(reply["others"]))
    _remedies(shown)


def _catalogue(shown: list[CatalogueImage]) -> Table:
    table = _table(
        Column(say("images.image"), overflow="fold"),
        Column(say("images.framework"), overflow="fold"),
        Column("CUDA", no_wrap=True),
        Column(say("images.driver"), no_wrap=True),
        Column(say("images.size"), no_wrap=True, justify="right"),
        Column(say("images.digest"), no_wrap=True),
        Column(say("images.runs"), overflow="fold"),
    )
    for image in shown:
        parts = " + ".join(f"{part['name']} {part['version']}" for part in image["components"])
        table.add_row(
            Text(image["image"]),
            Text(parts),
            Text(image["cuda"] or "-"),
            Text(f">= {image['minDriver']}" if image["minDriver"] else "-"),
            Text("-" if image["sizeBytes"] is None else size(image["sizeBytes"])),
            Text((image["digest"] or image["id"] or "-")[:_DIGEST]),
            _runs(image),
        )
    return table


def _runs(image: CatalogueImage) -> Text:
    if not image["runs"]:
        return Text(one_line("; ".join(reason["message"] for reason in image["reasons"])), style="yellow")
    here = say("images.here") if image["onThisMachine"] else say("images.pulled")
    return Text(here, style="green")


def _others(shown: list[LocalImage]) -> Table:
    table = _table(
        Column(say("images.image"), overflow="fold"),
        Column(say("images.size"), no_wrap=True, justify="right"),
        Column(say("images.digest"), no_wrap=True),
    )
    for image in shown:
        name = ", ".join(image["names"] or image["digests"]) or image["id"]
        table.add_row(Text(one_line(name)), Text(size(image["sizeBytes"])), Text(image["id"][:_DIGEST]))
    return table


def _table(*columns: Column) -> Table:
    return Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")


def _remedies(shown: list[CatalogueImage]) -> None:
    """What to do about the reasons above, each once."""
    fixes = [reason["fix"] for image in shown for reason in image["reasons"] if reason.get("fix")]
    for fix in dict.fromkeys(fixes):
        line(f"  {say('word.fix', text=fix)}", "dim")
