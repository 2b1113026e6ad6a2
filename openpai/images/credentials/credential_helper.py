"""Asks a `docker-credential-*` program for a log-in, by Docker's protocol. I/O.

The registry's name goes to its standard input, JSON comes from its standard output; nothing secret is ever on a
command line. A program that gives no answer is ended with all that it started.
"""

import asyncio
import json
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

from pydantic import BaseModel, Field, ValidationError

from openpai.errors import PaiError, fail

ANSWERS_WITHIN_S = 3

_NOT_FOUND = "credentials not found in native keychain"
_LONGEST_REASON = 200  # characters


class Answer(BaseModel):
    """What a helper says. `username` is `<token>` where `secret` is an identity token."""

    username: str = Field("", alias="Username")
    secret: str = Field("", alias="Secret", repr=False)


async def ask_helper(name: str, server: str) -> Answer | None:
    """The log-in that `docker-credential-<name>` has for a server; None where it has none.

    Raises PaiError: CredentialHelperMissing, CredentialHelperSilent, CredentialHelperFailed.
    """
    program = f"docker-credential-{name}"
    try:
        process = await asyncio.create_subprocess_exec(
            program, "get", stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True
        )
    except FileNotFoundError as error:
        raise fail("CredentialHelperMissing", helper=program) from error
    except OSError as error:
        raise _failed(program, error.strerror or str(error)) from error
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            said, _ = await process.communicate(server.encode())
    except TimeoutError as error:
        raise fail("CredentialHelperSilent", helper=program, seconds=ANSWERS_WITHIN_S) from error
    finally:
        await _end(process)
    return _answer(program, process.returncode or 0, said.decode(errors="replace").strip())


def _answer(program: str, code: int, said: str) -> Answer | None:
    """A helper that refuses says why on its standard output; what might be an answer is not repeated."""
    if code:
        if said == _NOT_FOUND:
            return None
        words = "" if "{" in said else f": {said[:_LONGEST_REASON]}"
        raise _failed(program, f"exit code {code}{words}")
    try:
        return Answer.model_validate(json.loads(said))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise _failed(program, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (ValueError, RecursionError) as error:
        raise _failed(program, f"JSON: {error}") from None


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _failed(program: str, reason: str) -> PaiError:
    return fail("CredentialHelperFailed", helper=program, reason=reason)
