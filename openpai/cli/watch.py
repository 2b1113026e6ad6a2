"""`pai watch`: a job's states, pulls and output until it ended; `pai submit --watch` is the same."""

import click

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.exits import ExitCode
from openpai.cli.follow import Watcher
from openpai.cli.language import say
from openpai.cli.output import line
from openpai.cli.progress import tasks_of
from openpai.cli.screen import choose_screen
from openpai.cli.speaking import SpeakingCommand, job_argument, json_option
from openpai.client import Client


@click.command(cls=SpeakingCommand)
@job_argument
@json_option
@click.pass_obj
def watch(target: Target, job: str, as_json: bool) -> int:
    return watch_to_end(target, job, as_json=as_json)


def watch_to_end(target: Target, name: str, *, as_json: bool) -> int:
    """Watches a job and returns the exit code that tells how it ended."""

    async def watched(client: Client) -> int:
        several = len(tasks_of(await client.job(name))) > 1
        screen = choose_screen(as_json=as_json, prefixed=several)
        final = await Watcher(client, screen).run(name)
        screen.end(final)
        succeeded = final["jobStatus"]["state"] == "SUCCEEDED"
        return ExitCode.DONE if succeeded else ExitCode.JOB_FAILED

    try:
        return ask(target, watched)
    except KeyboardInterrupt:
        line("", error=True)
        line(say("watch.interrupted", job=name), error=True)
        return ExitCode.INTERRUPTED
