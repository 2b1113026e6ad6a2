"""Runs what a command asks of the server, and tells the server's refusals as faults."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from openpai.cli.arguments import Target
from openpai.cli.exits import Complaint, ExitCode, Fault
from openpai.cli.language import language
from openpai.client import ApiError, Client, find_server

Answer = TypeVar("Answer")


def ask(target: Target, work: Callable[[Client], Awaitable[Answer]]) -> Answer:
    """What `work` finds out with a client of the server that the person means.

    Raises Fault (the server refused), PaiError (there is no server, or it cannot be reached).
    """
    server = find_server(os.environ, url=target.url, token=target.token, data_dir=target.data_dir)

    async def asked() -> Answer:
        async with Client(server.url, server.token, user=server.user, language=language()) as client:
            return await work(client)

    try:
        return asyncio.run(asked())
    except ApiError as error:
        raise refused(error) from error


def refused(error: ApiError) -> Fault:
    """A refusal of the server that has no place in a file."""
    told = [Complaint(each["message"], each.get("fix") or "") for each in error.problems]
    return Fault(told or [Complaint(error.message)], exit_code_of(error))


def exit_code_of(error: ApiError) -> ExitCode:
    """Whose fault it is: a request that can be corrected, or a server (or a token) that does not do."""
    return ExitCode.SERVER if error.status >= 500 or error.status == 401 else ExitCode.USAGE
