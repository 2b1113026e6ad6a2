"""`pai logs`: what tasks printed, byte for byte."""

import re
import sys
from contextlib import aclosing
from dataclasses import dataclass, replace

import click

from openpai.cli.arguments import Target
from openpai.cli.asking import ask
from openpai.cli.exits import Complaint, ExitCode, Fault
from openpai.cli.follow import Watcher
from openpai.cli.language import entry, say, usage_fault
from openpai.cli.progress import latest_attempts, tasks_of
from openpai.cli.screen import choose_screen
from openpai.cli.speaking import SpeakingCommand, job_argument
from openpai.cli.tail import Tail, read_tail, tail_of
from openpai.client import Client, Stream, TaskAttempt
from openpai.client.replies import JobDetail

_NORMAL = re.compile("[^a-z0-9]")


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which log is wanted; None: not said."""

    role: str | None
    index: int | None
    attempt: int | None
    stream: Stream
    tail: Tail | None

    def takes(self, task: TaskAttempt) -> bool:
        same_role = self.role is None or _normal(task.role) == _normal(self.role)
        same_index = self.index is None or task.index == self.index
        return same_role and same_index


def _normal(role: str) -> str:
    return _NORMAL.sub("", role.lower())


@click.command(cls=SpeakingCommand)
@job_argument
@click.option("-f", "--follow", is_flag=True)
@click.option("--role", metavar="ROLE")
@click.option("--index", type=click.IntRange(min=0), metavar="I")
@click.option("--attempt", type=click.IntRange(min=0), metavar="N")
@click.option("--stream", type=click.Choice(["all", "stdout", "stderr"]), default="all")
@click.option("--tail", metavar="LINES|BYTES")
@click.pass_obj
def logs(
    target: Target,
    job: str,
    follow: bool,
    role: str | None,
    index: int | None,
    attempt: int | None,
    stream: Stream,
    tail: str | None,
) -> int:
    choice = _Choice(role, index, attempt, stream, tail_of(tail) if tail is not None else None)
    show = _follow if follow else _print
    try:
        return ask(target, lambda client: show(client, job, choice))
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


async def _print(client: Client, name: str, choice: _Choice) -> int:
    """One log as it is now."""
    await _put_log(client, _only(await client.job(name), choice), choice)
    return ExitCode.DONE


async def _follow(client: Client, name: str, choice: _Choice) -> int:
    """Logs as they grow, until the job, or the one attempt that was asked for, has ended."""
    job = await client.job(name)
    if choice.attempt is not None:
        return await _follow_one(client, _only(job, choice), choice)
    several = sum(choice.takes(task) for task in _all_tasks(client, name, job)) != 1

    async def begin(task: TaskAttempt) -> int:
        return (await read_tail(client, task, choice.stream, choice.tail)).offset if choice.tail else 0

    screen = choose_screen(as_json=False, prefixed=several, quiet=True)
    watcher = Watcher(client, screen, stream=choice.stream, wanted=choice.takes, begin=begin)
    await watcher.run(name)
    return ExitCode.DONE


async def _follow_one(client: Client, task: TaskAttempt, choice: _Choice) -> int:
    first = (await read_tail(client, task, choice.stream, choice.tail)).offset if choice.tail else 0
    async with aclosing(client.follow_log(task, choice.stream, offset=first)) as pieces:
        async for data in pieces:
            _put(data)
    return ExitCode.DONE


async def _put_log(client: Client, task: TaskAttempt, choice: _Choice) -> None:
    if choice.tail is not None:
        _put((await read_tail(client, task, choice.stream, choice.tail)).data)
        return
    async for data in client.log(task, choice.stream):
        _put(data)


def _put(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _all_tasks(client: Client, name: str, job: JobDetail) -> list[TaskAttempt]:
    """The tasks of a job whether or not they have begun."""
    full = client.full_name(name)
    return [TaskAttempt(full, 0, task.role, task.status["taskIndex"], 0) for task in tasks_of(job)]


def _only(job: JobDetail, choice: _Choice) -> TaskAttempt:
    """The one task attempt that is meant; raises Fault with the choices where it is not one."""
    begun = latest_attempts(job)
    found = [task for task in begun if choice.takes(task)]
    if len(found) == 1:
        return found[0] if choice.attempt is None else replace(found[0], attempt=choice.attempt)
    if not begun:
        raise usage_fault("logs.none_begun", state=job["jobStatus"]["state"])
    told = entry("logs.choose" if found else "logs.no_such", count=len(found))
    choices = [f"  --role {task.role} --index {task.index}" for task in found or begun]
    raise Fault([Complaint(told.text, told.fix, excerpt=_shortened(choices))])


def _shortened(choices: list[str]) -> list[str]:
    most = 20
    rest = [say("logs.more", count=len(choices) - most)] if len(choices) > most else []
    return choices[:most] + rest
