"""Hints told again a little later.

The engine tells of a change before its list of containers knows (20.10 does): who looks at once may see what was
before, and would never hear of it again.
"""

import asyncio
from collections.abc import AsyncIterator

ECHO_AFTER_S = (1.0,)
"""How long after the last hint it is told again."""


async def with_echo(hints: AsyncIterator[None]) -> AsyncIterator[None]:
    """Each hint, and echoes after the last one. Ends, or raises, as `hints` does."""
    echoes: list[float] = []
    following = asyncio.ensure_future(anext(hints, False))
    try:
        while True:
            done, _ = await asyncio.wait({following}, timeout=echoes.pop(0) if echoes else None)
            if done:
                if following.result() is False:
                    return
                echoes = list(ECHO_AFTER_S)
                following = asyncio.ensure_future(anext(hints, False))
            yield None
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
