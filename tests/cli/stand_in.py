"""A stand-in for the server: speaks docs/en/rest-api.md over real HTTP, and does what a test scripts.

It holds jobs as the API shows them, and knows nothing of YAML, containers or schedulers. It can go away and come
back on the same port.
"""

import asyncio
import base64
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

TOKEN = "a-token"
USER = "ann"
_LOOK_EVERY = 0.01  # seconds

LogName = tuple[str, str, int, int]
"""Job, role, index, task attempt."""


@dataclass
class World:
    """What the server knows; the test changes it, from its own thread."""

    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    configs: dict[str, str] = field(default_factory=dict)
    logs: dict[LogName, bytes] = field(default_factory=dict)
    ended_logs: set[LogName] = field(default_factory=set)
    pulls: dict[str, dict[str, Any]] = field(default_factory=dict)
    submissions: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    languages: list[str | None] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    refusal: tuple[int, dict[str, Any]] | None = None
    dry_run: dict[str, Any] = field(default_factory=dict)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    on_submit: Any = None
    calls: list[tuple[str, Any]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    refusals: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    sent: dict[LogName, int] = field(default_factory=dict)

    def wait_told(self, name: str) -> None:
        """Until a watcher knows the job as it is now."""
        wait_until(lambda: self.told.get(name) == json.dumps(self.jobs[name]))

    def wait_sent(self, log: LogName) -> None:
        """Until a follower has the log as it is now."""
        wait_until(lambda: self.sent.get(log, 0) >= len(self.logs[log]))

    def show(self, name: str, job: dict[str, Any]) -> None:
        """Changes a job, and waits until a watcher knows."""
        self.jobs[name] = job
        self.wait_told(name)


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "nobody came to look"
        time.sleep(_LOOK_EVERY)


class StandIn:
    """A running stand-in. `url` stays the same over `stop` and `start`."""

    def __init__(self) -> None:
        self.world = World()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        config = uvicorn.Config(
            _app(self.world),
            host="127.0.0.1",
            port=self.port,
            log_level="critical",
            timeout_graceful_shutdown=0,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(_LOOK_EVERY)

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)


class _Api:
    """The calls."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def healthz(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def info(self, request: Request) -> Response:
        return JSONResponse(
            {"name": "stand-in", "version": "0", "launcherType": "docker", "authnMethod": "basic"}
        )

    async def submit(self, request: Request) -> Response:
        self.world.languages.append(request.headers.get("accept-language"))
        if (no := _unauthorized(request)) is not None:
            return no
        if self.world.refusal is not None:
            return JSONResponse(self.world.refusal[1], self.world.refusal[0])
        if request.query_params.get("dryRun") == "true":
            return JSONResponse(self.world.dry_run)
        body = await request.json()
        self.world.submissions.append(body)
        self.world.keys.append(request.headers.get("idempotency-key"))
        name = f"{USER}~{body.get('name', 'job')}"
        if self.world.on_submit is not None:
            self.world.on_submit(name)
        return JSONResponse(
            {"status": 202, "message": "", "name": name, "warnings": self.world.warnings}, 202
        )

    async def jobs(self, request: Request) -> Response:
        if (no := _unauthorized(request)) is not None:
            return no
        query = request.query_params
        states = [state for state in query.get("state", "").split(",") if state]
        found = [item for item in self.world.items if not states or item["state"] in states]
        first, count = int(query.get("offset", 0)), int(query.get("limit", 5000))
        return JSONResponse({"totalCount": len(found), "data": found[first : first + count]})

    async def job(self, request: Request) -> Response:
        name = request.path_params["job"]
        return JSONResponse(self.world.jobs[name]) if name in self.world.jobs else _no_job(name)

    async def config(self, request: Request) -> Response:
        name = request.path_params["job"]
        return PlainTextResponse(self.world.configs[name]) if name in self.world.configs else _no_job(name)

    async def execute(self, request: Request) -> Response:
        name = request.path_params["job"]
        if name not in self.world.jobs:
            return _no_job(name)
        started = (await request.json())["value"] == "START"
        (self.world.started if started else self.world.stopped).append(name)
        return JSONResponse({"status": 202, "message": f"{name} is started." if started else ""}, 202)

    async def delete(self, request: Request) -> Response:
        name = request.path_params["job"]
        if self.world.jobs.pop(name, None) is None:
            return _no_job(name)
        return JSONResponse({"status": 200, "message": f"{name} is deleted."})

    async def watch(self, request: Request) -> Response:
        name = request.path_params["job"]
        return _events(_watch(self.world, name)) if name in self.world.jobs else _no_job(name)

    async def log(self, request: Request) -> Response:
        data = self.world.logs.get(_log_name(request))
        if data is None:
            return JSONResponse({"code": "NoTaskLogError", "message": "no log", "problems": []}, 404)
        wanted = request.headers.get("range")
        if wanted is None:
            return Response(data, media_type="text/plain; charset=utf-8")
        first, _, _ = wanted.removeprefix("bytes=").rpartition("-")
        start = int(first) if first else max(0, len(data) - int(wanted.rpartition("-")[2]))
        if start >= len(data):
            return JSONResponse({"code": "InvalidParametersError", "message": "range"}, 416)
        headers = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
        return Response(data[start:], 206, headers, "text/plain; charset=utf-8")

    async def other(self, request: Request) -> Response:
        """A call that needs no world: kept with its body, answered by `refusals` or `answers`, else with a 404."""
        if (no := _unauthorized(request)) is not None:
            return no
        query = f"?{request.url.query}" if request.url.query else ""
        call = f"{request.method} {request.url.path}{query}"
        body = await request.body()
        self.world.calls.append((call, json.loads(body) if body else None))
        if call in self.world.refusals:
            status, reply = self.world.refusals[call]
            return JSONResponse(reply, status)
        if call not in self.world.answers:
            return JSONResponse({"code": "NoApiError", "message": call, "problems": []}, 404)
        return JSONResponse(self.world.answers[call])

    async def log_stream(self, request: Request) -> Response:
        return _events(_follow(self.world, _log_name(request), int(request.query_params.get("offset", 0))))


def _app(world: World) -> Starlette:
    api = _Api(world)
    one = "/api/v2/jobs/{job}"
    log_path = one + "/attempts/{ja:int}/taskRoles/{role}/taskIndex/{i:int}/attempts/{ta:int}/logs/{stream}"
    return Starlette(
        routes=[
            Route("/healthz", api.healthz),
            Route("/api/v2/info", api.info),
            Route("/api/v2/jobs", api.submit, methods=["POST"]),
            Route("/api/v2/jobs", api.jobs),
            Route(one, api.job),
            Route(one, api.delete, methods=["DELETE"]),
            Route(f"{one}/config", api.config),
            Route(f"{one}/executionType", api.execute, methods=["PUT"]),
            Route(f"{one}/watch", api.watch),
            Route(log_path, api.log),
            Route(f"{log_path}/stream", api.log_stream),
            Route("/api/v2/{rest:path}", api.other, methods=["GET", "PUT", "POST", "DELETE"]),
        ]
    )


def _unauthorized(request: Request) -> Response | None:
    if request.headers.get("authorization") == f"Bearer {TOKEN}":
        return None
    problem = {"code": "InvalidToken", "message": "Your token is invalid.", "fix": "Ask for one."}
    return JSONResponse(
        {"code": "UnauthorizedUserError", "message": problem["message"], "problems": [problem]}, 401
    )


def _no_job(name: str) -> Response:
    problem = {"code": "NoJob", "message": f"There is no job {name}.", "fix": "`pai jobs` lists them."}
    return JSONResponse({"code": "NoJobError", "message": problem["message"], "problems": [problem]}, 404)


def _log_name(request: Request) -> LogName:
    path = request.path_params
    return (path["job"], path["role"], path["i"], path["ta"])


def _events(frames: AsyncIterator[str]) -> Response:
    return StreamingResponse(frames, media_type="text/event-stream")


def _frame(event: str, data: object, id: int | None = None) -> str:
    identity = f"id: {id}\n" if id is not None else ""
    return f"event: {event}\n{identity}data: {json.dumps(data)}\n\n"


async def _watch(world: World, name: str) -> AsyncIterator[str]:
    sent: str | None = None
    pulled: str | None = None
    while True:
        job = world.jobs[name]
        now, pull = json.dumps(job), json.dumps(world.pulls.get(name))
        if now != sent:
            yield _frame("job", job)
            sent = world.told[name] = now
        if pull != pulled and name in world.pulls:
            yield _frame("pull", world.pulls[name])
            pulled = pull
        if job["jobStatus"]["state"] in ("SUCCEEDED", "FAILED", "STOPPED"):
            yield _frame("end", {"state": job["jobStatus"]["state"]})
            return
        await asyncio.sleep(_LOOK_EVERY)


async def _follow(world: World, name: LogName, offset: int) -> AsyncIterator[str]:
    while True:
        ended = name in world.ended_logs
        if piece := world.logs.get(name, b"")[offset : offset + 4096]:
            try:
                data: dict[str, object] = {"offset": offset, "text": piece.decode()}
            except UnicodeDecodeError:
                data = {"offset": offset, "base64": base64.b64encode(piece).decode()}
            offset += len(piece)
            yield _frame("log", data, offset)
            world.sent[name] = offset
        elif ended:
            yield _frame("end", {})
            return
        else:
            await asyncio.sleep(_LOOK_EVERY)
