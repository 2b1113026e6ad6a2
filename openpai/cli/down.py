"""`pai down`: stop the server of this machine. Jobs go on, and its next start finds them again."""

import os
import signal
import time

import click

from openpai.cli.arguments import Target
from openpai.cli.exits import Complaint, ExitCode, Fault
from openpai.cli.language import entry, say
from openpai.cli.process import running_server, still_runs
from openpai.cli.speaking import SpeakingCommand
from openpai.client.connection import find_data_dir
from openpai.errors import fail

_LONGEST = 30.0  # seconds that a server gets to close
_LOOK_EVERY = 0.1  # seconds


@click.command(cls=SpeakingCommand)
@click.pass_obj
def down(target: Target) -> int:
    data_dir = find_data_dir(os.environ, target.data_dir)
    pid = running_server(data_dir)
    if pid is None:
        raise fail("ServerNotRunning", data_dir=str(data_dir))
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + _LONGEST
    while still_runs(pid):
        if time.monotonic() > end:
            told = entry("down.hangs", pid=pid, seconds=int(_LONGEST))
            raise Fault([Complaint(told.text, told.fix)], ExitCode.SERVER)
        time.sleep(_LOOK_EVERY)
    print(say("down.done"))
    return ExitCode.DONE
