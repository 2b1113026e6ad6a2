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
from openpai.client.replies import CatalogueImage, LocalImage, Reason

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
    notes = _Notes()
    console(sys.stdout).print(_catalogue(shown, notes))
    if reply["others"]:
        line("")
        line(say("images.others"), "bold")
        console(sys.stdout).print(_others(reply["others"]))
    notes.show()


class _Notes:
    """The reasons of the table above, each kind once under a number; the first image of a kind stands for it."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._reasons: list[Reason] = []

    def number(self, reason: Reason) -> int:
        key = reason["code"], reason.get("fix") or ""
        if key not in self._numbers:
            self._reasons.append(reason)
            self._numbers[key] = len(self._reasons)
        return self._numbers[key]

    def show(self) -> None:
        if self._reasons:
            line("")
        for number, reason in enumerate(self._reasons, start=1):
            line(f"[{number}] {reason['message']}", "yellow")
            if fix := reason.get("fix"):
                line(f"    {say('word.fix', text=fix)}")


def _catalogue(shown: list[CatalogueImage], notes: _Notes) -> Table:
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
            _runs(image, notes),
        )
    return table


def _runs(image: CatalogueImage, notes: _Notes) -> Text:
    numbers = "".join(f" [{notes.number(reason)}]" for reason in image["reasons"])
    if not image["runs"]:
        build = f": pai image build {image['recipe']}" if image["recipe"] else ""
        return Text(say("images.no") + build + numbers, style="yellow")
    return Text(say("images.here" if image["onThisMachine"] else "images.pulled") + numbers, style="green")


def _others(shown: list[LocalImage]) -> Table:
    table = _table(
        Column(say("images.image"), overflow="fold"),
        Column(say("images.size"), no_wrap=True, justify="right"),
        Column(say("images.digest"), no_wrap=True),
    )
    for image in shown:
        name = ", ".join(image["names"] or image["digests"]) or "-"
        table.add_row(Text(one_line(name)), Text(size(image["sizeBytes"])), Text(image["id"][:_DIGEST]))
    return table


def _table(*columns: Column) -> Table:
    return Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
