"""A task's output, from any byte on, for as long as it runs.

The engine knows no offsets: it sends all, and what was had is skipped. An engine of 20.10 that is asked to follow
often leaves out what is written last (a line without newline at its end); so when it says that this was all, the
end of the log is looked at again.
"""

import asyncio
from collections.abc import AsyncIterator

from openpai.backends.contract import LogChunk, Phase
from openpai.backends.docker.engine import Engine, EngineError, segment
from openpai.backends.docker.logstream import BrokenLog, FrameParser, after, skip
from openpai.backends.docker.problems import engine_failed, no_contact
from openpai.backends.docker.translate import phase_of

_LOOK_AGAIN_S = 0.2
_ENDS_WITHIN_S = 2.0
_TAIL = 200  # lines
_PARAMS = {"stdout": "1", "stderr": "1", "timestamps": "1"}


async def follow(engine: Engine, name: str, offset: int) -> AsyncIterator[LogChunk]:
    """See `contract.Backend.logs`. A line arrives when it has ended, has 16 KiB, or was the last one."""
    try:
        async for chunk in _all(engine, name):
            rest = skip(chunk, offset) if offset else chunk
            offset = max(0, offset - len(chunk.data))
            if rest is not None:
                yield rest
    except EngineError as error:
        if error.status != 404 and "marked for removal" not in error.words:  # both: it is gone
            raise engine_failed(f"read the log of {name}", error.words) from error
    except BrokenLog as error:
        raise engine_failed(f"read the log of {name}", str(error)) from error


async def _all(engine: Engine, name: str) -> AsyncIterator[LogChunk]:
    key, phase = await _once_started(engine, name)
    parser = FrameParser()
    live = phase is Phase.RUNNING
    async for chunk in _read(engine, key, parser, {"follow": "1"} if live else {}):
        yield chunk
    if live:
        await _await_end(engine, key)
        async for chunk in _missed(engine, key, parser):
            yield chunk


async def _read(
    engine: Engine, key: str, parser: FrameParser, how: dict[str, str]
) -> AsyncIterator[LogChunk]:
    async with engine.stream("GET", f"/containers/{key}/logs", params=_PARAMS | how) as response:
        async for block in response.content.iter_any():
            for chunk in parser.feed(block):
                yield chunk
    if not parser.complete:
        raise no_contact(engine.address.host, "the log was cut off")


async def _missed(engine: Engine, key: str, parser: FrameParser) -> AsyncIterator[LogChunk]:
    """What the log of an ended container has beyond what was followed; read as a whole where that is unclear."""
    async with engine.stream(
        "GET", f"/containers/{key}/logs", params=_PARAMS | {"tail": str(_TAIL)}
    ) as response:
        rest = after(parser.last, await response.read())
    if rest is not None:
        for chunk in parser.feed(rest):
            yield chunk
        return
    given = parser.given
    async for chunk in _read(engine, key, FrameParser(), {}):
        more = skip(chunk, given) if given else chunk
        given = max(0, given - len(chunk.data))
        if more is not None:
            yield more


async def _once_started(engine: Engine, name: str) -> tuple[str, Phase]:
    """The container's id and phase, once it was started: before, its log would end at once."""
    while True:
        inspect = await engine.call("GET", f"/containers/{segment(name)}/json")
        phase = phase_of(inspect["State"]["Status"])
        if phase is not Phase.CREATED:
            return inspect["Id"], phase
        await asyncio.sleep(_LOOK_AGAIN_S)


async def _await_end(engine: Engine, key: str) -> None:
    """A followed log ended: its container has, or will in a moment. Else an engine that goes down ended it."""
    try:
        async with asyncio.timeout(_ENDS_WITHIN_S):
            await engine.call("POST", f"/containers/{key}/wait", params={"condition": "not-running"})
    except TimeoutError as error:
        raise no_contact(engine.address.host, "the log ended before its container did") from error
