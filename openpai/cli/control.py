"""`pai stop`, `pai start`, `pai delete` and `pai config`: calls that need no more than a name."""

import json
from collections.abc import Awaitable, Callable

import click
import yaml

from openpai.cli.arguments import Target
from openpai.cli.asking import ask, refused
from openpai.cli.exits import ExitCode, Fault
from openpai.cli.language import say
from openpai.cli.output import clean, line
from openpai.cli.speaking import SpeakingCommand, job_argument, json_option, tell_fault
from openpai.cli.states import FINAL
from openpai.client import ApiError, Client

jobs_argument = click.argument("jobs", nargs=-1, required=True, metavar="JOB...")


@click.command(cls=SpeakingCommand)
@jobs_argument
@click.pass_obj
def stop(target: Target, jobs: tuple[str, ...]) -> int:
    async def stopped(client: Client, job: str) -> str:
        state = (await client.job(job))["jobStatus"]["state"]
        if state in FINAL:
            return say("stop.ended", job=client.full_name(job), state=state)
        await client.stop(job)
        return say("stop.done", job=client.full_name(job))

    return _each(target, jobs, stopped)


@click.command(cls=SpeakingCommand)
@jobs_argument
@click.pass_obj
def start(target: Target, jobs: tuple[str, ...]) -> int:
    async def started(client: Client, job: str) -> str:
        return (await client.start(job))["message"]

    return _each(target, jobs, started)


@click.command(cls=SpeakingCommand)
@jobs_argument
@click.pass_obj
def delete(target: Target, jobs: tuple[str, ...]) -> int:
    async def deleted(client: Client, job: str) -> str:
        return (await client.delete(job))["message"]

    return _each(target, jobs, deleted)


def _each(target: Target, jobs: tuple[str, ...], act: Callable[[Client, str], Awaitable[str]]) -> int:
    """Does it to one job after another and says what came of it; one that does not exist keeps no other from it."""

    async def done(client: Client) -> list[Fault]:
        faults: list[Fault] = []
        for job in jobs:
            try:
                line(await act(client, job))
            except ApiError as error:
                faults.append(refused(error))
        return faults

    codes = [tell_fault(fault) for fault in ask(target, done)]
    return max(codes, default=ExitCode.DONE)


@click.command(cls=SpeakingCommand)
@job_argument
@json_option
@click.pass_obj
def config(target: Target, job: str, as_json: bool) -> None:
    text = ask(target, lambda client: client.config(job))
    print(clean(text).rstrip("\n") if as_json else _block_style(text), end="\n" if as_json else "")


class _Dumper(yaml.SafeDumper):
    """Commands of several lines as blocks, as a person writes them; nothing that steers a terminal unescaped."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def _block_style(text: str) -> str:
    """The job file in YAML's block style; as it came where it is not JSON."""
    try:
        config = json.loads(text)
    except ValueError:
        return clean(text)
    dumped: str = yaml.dump(config, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return clean(dumped)
