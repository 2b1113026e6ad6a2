"""Around every request: its id, its path, and what nobody foresaw. The only place that catches everything."""

import traceback

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openpai.clock import new_id
from openpai.errors import Problem
from openpai.server.replies import error_reply, language_of

log = structlog.get_logger()

PREFIX = "/rest-server"
"""Where OpenPAI's gateway had the API; served beside the bare paths."""


_INNERMOST = 10  # frames of an error that are logged; those before are the framework's


class Edge:
    """ASGI middleware; plain, since wrappers around the reply would keep streams from ending."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id()
        scope = {**scope, "path": _plain_path(scope["path"]), "openpai.request_id": request_id}
        started = False

        async def send_marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except ClientDisconnect:  # gone while its body was read: there is nobody to answer
            return
        except Exception as error:  # noqa: BLE001  the one place that turns what nobody foresaw into a 500
            _log(error, scope, request_id)
            if not started:
                problem = Problem("Internal", {"request": request_id})
                reply = error_reply([problem], language_of(Request(scope)))
                await reply(scope, receive, send_marked)


def _plain_path(path: str) -> str:
    """Without the gateway's prefix and without a slash at the end."""
    if path.startswith(f"{PREFIX}/"):
        path = path.removeprefix(PREFIX)
    return path.rstrip("/") or "/"


def _log(error: Exception, scope: Scope, request_id: str) -> None:
    """Kind and place of the error, of its causes too; not its words, which may hold what a user sent."""
    frames: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(frames) < 100:
        frames += [type(cause).__name__, *traceback.format_tb(cause.__traceback__, limit=-_INNERMOST)]
        cause = cause.__cause__ or cause.__context__
    log.error(
        "a request failed by a fault of this program",
        request=request_id,
        method=scope["method"],
        path=scope["path"],
        error=type(error).__name__,
        frames="\n".join(frames),
    )
