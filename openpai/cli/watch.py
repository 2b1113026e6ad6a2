"""`pai watch`: a job's states, pulls and output until it ended; `pai submit --watch` is the same."""

from typing import Annotated

import typer

from openpai.cli.asking import ask
from openpai.cli.card import ending
from openpai.cli.exits import ExitCode
from openpai.cli.follow import Watcher
from openpai.cli.language import say
from openpai.cli.output import line
from openpai.cli.progress import tasks_of
from openpai.cli.screen import choose_screen
from openpai.client import Client


def watch(
    context: typer.Context,
    job: Annotated[str, typer.Argument(metavar="JOB")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    return watch_to_end(context, job, as_json=as_json)


def watch_to_end(context: typer.Context, name: str, *, as_json: bool) -> int:
    """Watches a job and returns the exit code that tells how it ended."""

    async def watched(client: Client) -> int:
        several = len(tasks_of(await client.job(name))) > 1
        screen = choose_screen(as_json=as_json, prefixed=several)
        final = await Watcher(client, screen).run(name)
        screen.tell(ending(final))
        succeeded = final["jobStatus"]["state"] == "SUCCEEDED"
        return ExitCode.DONE if succeeded else ExitCode.JOB_FAILED

    try:
        return ask(context, watched)
    except KeyboardInterrupt:
        line("", error=True)
        line(say("watch.interrupted", job=name), error=True)
        return ExitCode.INTERRUPTED
