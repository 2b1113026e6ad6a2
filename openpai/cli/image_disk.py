"""`pai image pull`, `pai image clean` and `pai image removals`: images on the server's disk."""

import asyncio
import shutil
import sys
from collections.abc import Sequence

import click
from rich.table import Column, Table
from rich.text import Text

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.exits import Complaint, ExitCode, Fault
from openpai.cli.language import say
from openpai.cli.output import clean as cleaned
from openpai.cli.output import console, line, one_line, print_json
from openpai.cli.pulling import Pulls
from openpai.cli.speaking import SpeakingCommand, json_option
from openpai.cli.units import moment, size
from openpai.client import Client
from openpai.client.replies import Cleaning, ImagePull, KeptImage, RemovedImage

_LOOK_EVERY_S = 0.5
_TELL_EVERY = 10  # looks, where the picture is not drawn over itself


@click.command(cls=SpeakingCommand)
@click.argument("image", metavar="IMAGE")
@click.pass_obj
def pull(target: Target, image: str) -> None:
    pulled = ask(target, lambda client: _pull(client, image))
    if pulled["state"] == "failed":
        reason = pulled["reason"] or {"code": "", "message": pulled["image"]}
        raise Fault([Complaint(reason["message"], reason.get("fix") or "")], ExitCode.JOB_FAILED)
    line(say("image_disk.pulled", image=pulled["image"]))


@click.command(cls=SpeakingCommand)
@click.option("--dry-run", is_flag=True)
@json_option
@click.pass_obj
def clean(target: Target, dry_run: bool, as_json: bool) -> None:
    reply = ask(target, lambda client: client.clean_images(dry_run=dry_run))
    if as_json:
        print_json(reply)
        return
    _tell_disk(reply)
    if reply["removed"]:
        console(sys.stdout).print(_removed_table(reply["removed"]))
    elif reply["before"] is not None:
        line(say("image_disk.nothing"))
    if reply["kept"]:
        line("")
        line(say("image_disk.kept"), "bold")
        console(sys.stdout).print(_kept_table(reply["kept"]))


@click.command(cls=SpeakingCommand)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, metavar="N")
@json_option
@click.pass_obj
def removals(target: Target, limit: int, as_json: bool) -> None:
    reply = ask(target, lambda client: client.image_removals(limit=limit))
    if as_json:
        print_json(reply)
    elif not reply["data"]:
        line(say("image_disk.none_removed"), error=True)
    else:
        console(sys.stdout).print(_removed_table(reply["data"]))


async def _pull(client: Client, image: str) -> ImagePull:
    """Asks for the pull, and tells how it goes until it has come or failed. It goes on when nobody looks."""
    accepted = await client.pull_image(image)
    line(accepted["message"], error=True)
    screen = _Screen()
    try:
        while True:
            found = next(each for each in await client.image_pulls() if each["image"] == accepted["image"])
            if found["state"] in ("done", "failed"):
                return found
            screen.show(found)
            await asyncio.sleep(_LOOK_EVERY_S)
    finally:
        screen.wipe()


class _Screen:
    """Standard error: one line that is drawn over itself on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._terminal = sys.stderr if sys.stderr.isatty() else None
        self._looks = 0
        self._told = ""

    def show(self, pulled: ImagePull) -> None:
        reason = pulled["reason"]
        if reason is not None and reason["message"] != self._told:
            self._told = reason["message"]
            self.wipe()
            line(self._told, "yellow", error=True)
        if pulled["layersTotal"] == 0:
            return
        pulls = Pulls()
        pulls.take(pulled)
        if self._terminal is not None:
            self._terminal.write(f"\r\x1b[K{cleaned(pulls.bar(shutil.get_terminal_size().columns - 1))}")
            self._terminal.flush()
        elif self._looks % _TELL_EVERY == 0:
            line(pulls.text(), error=True)
        self._looks += 1

    def wipe(self) -> None:
        if self._terminal is not None:
            self._terminal.write("\r\x1b[K")
            self._terminal.flush()


def _tell_disk(reply: Cleaning) -> None:
    before, after = reply["before"], reply["after"]
    if before is None or after is None:
        line(say("image_disk.unseen"), "yellow", error=True)
        return
    numbers = {
        "before": before["usedPercent"],
        "after": after["usedPercent"],
        "freed": size(max(0, after["freeBytes"] - before["freeBytes"])),
        "total": size(before["totalBytes"]),
        "high": f"{reply['highPercent']:g}",
        "low": f"{reply['lowPercent']:g}",
    }
    line(say("image_disk.would_free" if reply["dryRun"] else "image_disk.freed", **numbers))


def _removed_table(removed: Sequence[RemovedImage]) -> Table:
    times = any(image["removedTime"] is not None for image in removed)
    table = _table("image", "size", "used", *(("removed",) if times else ()), "reason")
    for image in removed:
        cells = (
            _name(image["names"], image["image"]),
            size(image["sizeBytes"]),
            moment(image["usedTime"]),
            *((moment(image["removedTime"]),) if times else ()),
            image["reason"]["message"],
        )
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    return table


def _kept_table(kept: Sequence[KeptImage]) -> Table:
    table = _table("image", "size", "reason")
    for image in kept:
        name = _name(image["names"], image["image"])
        table.add_row(
            Text(one_line(name)), Text(size(image["sizeBytes"])), Text(one_line(image["reason"]["message"]))
        )
    return table


def _table(*columns: str) -> Table:
    return Table(
        *(Column(say(f"image_disk.column.{name}"), overflow="fold") for name in columns),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="bold",
    )


def _name(names: Sequence[str], image_id: str) -> str:
    return ", ".join(names) or image_id
