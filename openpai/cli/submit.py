"""`pai submit` and `pai clone`: hand in a job, or see with --dry-run what would become of it."""

import os
from dataclasses import dataclass

import click

from openpai.cli import excerpt, given
from openpai.cli.arguments import Target
from openpai.cli.asking import ask, exit_code_of
from openpai.cli.dry_run import tell_dry_run
from openpai.cli.exits import ExitCode, Fault
from openpai.cli.language import say
from openpai.cli.output import line, print_json, warn
from openpai.cli.speaking import SpeakingCommand, job_argument, json_option
from openpai.cli.watch import watch_to_end
from openpai.client import ApiError, Client
from openpai.client.replies import DryRun, Problem, Submitted
from openpai.clock import new_id
from openpai.protocol.scalars import Scalar


@dataclass(frozen=True, slots=True)
class _Submission:
    """A job as it was given; `file` is its name in messages. Without a text it is `clone_of` another."""

    file: str
    text: str
    name: str | None
    parameters: dict[str, Scalar]
    secrets: dict[str, str]
    key: str
    clone_of: str | None = None
    new_images: bool = False


@click.command(cls=SpeakingCommand)
@click.argument("file", metavar="FILE")
@click.option("--param", multiple=True, metavar="KEY=VALUE")
@click.option("--secret", multiple=True, metavar="KEY[=VALUE|=@FILE]")
@click.option("--name", metavar="NAME")
@click.option("--dry-run", is_flag=True)
@click.option("--watch", is_flag=True)
@click.option("--idempotency-key", metavar="KEY")
@json_option
@click.pass_obj
def submit(
    target: Target,
    file: str,
    param: tuple[str, ...],
    secret: tuple[str, ...],
    name: str | None,
    dry_run: bool,
    watch: bool,
    idempotency_key: str | None,
    as_json: bool,
) -> int:
    job = _Submission(
        "<stdin>" if file == given.STDIN else file,
        given.read_text(file),
        name,
        given.parameters(param),
        given.secrets(secret, os.environ, ask=given.asker(file)),
        idempotency_key or new_id(),
    )
    return _go(target, job, dry_run=dry_run, watch=watch, as_json=as_json)


@click.command(cls=SpeakingCommand)
@job_argument
@click.option("--param", multiple=True, metavar="KEY=VALUE")
@click.option("--secret", multiple=True, metavar="KEY[=VALUE|=@FILE]")
@click.option("--name", metavar="NAME", required=True)
@click.option("--new-images", is_flag=True)
@click.option("--dry-run", is_flag=True)
@click.option("--watch", is_flag=True)
@json_option
@click.pass_obj
def clone(
    target: Target,
    job: str,
    param: tuple[str, ...],
    secret: tuple[str, ...],
    name: str,
    new_images: bool,
    dry_run: bool,
    watch: bool,
    as_json: bool,
) -> int:
    cloned = _Submission(
        file=job,
        text="",
        name=name,
        parameters=given.parameters(param),
        secrets=given.secrets(secret, os.environ, ask=given.asker(job)),
        key=new_id(),
        clone_of=job,
        new_images=new_images,
    )
    return _go(target, cloned, dry_run=dry_run, watch=watch, as_json=as_json)


def _go(target: Target, job: _Submission, *, dry_run: bool, watch: bool, as_json: bool) -> int:
    if dry_run:
        return tell_dry_run(ask(target, lambda client: _try(client, job)), as_json=as_json)
    reply = ask(target, lambda client: _hand_in(client, job))
    _warn(reply["warnings"])
    if as_json and not watch:
        print_json(reply)
    elif not as_json:
        _tell(reply["name"], hint=not watch)
    return watch_to_end(target, reply["name"], as_json=as_json) if watch else ExitCode.DONE


async def _hand_in(client: Client, job: _Submission) -> Submitted:
    try:
        return await client.submit(
            job.text,
            name=job.name,
            parameters=job.parameters,
            secrets=job.secrets,
            idempotency_key=job.key,
            clone_of=job.clone_of,
            new_images=job.new_images,
        )
    except ApiError as error:
        raise _refused(error, job) from error


async def _try(client: Client, job: _Submission) -> DryRun:
    try:
        return await client.dry_run(
            job.text,
            name=job.name,
            parameters=job.parameters,
            secrets=job.secrets,
            clone_of=job.clone_of,
            new_images=job.new_images,
        )
    except ApiError as error:
        raise _refused(error, job) from error


def _refused(error: ApiError, job: _Submission) -> Fault | ApiError:
    """The problems of the job file in their places; another refusal as it is."""
    if not error.problems:
        return error
    return Fault(excerpt.complaints(error.problems, job.file, job.text), exit_code_of(error))


def _warn(warnings: list[Problem]) -> None:
    for each in warnings:
        place = f"{each['line']}:{each.get('column')}: " if each.get("line") is not None else ""
        warn(place + each["message"], each.get("fix"))


def _tell(name: str, *, hint: bool) -> None:
    line(say("submit.done", job=name))
    if hint:
        line(say("submit.hint", job=name), "dim")
