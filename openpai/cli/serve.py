"""`pai up`: a server on this machine, in the foreground or, with --detach, on its own."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import click
import httpx2

from openpai.cli.arguments import Target
from openpai.cli.exits import Complaint, ExitCode, Fault
from openpai.cli.language import entry, language, say
from openpai.cli.local import settings_of
from openpai.cli.portal import sign_in_link
from openpai.cli.process import LOG_FILE, running_server
from openpai.cli.speaking import SpeakingCommand
from openpai.client.connection import find_server
from openpai.errors import PaiError
from openpai.main import described_gpus, serve
from openpai.settings import Settings

_LONGEST = 60.0  # seconds until a server must answer
_LOOK_EVERY = 0.1  # seconds
_LAST_LINES = 20  # of the server's log, when it did not start


@click.command(cls=SpeakingCommand)
@click.option("--host", metavar="ADDRESS")
@click.option("--port", type=click.IntRange(0, 65535), metavar="PORT")
@click.option("--fake-gpus", metavar="SPEC")
@click.option("--detach", is_flag=True)
@click.pass_obj
def up(target: Target, host: str | None, port: int | None, fake_gpus: str | None, detach: bool) -> int:
    settings = settings_of(target, host=host, port=port, fake_gpus=fake_gpus)
    described_gpus(settings)
    if detach:
        return _start_apart(settings)
    print(say("up.portal_later"))
    serve(settings)
    return ExitCode.DONE


def _start_apart(settings: Settings) -> int:
    """Starts the server in a session of its own and waits until it answers."""
    if running_server(settings.data_dir) is not None and (url := _address(settings)):
        print(say("up.already", url=url))
        _tell_portal(settings)
        return ExitCode.DONE
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = settings.data_dir / LOG_FILE
    begins = log.stat().st_size if log.exists() else 0
    command = [sys.executable, "-m", "openpai", "--lang", language(), "--data-dir", str(settings.data_dir)]
    fake = ["--fake-gpus", settings.fake_gpus] if settings.fake_gpus else []
    with log.open("ab") as output:
        os.chmod(log, 0o600)
        server = subprocess.Popen(
            [*command, "up", "--host", settings.host, "--port", str(settings.port), *fake],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    end = time.monotonic() + _LONGEST
    while time.monotonic() < end:
        if server.poll() is not None:
            raise _not_started("up.died", log, begins, code=server.returncode)
        if running_server(settings.data_dir) == server.pid and (url := _address(settings)):
            print(say("up.detached", url=url, log=log))
            _tell_portal(settings)
            return ExitCode.DONE
        time.sleep(_LOOK_EVERY)
    raise _not_started("up.silent", log, begins, code=int(_LONGEST))


def _tell_portal(settings: Settings) -> None:
    link = asyncio.run(sign_in_link(find_server({}, data_dir=str(settings.data_dir))))
    print(say("up.portal", link=link))


def _address(settings: Settings) -> str | None:
    """Where the server of this data directory answers, None while it does not."""
    try:
        url = find_server({}, data_dir=str(settings.data_dir)).url
        answer = httpx2.get(f"{url}/healthz", trust_env=False, verify=False, timeout=2.0)
    except (PaiError, httpx2.TransportError):
        return None
    return url if answer.status_code == httpx2.codes.OK else None


def _not_started(text_code: str, log: Path, begins: int, /, **params: object) -> Fault:
    """The fault, with what the server wrote since it was started."""
    with log.open("rb") as file:
        file.seek(begins)
        written = file.read().decode(errors="replace").splitlines()
    told = entry(text_code, log=log, **params)
    return Fault([Complaint(told.text, told.fix, excerpt=written[-_LAST_LINES:])], ExitCode.SERVER)
