"""A hint to look when a GPU has become bad or well: the engine tells nothing of that."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from openpai.images.cuda.machine import Machine

LOOK_EVERY_S = 5.0
_WITHOUT_GPUS_S = 60.0


async def with_gpu_hints(
    hints: AsyncIterator[None], machine: Callable[[], Awaitable[Machine]]
) -> AsyncIterator[None]:
    """Each hint, and one when it is another set of GPUs that is bad. After a hint, who is told looks anyway. Ends, or
    raises, as `hints` does; raises as `machine`."""
    following = asyncio.ensure_future(anext(hints, False))
    seen: Machine | None = None
    try:
        while True:
            watched = seen is None or (seen.gpus and not seen.described)
            done, _ = await asyncio.wait({following}, timeout=LOOK_EVERY_S if watched else _WITHOUT_GPUS_S)
            if done:
                if following.result() is False:
                    return
                following = asyncio.ensure_future(anext(hints, False))
                yield None
                continue
            before, seen = seen, await machine()
            if before is not None and _well(before) != _well(seen):
                yield None
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


def _well(machine: Machine) -> tuple[str, ...]:
    return tuple(gpu.uuid for gpu in machine.gpus if not gpu.bad)
