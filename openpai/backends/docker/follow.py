"""A task's output, from any byte on, for as long as it runs."""

import asyncio
from collections.abc import AsyncIterator

from openpai.backends.contract import LogChunk, Phase
from openpai.backends.docker.engine import Engine, EngineError, segment
from openpai.backends.docker.logstream import BrokenLog, FrameParser, skip
from openpai.backends.docker.problems import engine_failed, no_contact
from openpai.backends.docker.translate import phase_of

_LOOK_AGAIN_S = 0.2
_PARAMS = {"stdout": "1", "stderr": "1", "follow": "1"}


async def follow(engine: Engine, name: str, offset: int) -> AsyncIterator[LogChunk]:
    """See `contract.Backend.logs`. The engine knows no offsets: it sends all, and what was had is skipped."""
    key = await _id_once_started(engine, name)
    if key is None:
        return
    try:
        async for chunk in _read(engine, key):
            rest = skip(chunk, offset) if offset else chunk
            offset = max(0, offset - len(chunk.data))
            if rest is not None:
                yield rest
    except EngineError as error:
        if error.status == 404:
            return
        raise engine_failed(f"read the log of {name}", error.words) from error
    except BrokenLog as error:
        raise engine_failed(f"read the log of {name}", str(error)) from error
    if await _phase(engine, key) is Phase.RUNNING:  # an engine that goes down in order ends its streams so
        raise no_contact(engine.address.host, f"the log of {name} ended before the container")


async def _read(engine: Engine, key: str) -> AsyncIterator[LogChunk]:
    parser = FrameParser()
    async with engine.stream("GET", f"/containers/{key}/logs", params=_PARAMS) as response:
        async for block in response.content.iter_any():
            for chunk in parser.feed(block):
                yield chunk
    if not parser.complete:
        raise no_contact(engine.address.host, "the log was cut off")


async def _id_once_started(engine: Engine, name: str) -> str | None:
    """The container's id once it was started (before, its log would end at once); None when it is gone."""
    while True:
        try:
            inspect = await engine.call("GET", f"/containers/{segment(name)}/json")
        except EngineError as error:
            if error.status == 404:
                return None
            raise engine_failed(f"look at {name}", error.words) from error
        if phase_of(inspect["State"]["Status"]) is not Phase.CREATED:
            return str(inspect["Id"])
        await asyncio.sleep(_LOOK_AGAIN_S)


async def _phase(engine: Engine, key: str) -> Phase | None:
    """Where it is now, None when it is gone."""
    try:
        inspect = await engine.call("GET", f"/containers/{key}/json")
    except EngineError as error:
        if error.status == 404:
            return None
        raise engine_failed(f"look at {key}", error.words) from error
    return phase_of(inspect["State"]["Status"])
