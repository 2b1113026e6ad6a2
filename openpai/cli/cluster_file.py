"""`pai vc check` and `pai vc apply`: another cluster file, what it would mean, and the change to it."""

from collections.abc import Awaitable, Callable, Iterator

import click

from openpai.cli import excerpt, given
from openpai.cli.arguments import Target
from openpai.cli.asking import ask, exit_code_of
from openpai.cli.exits import Fault
from openpai.cli.language import say
from openpai.cli.output import line, print_json, warn
from openpai.cli.speaking import SpeakingCommand, json_option
from openpai.client import ApiError, Client
from openpai.client.replies import Amount, ClusterTrial, Difference, PromisedCells, VirtualClusterChange


@click.command(cls=SpeakingCommand)
@click.argument("file", metavar="FILE")
@json_option
@click.pass_obj
def check(target: Target, file: str, as_json: bool) -> None:
    text = given.read_text(file)
    _tell(_sent(target, file, text, lambda client: client.check_cluster_file(text)), as_json=as_json)


@click.command(cls=SpeakingCommand)
@click.argument("file", metavar="FILE")
@json_option
@click.pass_obj
def apply(target: Target, file: str, as_json: bool) -> None:
    text = given.read_text(file)
    _tell(_sent(target, file, text, lambda client: client.apply_cluster_file(text)), as_json=as_json)


def _sent(
    target: Target, file: str, text: str, send: Callable[[Client], Awaitable[ClusterTrial]]
) -> ClusterTrial:
    """The reply. Mistakes of the file are told in their places."""

    async def sent(client: Client) -> ClusterTrial:
        try:
            return await send(client)
        except ApiError as error:
            if not any(problem.get("line") for problem in error.problems):
                raise
            raise Fault(excerpt.complaints(error.problems, file, text), exit_code_of(error)) from error

    return ask(target, sent)


def _tell(reply: ClusterTrial, *, as_json: bool) -> None:
    if as_json:
        print_json(reply)
        return
    for problem in reply["warnings"]:
        warn(problem["message"], problem.get("fix"))
    line(reply["message"], "bold")
    told = [*_difference(reply["difference"]), *_effect(reply)]
    for text, style in told or [(say("vc.trial.same"), "")]:
        line(f"  {text}", style)


def _difference(found: Difference) -> Iterator[tuple[str, str]]:
    for name in ("addedMachines", "removedMachines", "changedMachines", "otherCells"):
        values = found[name]
        if values:
            yield say(f"vc.trial.{name}", names=", ".join(values)), ""
    for sku in found["skus"]:
        before, after = _amount(sku["before"]), _amount(sku["after"])
        yield say("vc.trial.sku", name=sku["name"], before=before, after=after), ""
    for each in found["virtualClusters"]:
        yield _virtual_cluster(each), ""


def _virtual_cluster(change: VirtualClusterChange) -> str:
    before, after = _promised(change["before"]), _promised(change["after"])
    return say("vc.trial.virtualCluster", name=change["name"], before=before, after=after)


def _amount(sku: Amount | None) -> str:
    return say("vc.trial.none") if sku is None else say("vc.trial.amount", **sku)


def _promised(promised: PromisedCells | None) -> str:
    """
    >>> _promised({"cells": {"V100": 8}, "pinnedCells": ["quiet"], "groups": ["vision"]})
    '8 V100, quiet (vision)'
    """
    if promised is None:
        return say("vc.trial.none")
    parts = [*(f"{count} {sku}" for sku, count in promised["cells"].items()), *promised["pinnedCells"]]
    groups = promised["groups"]
    return (", ".join(parts) or "0") + (f" ({', '.join(groups)})" if groups is not None else "")


def _effect(reply: ClusterTrial) -> Iterator[tuple[str, str]]:
    styles = {
        "displaced": "red",
        "downgraded": "yellow",
        "unreserved": "yellow",
        "never": "red",
        "starts": "green",
    }
    for name, style in styles.items():
        jobs = reply["effect"][name]  # type: ignore[literal-required]
        if jobs:
            yield say(f"vc.effect.{name}", jobs=", ".join(jobs)), style
